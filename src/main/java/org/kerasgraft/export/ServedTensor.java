package org.kerasgraft.export;

import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * An argument or a result of a signature.
 *
 * @param key its name in the signature
 * @param dtype its element type
 * @param shape its shape; the batch dimension is -1
 */
record ServedTensor(String key, DataType dtype, Shape shape) {}
