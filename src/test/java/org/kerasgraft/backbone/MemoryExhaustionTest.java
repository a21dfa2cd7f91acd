package org.kerasgraft.backbone;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

class MemoryExhaustionTest {

  @Test
  void anAllocationThatTensorFlowIsRefusedIsOne() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      var huge =
          tf.fill(tf.array(1L << 40), tf.placeholderWithDefault(tf.constant(1f), Shape.scalar()));
      try (Session session = new Session(graph)) {
        RuntimeException failure =
            assertThrows(RuntimeException.class, () -> session.runner().fetch(huge).run());
        assertTrue(MemoryExhaustion.is(failure), failure.toString());
      }
    }
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
