package org.kerasgraft;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.graph.ConvBlock;
import org.kerasgraft.head.Head;
import org.kerasgraft.report.RunReport;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;

/**
 * The ladder of the Keras blog's tutorial on few images: the same network from scratch, a new head
 * on its bottleneck features, and its top block fine-tuned.
 */
public final class Ladder {

  /**
   * How each step trains.
   *
   * @param head the new layers, the same for every step
   * @param scratch all weights start anew and train in the fine-tune phase
   * @param bottleneck the head phase alone
   * @param fineTuned the same head phase, then the fine-tune phase
   */
  public record Recipe(Head head, Training scratch, Training bottleneck, Training fineTuned) {

    /** Checks. */
    public Recipe {
      Objects.requireNonNull(head);
      Objects.requireNonNull(scratch);
      Objects.requireNonNull(bottleneck);
      Objects.requireNonNull(fineTuned);
    }

    /**
     * The demo's recipe, settled with Keras on the same pictures: the blog's head, RMSprop 0.001,
     * 12 epochs; the top block, SGD 0.0003 with momentum 0.9, 12 epochs; the network from scratch,
     * Adam 0.0002, 20 epochs (at 0.001 it does not begin to learn).
     *
     * @param seed what all randomness derives from
     * @return the recipe
     */
    public static Recipe demo(long seed) {
      Training.Builder base = Training.builder().seed(seed);
      Optimizer rmsProp = Optimizer.rmsProp(1e-3);
      Optimizer sgd = Optimizer.sgd(3e-4, 0.9);
      return new Recipe(
          Head.kerasBlog(),
          base.head(0, rmsProp).fineTune(20, Optimizer.adam(2e-4)).build(),
          base.head(12, rmsProp).fineTune(0, sgd).build(),
          base.head(12, rmsProp).fineTune(12, sgd).build());
    }
  }

  /** Hears of each step. */
  public interface Listener {

    /**
     * A step begins.
     *
     * @param name what is done
     * @param trainer the trainer to be used
     * @return the trainer with whatever should be added, for example listeners
     */
    Trainer begins(String name, Trainer trainer);
  }

  /** The steps' names, in order. */
  public static final List<String> STEPS =
      List.of("from scratch", "bottleneck features", "fine-tuned top block");

  private final KerasModel model;
  private final ImageSet images;
  private final ImageSet validation;
  private final Listener listener;

  private Ladder(KerasModel model, ImageSet images, ImageSet validation, Listener listener) {
    this.model = model;
    this.images = images;
    this.validation = validation;
    this.listener = listener;
  }

  /**
   * The accuracies, and the model of the last step.
   *
   * @param rungs one a step, in order
   * @param model the fine-tuned model, owned by the caller
   */
  public record Climbed(List<RunReport.Rung> rungs, TrainedModel model) implements AutoCloseable {
    /** Copies. */
    public Climbed {
      rungs = List.copyOf(rungs);
    }

    @Override
    public void close() {
      model.close();
    }
  }

  /**
   * Trains all three steps, one after the other.
   *
   * @param model the Keras model; cut at its last convolutional block
   * @param images what to train on and what to judge by
   * @param recipe how
   * @param listener hears of each step
   * @return accuracies on the validation images and the last model, owned by the caller
   */
  public static Climbed climb(KerasModel model, Data images, Recipe recipe, Listener listener) {
    return new Ladder(model, images.training(), images.validation(), listener).climb(recipe);
  }

  /**
   * The images of a ladder.
   *
   * @param training what to train on
   * @param validation what to judge by; never trained on, but each step keeps its best epoch by it
   */
  public record Data(ImageSet training, ImageSet validation) {}

  private Climbed climb(Recipe recipe) {
    ConvBlock block = model.lastConvBlock();
    List<RunReport.Rung> rungs = new ArrayList<>();
    try (Backbone backbone = model.cutAfter(block.output().name())) {
      Trainer graft = Trainer.of(backbone, recipe.head()).validation(validation);
      step(rungs, graft.fromScratch(), recipe.scratch()).close();
      step(rungs, graft, recipe.bottleneck()).close();
      return new Climbed(rungs, step(rungs, graft, recipe.fineTuned()));
    }
  }

  private TrainedModel step(List<RunReport.Rung> rungs, Trainer trainer, Training training) {
    String name = STEPS.get(rungs.size());
    TrainedModel trained = listener.begins(name, trainer).fit(images, training);
    rungs.add(new RunReport.Rung(name, trained.judgement().evaluation().accuracy()));
    return trained;
  }
}
