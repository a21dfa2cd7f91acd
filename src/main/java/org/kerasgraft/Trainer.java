package org.kerasgraft;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.export.Provenance;
import org.kerasgraft.export.SourceModel;
import org.kerasgraft.features.ExtractionListener;
import org.kerasgraft.features.FeatureInput;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.kerasgraft.head.KeptHead;
import org.kerasgraft.internal.NativeScope;
import org.kerasgraft.train.FreshWeights;
import org.kerasgraft.train.TrainedNetwork;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.TrainingListener;
import org.kerasgraft.train.TwoPhaseTraining;
import org.kerasgraft.train.Variables;

/**
 * Grafts a head on a backbone and trains: the head on stored features, then the head and the chosen
 * layers at a small rate. Immutable: every method gives a derived trainer.
 */
public final class Trainer {

  /** What to judge each epoch by. */
  private sealed interface Validation {
    record None() implements Validation {}

    record Images(ImageSet set) implements Validation {}

    record Split(double fraction, long seed) implements Validation {}
  }

  /** Who hears, and where features are kept. */
  private record Surroundings(
      FeatureStore store,
      ExtractionListener extraction,
      TrainingListener training,
      int mostRejected) {}

  private final Backbone backbone;
  private final Optional<Head> head;
  private final Variables variables;
  private final boolean fresh;
  private final Validation validation;
  private final Surroundings surroundings;

  private Trainer(
      Backbone backbone,
      Optional<Head> head,
      Variables variables,
      boolean fresh,
      Validation validation,
      Surroundings surroundings) {
    this.backbone = backbone;
    this.head = head;
    this.variables = variables;
    this.fresh = fresh;
    this.validation = validation;
    this.surroundings = surroundings;
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
    return new Trainer(
        backbone,
        Optional.of(head),
        Variables.lastConvBlock(),
        false,
        new Validation.None(),
        surroundings());
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
    return new Trainer(
        backbone,
        Optional.empty(),
        Variables.fromLastConvBlock(),
        false,
        new Validation.None(),
        surroundings());
  }

  private static Surroundings surroundings() {
    return new Surroundings(
        FeatureStore.standard(),
        ExtractionListener.SILENT,
        TrainingListener.SILENT,
        Integer.MAX_VALUE);
  }

  /**
   * Chooses what trains. Resolved here: an unknown name fails here, with near names.
   *
   * @param choice the layers; a new head always trains
   * @return a derived trainer
   * @throws org.kerasgraft.error.UnknownNameException if a pattern matches no layer with variables
   */
  public Trainer trainable(Variables choice) {
    Network network =
        backbone.end().isEmpty()
            ? backbone.model().network()
            : backbone.model().network().cutAfter(backbone.end().get().name());
    if (!(head.isPresent() && choice instanceof Variables.HeadOnly)) {
      choice.resolve(network, List.of());
    }
    return new Trainer(backbone, head, choice, fresh, validation, surroundings);
  }

  /**
   * Forgets what the backbone has learnt: all its weights start anew, by Keras' default
   * initializers and the training's seed, and all of them train. For comparison.
   *
   * @return a derived trainer
   */
  public Trainer fromScratch() {
    return new Trainer(backbone, head, Variables.all(), true, validation, surroundings);
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
    return new Trainer(backbone, head, variables, fresh, choice, surroundings);
  }

  /**
   * Keeps stored features elsewhere than in the user's standard store.
   *
   * @param store where
   * @return a derived trainer
   */
  public Trainer store(FeatureStore store) {
    Objects.requireNonNull(store);
    return with(
        new Surroundings(
            store,
            surroundings.extraction(),
            surroundings.training(),
            surroundings.mostRejected()));
  }

  /**
   * Lets someone hear of progress.
   *
   * @param extraction hears of extraction
   * @param training hears of training
   * @return a derived trainer
   */
  public Trainer listeners(ExtractionListener extraction, TrainingListener training) {
    return with(
        new Surroundings(surroundings.store(), extraction, training, surroundings.mostRejected()));
  }

  /**
   * Limits how many inputs may be rejected (corrupt images and the like).
   *
   * @param most how many of each set of inputs; no limit unless this is called
   * @return a derived trainer
   */
  public Trainer mostRejected(int most) {
    return with(
        new Surroundings(
            surroundings.store(), surroundings.extraction(), surroundings.training(), most));
  }

