package org.kerasgraft;

import java.util.List;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.export.Provenance;
import org.kerasgraft.export.SourceModel;
import org.kerasgraft.features.ExtractionOptions;
import org.kerasgraft.features.FeatureInput;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.kerasgraft.head.KeptHead;
import org.kerasgraft.internal.NativeScope;
import org.kerasgraft.train.FreshWeights;
import org.kerasgraft.train.Interruptions;
import org.kerasgraft.train.TrainedNetwork;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.TwoPhaseTraining;
import org.kerasgraft.train.Variables;

/**
 * One fit as a {@link Trainer} describes it: opens a copy of the network, builds the head,
 * sequences the stages.
 *
 * @param backbone what the head goes on
 * @param head the new head; empty to keep the model's
 * @param variables what trains
 * @param fresh whether the backbone's weights start anew
 * @param validation what to judge each epoch by
 * @param surroundings who hears, and where features are kept
 */
record Fit(
    Backbone backbone,
    Optional<Head> head,
    Variables variables,
    boolean fresh,
    Validation validation,
    Surroundings surroundings) {

  /** What to judge each epoch by. */
  sealed interface Validation {
    /** Nothing: all rows train. */
    record None() implements Validation {}

    /** Other images. */
    record Images(ImageSet set) implements Validation {}

    /** A part of the inputs, as Keras splits. */
    record Split(double fraction, long seed) implements Validation {}
  }

  TrainedModel run(
      FeatureInput input, Optional<FeatureInput> held, List<String> classes, Training training) {
    Network network = variables.trainableForm(backbone.networkFor(input));
    NativeScope scope = new NativeScope();
    try {
      LiveNetwork live = scope.own(LiveNetwork.open(network, backbone.model().runtime()));
      if (fresh) {
        FreshWeights.assign(live, training.batches().seed());
      }
      BuiltHead built = build(live, classes, training.batches().seed());
      try (TrainingRows rows = new TrainingRows(live, rowsPlan(input, held))) {
        var noting = new TrainingRecord.Noting(surroundings.listeners().training());
        TrainedNetwork trained =
            new TwoPhaseTraining(live, built, variables, training)
                .run(rows, noting, interruptions(classes, training));
        return new TrainedModel(
            trained,
            provenance(input, classes, trained, training),
            rows.judge(trained, classes),
            new TrainingRecord(training, rows.inputs(), rows.index(), noting.keptEpochs()),
            scope);
      }
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  private Interruptions interruptions(List<String> classes, Training training) {
    return new Interruptions(
        surroundings.cancellation()::isCancelled,
        surroundings
            .checkpoints()
            .map(
                kept ->
                    new Interruptions.Keeping(
                        kept.folder(), kept.interval(), FitIdentity.of(this, classes, training))));
  }

  private TrainingRows.Plan rowsPlan(FeatureInput input, Optional<FeatureInput> held) {
    Optional<TrainingRows.Part> part =
        validation instanceof Validation.Split split
            ? Optional.of(new TrainingRows.Part(split.fraction(), split.seed()))
            : Optional.empty();
    return new TrainingRows.Plan(
        input,
        held,
        part,
        fresh,
        new TrainingRows.Source(
            surroundings.store(),
            surroundings.mostRejected(),
            new ExtractionOptions(
                ExtractionOptions.BATCH_SIZE,
                surroundings.listeners().extraction(),
                surroundings.cancellation(),
                surroundings.watch())));
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
