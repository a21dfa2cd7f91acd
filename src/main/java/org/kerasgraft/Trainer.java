package org.kerasgraft;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kerasgraft.Fit.Validation;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.features.ExtractionListener;
import org.kerasgraft.features.FeatureInput;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.head.Head;
import org.kerasgraft.head.KeptHead;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.TrainingListener;
import org.kerasgraft.train.Variables;

/**
 * Grafts a head on a backbone and trains: the head on stored features, then the head and the chosen
 * layers at a small rate. Immutable: every method gives a derived trainer.
 */
public final class Trainer {

  private final Fit fit;

  private Trainer(Fit fit) {
    this.fit = fit;
  }

  /**
   * A trainer that puts a new head on a cut backbone; the last convolutional block trains with it
   * unless {@link #trainable} says otherwise.
   *
   * @param backbone cut after a layer; borrowed, not modified
   * @param head the new layers
   * @return the trainer
   */
  public static Trainer of(Backbone backbone, Head head) {
    if (backbone.end().isEmpty()) {
      throw new IllegalArgumentException("A new head needs a cut backbone: use cutAfter(layer).");
    }
    return new Trainer(start(backbone, Optional.of(head), Variables.lastConvBlock()));
  }

  /**
   * A trainer that goes on training the classifier which the model has: no cut, no new head, one
   * phase, the fine-tune phase of the {@link Training}.
   *
   * @param backbone whole; borrowed, not modified
   * @return the trainer; the last convolutional block and all after it train
   */
  public static Trainer keepingHead(Backbone backbone) {
    if (backbone.end().isPresent()) {
      throw new IllegalArgumentException("A kept head needs the whole model: use whole().");
    }
    return new Trainer(start(backbone, Optional.empty(), Variables.fromLastConvBlock()));
  }

  private static Fit start(Backbone backbone, Optional<Head> head, Variables variables) {
    return new Fit(
        backbone, head, variables, false, new Validation.None(), Surroundings.standard());
  }

  /**
   * Chooses what trains. Resolved here: an unknown name fails here, with near names.
   *
   * @param choice the layers; a new head always trains
   * @return a derived trainer
   * @throws org.kerasgraft.error.UnknownNameException if a pattern matches no layer with variables
   */
  public Trainer trainable(Variables choice) {
    if (!(fit.head().isPresent() && choice instanceof Variables.HeadOnly)) {
      choice.resolve(fit.backbone().network(), List.of());
    }
    return new Trainer(
        new Fit(
            fit.backbone(), fit.head(), choice, fit.fresh(), fit.validation(), fit.surroundings()));
  }

  /**
   * Forgets what the backbone has learnt: all its weights start anew (Keras' default initializers,
   * by the training's seed), and all of them train. For comparison.
   *
   * @return a derived trainer
   */
  public Trainer fromScratch() {
    return new Trainer(
        new Fit(
            fit.backbone(),
            fit.head(),
            Variables.all(),
            true,
            fit.validation(),
            fit.surroundings()));
  }

  /**
   * Judges each epoch by other images.
   *
   * @param images labelled, of the same classes
   * @return a derived trainer
   */
  public Trainer validation(ImageSet images) {
    return with(new Validation.Images(images));
  }

  /**
   * Holds a part of the inputs back to judge each epoch by, chosen as Keras' {@code
   * validation_split} does.
   *
   * @param fraction between 0 and 1
   * @param seed the split's seed
   * @return a derived trainer
   */
  public Trainer validationSplit(double fraction, long seed) {
    return with(new Validation.Split(fraction, seed));
  }

  private Trainer with(Validation choice) {
    return new Trainer(
        new Fit(
            fit.backbone(), fit.head(), fit.variables(), fit.fresh(), choice, fit.surroundings()));
  }

  /**
   * Keeps stored features elsewhere than in the user's standard store.
   *
   * @param store where
   * @return a derived trainer
   */
  public Trainer store(FeatureStore store) {
    return with(fit.surroundings().with(store));
  }

  /**
   * Lets someone hear of progress.
   *
   * @param extraction hears of extraction
   * @param training hears of training
   * @return a derived trainer
   */
  public Trainer listeners(ExtractionListener extraction, TrainingListener training) {
    return with(fit.surroundings().with(new Surroundings.Listeners(extraction, training)));
  }

  /**
   * Limits how many inputs may be rejected (corrupt images and the like).
   *
   * @param most how many of each set of inputs; no limit unless this is called
   * @return a derived trainer
   */
  public Trainer mostRejected(int most) {
    return with(fit.surroundings().withMostRejected(most));
  }

