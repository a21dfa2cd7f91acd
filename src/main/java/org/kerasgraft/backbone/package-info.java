/**
 * A live network: owns a TensorFlow graph and session holding a restored model. Knows nothing of
 * training.
 */
package org.kerasgraft.backbone;
