/**
 * Images and labels to batches; decoding, resizing, preprocessing, splits, NumPy files. Knows no
 * model.
 */
package org.kerasgraft.data;