  /**
   * Keeps the training's state in a folder, and goes on from what is kept there: a training that
   * was killed or cancelled, and is then started again in the same way, ends with the same bytes as
   * one that was not. What is kept belongs to one training: another one is refused, naming the
   * first thing that differs. Remove the folder when the result is saved; until then, fitting again
   * gives the finished model at once.
   *
   * <pre>{@code
   * Path checkpoints = Path.of("cats-dogs-checkpoints");
   * try (TrainedModel model =
   *     Trainer.of(vgg16, head)
   *         .checkpoints(checkpoints, Duration.ofMinutes(1))
   *         .fit(images, Training.kerasBlog())) {
   *   model.save(Path.of("cats-dogs"));
   * }
   * }</pre>
   *
   * @param folder absent, empty, or with the kept state; of one training at a time
   * @param interval the most time that a killed process may lose, 0 or more; 0 keeps every step.
   *     Ends of epochs are kept too where that is cheap, ends of phases always
   * @return a derived trainer; its {@code fit} throws {@link org.kerasgraft.error.UsageException}
   *     if other things were chosen when the kept state was written, {@link InvalidDataException}
   *     if the data were others or a kept file is damaged
   */
  public Trainer checkpoints(Path folder, Duration interval) {
    return with(fit.surroundings().with(new Surroundings.Checkpoints(folder, interval)));
  }

  /**
   * Lets someone end the training early.
   *
   * @param cancellation looked at after every batch; once it is set, {@code fit} keeps the state,
   *     if there are {@link #checkpoints}, and throws {@link
   *     org.kerasgraft.error.RunInterruptedException}
   * @return a derived trainer
   */
  public Trainer cancellation(Cancellation cancellation) {
    return with(fit.surroundings().with(cancellation));
  }

  /**
   * Lets another process watch this one, to find an input on which decoding or the model ends it.
   * Stored features that lack such inputs are used only so.
   *
   * @param file where this process says what it is at; its folder must exist
   * @return a derived trainer
   * @see org.kerasgraft.features.Isolation
   */
  public Trainer watched(Path file) {
    return with(fit.surroundings().withWatch(file));
  }

  private Trainer with(Surroundings around) {
    return new Trainer(
        new Fit(
            fit.backbone(), fit.head(), fit.variables(), fit.fresh(), fit.validation(), around));
  }

  /**
   * Trains on images.
   *
   * @param images labelled, two classes or more
   * @param training how
   * @return the trained model, owned by the caller
   * @throws org.kerasgraft.error.InvalidDataException if there are fewer than two classes, or no
   *     good image
   * @throws org.kerasgraft.error.ModelRefusedException if a chosen variable has no gradient
   * @throws org.kerasgraft.error.TrainingDivergedException if the loss becomes NaN or infinite
   */
  public TrainedModel fit(ImageSet images, Training training) {
    images.requireTwoClasses();
    FeatureInput input = new FeatureInput.Images(images, fit.backbone().imageInput());
    Optional<FeatureInput> held = Optional.empty();
    if (fit.validation() instanceof Validation.Images other) {
      requireSameClasses(images, other.set());
      held = Optional.of(new FeatureInput.Images(other.set(), fit.backbone().imageInput()));
    }
    return fit.run(input, held, images.classes(), training);
  }

  private static void requireSameClasses(ImageSet images, ImageSet held) {
    if (!held.classes().equals(images.classes())) {
      throw new InvalidDataException(
          "'"
              + held.name()
              + "' has the classes "
              + held.classes()
              + ", but '"
              + images.name()
              + "' has "
              + images.classes()
              + ".",
          "Give both the same class folders.");
    }
  }

  /**
   * Trains on the rows of an array; nothing is preprocessed, then or when the exported model
   * serves.
   *
   * @param rows the inputs, as the model takes them; borrowed
   * @param labels one a row; the classes are {@code 0}, {@code 1}, …
   * @param training how
   * @return the trained model, owned by the caller
   * @throws org.kerasgraft.error.InvalidDataException if the lengths differ, naming both, or all
   *     labels are the same
   */
  public TrainedModel fit(Npy rows, Labels labels, Training training) {
    if (fit.validation() instanceof Validation.Images) {
      throw new UsageException(
          "Images cannot validate a training on arrays.", "Use a validation split.");
    }
    FeatureInput input = new FeatureInput.Rows(rows, Optional.of(labels));
    int classes = keptClasses().orElse(labels.classes());
    if (Arrays.stream(labels.values()).distinct().count() < 2) {
      throw new InvalidDataException(
          "'"
              + labels.name()
              + "' holds "
              + (classes == 0 ? "no label" : "one class only")
              + "; at least two classes are needed.",
          "Give labels 0 … classes−1.");
    }
    warnOfEmptyClasses(labels, classes);
    List<String> names = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    return fit.run(input, Optional.empty(), names, training);
  }

  /** A label out of place, such as 99 among 0 and 1, makes classes that no row is of. */
  private void warnOfEmptyClasses(Labels labels, int classes) {
    int given = (int) Arrays.stream(labels.values()).distinct().count();
    if (given < classes) {
      fit.surroundings()
          .listeners()
          .training()
          .warning(
              "'"
                  + labels.name()
                  + "' has rows of "
                  + given
                  + " of its "
                  + classes
                  + " classes (0 … "
                  + (classes - 1)
                  + "); the others cannot be learnt.");
    }
  }

  private Optional<Integer> keptClasses() {
    return fit.head().isPresent()
        ? Optional.empty()
        : Optional.of(KeptHead.find(fit.backbone().network()).classes());
  }
}