  private Trainer with(Surroundings around) {
    return new Trainer(backbone, head, variables, fresh, validation, around);
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
    FeatureInput input = new FeatureInput.Images(images, backbone.imageInput());
    Optional<FeatureInput> held = Optional.empty();
    if (validation instanceof Validation.Images other) {
      requireSameClasses(images, other.set());
      held = Optional.of(new FeatureInput.Images(other.set(), backbone.imageInput()));
    }
    return fit(input, held, images.classes(), training);
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
   * @throws org.kerasgraft.error.InvalidDataException if the lengths differ, naming both
   */
  public TrainedModel fit(Npy rows, Labels labels, Training training) {
    if (validation instanceof Validation.Images) {
      throw new UsageException(
          "Images cannot validate a training on arrays.", "Use a validation split.");
    }
    FeatureInput input = new FeatureInput.Rows(rows, Optional.of(labels));
    int classes = keptClasses().orElse(labels.classes());
    if (classes < 2) {
      throw new InvalidDataException(
          "'" + labels.name() + "' holds one class only; at least two are needed.",
          "Give labels 0 … classes−1.");
    }
    List<String> names = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    return fit(input, Optional.empty(), names, training);
  }

  private Optional<Integer> keptClasses() {
    return head.isPresent()
        ? Optional.empty()
        : Optional.of(KeptHead.find(backbone.model().network()).classes());
  }

  private TrainedModel fit(
      FeatureInput input, Optional<FeatureInput> held, List<String> classes, Training training) {
    Network network = backbone.networkFor(input);
    NativeScope scope = new NativeScope();
    try {
      LiveNetwork live = scope.own(LiveNetwork.open(network, backbone.model().runtime()));
      if (fresh) {
        FreshWeights.assign(live, training.batches().seed());
      }
      BuiltHead built = build(live, classes, training.batches().seed());
      try (TrainingRows rows = new TrainingRows(live, rowsPlan(input, held, built))) {
        var noting = new TrainingRecord.Noting(surroundings.training());
        TrainedNetwork trained =
            new TwoPhaseTraining(live, built, variables, training).run(rows, noting);
        return new TrainedModel(
            trained,
            provenance(input, classes, trained, training),
            rows.judge(trained, classes),
            new TrainingRecord(training, rows.inputs(), noting.keptEpochs()),
            scope);
      }
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  private TrainingRows.Plan rowsPlan(
      FeatureInput input, Optional<FeatureInput> held, BuiltHead built) {
    Optional<TrainingRows.Part> part =
        validation instanceof Validation.Split split
            ? Optional.of(new TrainingRows.Part(split.fraction(), split.seed()))
            : Optional.empty();
    return new TrainingRows.Plan(
        input,
        held,
        part,
        network -> variables.resolve(network, built.variables()),
        new TrainingRows.Source(
            surroundings.store(), surroundings.extraction(), surroundings.mostRejected()));
  }

  private BuiltHead build(LiveNetwork live, List<String> classes, long seed) {
    if (head.isPresent()) {
      return head.get()
          .withClasses(classes.size())
          .build(live, live.network().graph().outputs().get(Network.FEATURES).tensor(), seed);
    }
    KeptHead kept = KeptHead.find(live.network());
    if (kept.classes() != classes.size()) {
      throw new UsageException(
          "The model's own head has "
              + kept.classes()
              + " classes, the data "
              + classes.size()
              + ".",
          "Give data of the model's classes, or a new head.");
    }
    return kept.build(live);
  }

  private Provenance provenance(
      FeatureInput input, List<String> classes, TrainedNetwork trained, Training training) {
    Provenance.ModelInput images =
        input instanceof FeatureInput.Images i
            ? Provenance.ModelInput.of(i.input())
            : Provenance.ModelInput.of(((FeatureInput.Rows) input).rows().rowShape());
    return new Provenance(
        images,
        classes,
        new Provenance.Surgery(
            SourceModel.of(backbone.model().network().source()),
            backbone.end().map(layer -> layer.name()),
            head.map(Head::spec)),
        Provenance.TrainingSummary.of(trained, training),
        Provenance.Versions.current());
  }
}
