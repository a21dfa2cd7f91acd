package org.kerasgraft.export;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Phase;
import org.kerasgraft.train.TrainedNetwork;
import org.kerasgraft.train.Training;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;

/**
 * Where an exported model comes from and how its inputs and outputs are to be read; stored beside
 * it as {@code assets.extra/graft.json}.
 *
 * @param input what one input looks like
 * @param labels the class names in the order of the probabilities' columns, two or more, distinct
 * @param surgery the source model and what was done to it
 * @param training what was trained, and how
 * @param versions the software that wrote it
 */
public record Provenance(
    ModelInput input,
    List<String> labels,
    Surgery surgery,
    TrainingSummary training,
    Versions versions) {

  /** Checks and copies. */
  public Provenance {
    Objects.requireNonNull(input);
    Objects.requireNonNull(surgery);
    Objects.requireNonNull(training);
    Objects.requireNonNull(versions);
    labels = List.copyOf(labels);
    if (labels.size() < 2 || new HashSet<>(labels).size() != labels.size()) {
      throw new IllegalArgumentException("Two or more distinct labels are needed, not " + labels);
    }
  }

  /**
   * One input, as the model was trained on it.
   *
   * @param rowShape its shape, without the batch dimension, fully known
   * @param images for images: their size and the preprocessing inside the graph, which takes raw
   *     RGB, 0..255; empty for rows of an array, which nothing preprocesses
   */
  public record ModelInput(Shape rowShape, Optional<ImageInput> images) {

    private static final int CHANNELS = 3;

    /** Checks. */
    public ModelInput {
      Objects.requireNonNull(images);
      if (rowShape.hasUnknownDimension()) {
        throw new IllegalArgumentException("The shape of a row must be known, not " + rowShape);
      }
    }

    /**
     * Images.
     *
     * @param images their size and preprocessing
     * @return rows of shape (h, w, 3)
     */
    public static ModelInput of(ImageInput images) {
      ImageSize size = images.size();
      return new ModelInput(Shape.of(size.height(), size.width(), CHANNELS), Optional.of(images));
    }

    /**
     * Rows of an array.
     *
     * @param rowShape the shape of one
     * @return rows that nothing preprocesses
     */
    public static ModelInput of(Shape rowShape) {
      return new ModelInput(rowShape, Optional.empty());
    }
  }

  /**
   * What was done to which model.
   *
   * @param source the model it started from
   * @param cutAfter the layer after which it was cut; empty if its own classifier was kept
   * @param head the new layers as {@code --head} spells them; empty if the classifier was kept
   */
  public record Surgery(SourceModel source, Optional<String> cutAfter, Optional<String> head) {
    /** Checks. */
    public Surgery {
      Objects.requireNonNull(source);
      Objects.requireNonNull(cutAfter);
      Objects.requireNonNull(head);
    }
  }

  /**
   * What was trained.
   *
   * @param variables the Keras paths of the variables that changed; they are exported trainable,
   *     all others frozen
   * @param phases the phases in the order they ran
   */
  public record TrainingSummary(List<String> variables, List<TrainedPhase> phases) {
    /** Copies. */
    public TrainingSummary {
      variables = List.copyOf(variables);
      phases = List.copyOf(phases);
    }

    /**
     * Sums up a training.
     *
     * @param trained what came of it
     * @param training what was asked for
     * @return the phases that ran, and what the last one trained
     */
    public static TrainingSummary of(TrainedNetwork trained, Training training) {
      List<TrainedPhase> phases = new ArrayList<>();
      add(phases, trained, Phase.HEAD, training.head().optimizer());
      add(phases, trained, Phase.FINE_TUNE, training.fineTune().optimizer());
      return new TrainingSummary(
          trained.selection().chosen().stream().map(VariableSpec::name).toList(), phases);
    }

    private static void add(
        List<TrainedPhase> phases, TrainedNetwork trained, String name, Optimizer optimizer) {
      int epochs = trained.history().of(name).size();
      if (epochs > 0) {
        phases.add(new TrainedPhase(name, optimizer.describe(), epochs));
      }
    }
  }

  /**
   * One phase of training.
   *
   * @param name for example {@code head}
   * @param optimizer the optimizer and its settings in words
   * @param epochs how many epochs ran, 1 or more
   */
  public record TrainedPhase(String name, String optimizer, int epochs) {
    /** Checks. */
    public TrainedPhase {
      Objects.requireNonNull(name);
      Objects.requireNonNull(optimizer);
      if (epochs < 1) {
        throw new IllegalArgumentException("A phase has 1 epoch or more, not " + epochs);
      }
    }
  }

  /**
   * The software that wrote the model.
   *
   * @param graft this library's version
   * @param tensorflow TensorFlow's version
   */
  public record Versions(String graft, String tensorflow) {
    /** Checks. */
    public Versions {
      Objects.requireNonNull(graft);
      Objects.requireNonNull(tensorflow);
    }

    /**
     * The versions that run now.
     *
     * @return this library's version ({@code development} outside its jar) and TensorFlow's
     */
    public static Versions current() {
      String own = Provenance.class.getPackage().getImplementationVersion();
      return new Versions(own == null ? "development" : own, TensorFlow.version());
    }
  }
}
