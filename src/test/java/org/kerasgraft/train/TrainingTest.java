package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TrainingTest {

  @Test
  void defaultsAreTheBlogs() {
    Training blog = Training.kerasBlog();
    assertEquals(50, blog.head().epochs());
    assertEquals(new Optimizer.RmsProp(1e-3, 0.9, 0, 1e-7), blog.head().optimizer());
    assertEquals(50, blog.fineTune().epochs());
    assertEquals(new Optimizer.Sgd(1e-4, 0.9, false), blog.fineTune().optimizer());
    assertEquals(16, blog.batches().size());
    assertTrue(blog.batches().shuffle());
    assertEquals(0, blog.batches().seed());
    assertEquals(0, blog.regularisation().l2());
    assertEquals(0, blog.regularisation().labelSmoothing());
    assertEquals(Keep.BEST, blog.keep());
    assertEquals(blog, Training.builder().build());
  }

  @Test
  void theBuilderChangesOneThingAtATime() {
    Training training =
        Training.builder()
            .head(1, Optimizer.adam(0.1))
            .fineTune(2, Optimizer.sgd(0.2))
            .batchSize(3)
            .seed(4)
            .shuffle(false)
            .l2(0.5)
            .labelSmoothing(0.6)
            .keep(Keep.LAST)
            .build();
    assertEquals(
        new Training(
            new Training.HeadPhase(1, Optimizer.adam(0.1)),
            new Training.FineTunePhase(2, Optimizer.sgd(0.2)),
            new Training.Batches(3, false, 4),
            new Training.Regularisation(0.5, 0.6),
            Keep.LAST),
        training);
    assertEquals(training, training.toBuilder().build());
  }

  @Test
  void valuesOutOfRangeAreRefusedWhenSet() {
    Training.Builder b = Training.builder();
    assertThrows(IllegalArgumentException.class, () -> b.head(-1, Optimizer.sgd(1)));
    assertThrows(IllegalArgumentException.class, () -> b.batchSize(0));
    assertThrows(IllegalArgumentException.class, () -> b.l2(-1));
    assertThrows(IllegalArgumentException.class, () -> b.l2(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> b.labelSmoothing(1));
    assertThrows(
        IllegalArgumentException.class,
        () -> b.head(0, Optimizer.sgd(1)).fineTune(0, Optimizer.sgd(1)).build());
  }
}
