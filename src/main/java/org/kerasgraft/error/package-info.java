/**
 * What a user can act on: one sealed exception type, its cases, each with a remedy. Imports
 * nothing.
 */
package org.kerasgraft.error;
