/** Writes a trained network as a SavedModel, proves the copy equal, and reopens it. */
package org.kerasgraft.export;
