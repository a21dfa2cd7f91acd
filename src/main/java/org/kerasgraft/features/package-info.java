/** Runs the frozen part once and stores its output, keyed by content. Knows nothing of training. */
package org.kerasgraft.features;
