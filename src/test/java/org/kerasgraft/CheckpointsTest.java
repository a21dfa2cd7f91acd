package org.kerasgraft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.GraphAssertions.assertUnchanged;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.pictures.PictureFamily;
import org.kerasgraft.data.pictures.Pictures;
import org.kerasgraft.error.RunInterruptedException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.features.ExtractionListener;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.head.Head;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.TrainingListener;

/** Interrupting a training from Java, and going on with it. */
class CheckpointsTest {

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");
  private static final Training SHORT =
      Training.builder()
          .head(2, Optimizer.rmsProp(1e-3))
          .fineTune(2, Optimizer.sgd(1e-3, 0.9))
          .batchSize(4)
          .build();

  @TempDir private Path folder;

  /** Weights, and the epochs that were kept. */
  private record Fitted(Snapshot weights, TrainingRecord record) {}

  private Trainer trainer(Backbone backbone) {
    return Trainer.of(backbone, Head.parse("flatten, dropout(0.5), dense(classes)"))
        .validationSplit(0.25, 7)
        .store(FeatureStore.at(folder.resolve("store")));
  }

  private Fitted fit(Trainer trainer, Training training) {
    try (TrainedModel model = trainer.fit(ImageFolder.open(folder.resolve("pictures")), training)) {
      return new Fitted(Snapshot.of(model.network()), model.record());
    }
  }

  /** Cancels when the fine-tune phase has begun. */
  private static TrainingListener cancelling(Cancellation cancellation) {
    return new TrainingListener() {
      @Override
      public void phaseBegins(PhasePlan plan) {
        if (plan.phase().equals("fine-tune")) {
          cancellation.cancel();
        }
      }
    };
  }

  @Test
  void aCancelledFitGoesOnWithTheSameCheckpoints() {
    Pictures.writeClassFolders(
        folder.resolve("pictures"), PictureFamily.TARGET.classes().subList(0, 2), 8, 1);
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool")) {
      Trainer plain = trainer(backbone);
      Fitted whole = fit(plain, SHORT);
      Trainer kept = plain.checkpoints(folder.resolve("kept"), Duration.ofMinutes(1));
      Cancellation cancellation = new Cancellation();
      Trainer cancelled =
          kept.cancellation(cancellation)
              .listeners(ExtractionListener.SILENT, cancelling(cancellation));

      RunInterruptedException stopped =
          assertThrows(RunInterruptedException.class, () -> fit(cancelled, SHORT));
      assertTrue(
          stopped.getMessage().contains("epoch 1 of phase 'fine-tune', after step 1;"),
          stopped.getMessage());
      UsageException other =
          assertThrows(
              UsageException.class, () -> fit(kept, SHORT.toBuilder().batchSize(3).build()));
      assertTrue(other.getMessage().contains("batch size '4', this one '3'"), other.getMessage());

      Fitted pieces = fit(kept, SHORT);
      assertUnchanged(whole.weights(), pieces.weights());
      assertEquals(whole.record(), pieces.record());
    }
  }

  @Test
  void withoutCheckpointsNothingIsKept() {
    Pictures.writeClassFolders(
        folder.resolve("pictures"), PictureFamily.TARGET.classes().subList(0, 2), 2, 1);
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool")) {
      Cancellation cancellation = new Cancellation();
      Trainer trainer =
          trainer(backbone)
              .cancellation(cancellation)
              .listeners(ExtractionListener.SILENT, cancelling(cancellation));
      RunInterruptedException stopped =
          assertThrows(RunInterruptedException.class, () -> fit(trainer, SHORT));
      assertTrue(stopped.getMessage().endsWith("nothing is kept."), stopped.getMessage());
    }
  }
}
