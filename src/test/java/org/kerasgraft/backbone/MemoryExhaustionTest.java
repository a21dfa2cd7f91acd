package org.kerasgraft.backbone;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tensorflow.exceptions.TFResourceExhaustedException;

class MemoryExhaustionTest {

  /** The message as TensorFlow 2.18 gives it for a Fill of 2^40 floats, after ten seconds. */
  @Test
  void anAllocationThatTensorFlowIsRefusedIsOne() {
    assertTrue(
        MemoryExhaustion.is(
            new TFResourceExhaustedException(
                "OOM when allocating tensor with shape[1099511627776] and type float")));
  }

  @Test
  void javasOwnIsOne() {
    assertTrue(MemoryExhaustion.is(new OutOfMemoryError("Physical memory usage is too high")));
  }

  @Test
  void aFullDiskIsNone() {
    assertFalse(
        MemoryExhaustion.is(new TFResourceExhaustedException("x; No space left on device")));
  }
}
