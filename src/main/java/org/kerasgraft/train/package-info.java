/**
 * Chooses variables, builds loss and updates, runs the phases, keeps the history. Knows nothing of
 * export.
 */
package org.kerasgraft.train;
