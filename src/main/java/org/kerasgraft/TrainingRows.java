package org.kerasgraft;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.data.Split;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.features.ExtractionOptions;
import org.kerasgraft.features.FeatureExtractor;
import org.kerasgraft.features.FeatureInput;
import org.kerasgraft.features.FeatureKey;
import org.kerasgraft.features.FeatureSet;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.features.IndexRow;
import org.kerasgraft.internal.NativeScope;
import org.kerasgraft.train.Evaluation;
import org.kerasgraft.train.FeatureProvider;
import org.kerasgraft.train.Identity;
import org.kerasgraft.train.ImageSubset;
import org.kerasgraft.train.Predictions;
import org.kerasgraft.train.TrainedNetwork;

/**
 * Gives a training its rows: the features at the cut and at the frozen frontier, computed in one
 * pass when they are first asked for, that is after everything was resolved and checked.
 */
final class TrainingRows implements FeatureProvider, AutoCloseable {

  /** A part held back: Keras' validation split. */
  record Part(double fraction, long seed) {}

  /**
   * Where features come from.
   *
   * @param store where they are kept
   * @param mostRejected how many inputs of a set may be rejected
   * @param extraction how they are computed
   */
  record Source(FeatureStore store, int mostRejected, ExtractionOptions extraction) {}

  /**
   * What the rows are.
   *
   * @param input what to train on
   * @param held what to validate on, if it comes apart
   * @param part what to hold back of the input, if anything
   * @param inputOnly whether the network's weights are not its source's, so that only rows at its
   *     input may be stored
   * @param source where features come from
   */
  record Plan(
      FeatureInput input,
      Optional<FeatureInput> held,
      Optional<Part> part,
      boolean inputOnly,
      Source source) {}

  /** The stored features of one set of inputs by tensor. */
  private record Stored(Map<String, FeatureSet> byTensor) {}

  private final LiveNetwork live;
  private final Plan plan;
  private final NativeScope scope = new NativeScope();
  private final Map<ImageSubset, Stored> stored = new HashMap<>();
  private List<String> tensors = List.of();
  private String judgedAt;

  TrainingRows(LiveNetwork live, Plan plan) {
    this.live = live;
    this.plan = plan;
  }

  @Override
  public void announce(Collection<String> needed) {
    String input = live.network().input().tensor();
    if (plan.inputOnly() && !needed.stream().allMatch(input::equals)) {
      throw new IllegalStateException(
          "Weights that start anew have no stored features; train from the input only.");
    }
    // A split that leaves one side empty fails here, not after minutes of extraction.
    plan.part().ifPresent(p -> Split.of(plan.input().count(), p.fraction(), p.seed()));
    tensors = List.copyOf(needed);
  }

  @Override
  public Optional<LabelledRows> at(String tensor, ImageSubset which) {
    judgedAt = tensor;
    if (which == ImageSubset.VALIDATION && plan.part().isEmpty() && plan.held().isEmpty()) {
      return Optional.empty();
    }
    FeatureSet set = set(tensor, which);
    LabelledRows rows =
        plan.part().isEmpty() ? set.labelled() : set.labelled(split(set, plan.part().get(), which));
    if (which == ImageSubset.TRAINING) {
      requireTwoClasses(rows.labels());
    }
    return Optional.of(rows);
  }

  /** What can be used may hold fewer classes than what was given. */
  private void requireTwoClasses(Labels labels) {
    if (Arrays.stream(labels.values()).distinct().count() < 2) {
      throw new InvalidDataException(
          "What can be used of '"
              + plan.input().name()
              + "' to train on, "
              + labels.count()
              + " of "
              + plan.input().count()
              + " inputs, is of one class only; at least two are needed.",
          "Repair the rejected inputs, add data of another class, or hold less back.");
    }
  }

  private FeatureSet set(String tensor, ImageSubset which) {
    ImageSubset from = plan.part().isPresent() ? ImageSubset.TRAINING : which;
    Stored all = stored.computeIfAbsent(from, this::compute);
    return all.byTensor().get(tensor);
  }

  private Stored compute(ImageSubset which) {
    FeatureInput input = which == ImageSubset.TRAINING ? plan.input() : plan.held().orElseThrow();
    FeatureExtractor extractor = new FeatureExtractor(live, input, plan.source().extraction());
    List<FeatureSet> sets = plan.source().store().get(extractor, tensors);
    Map<String, FeatureSet> byTensor = new HashMap<>();
    for (int i = 0; i < sets.size(); i++) {
      byTensor.put(tensors.get(i), scope.own(sets.get(i)));
    }
    sets.get(0).requireAtMostRejected(plan.source().mostRejected());
    return new Stored(byTensor);
  }

  /** The inputs on one side of the split. */
  private static int[] split(FeatureSet set, Part part, ImageSubset which) {
    Split split = Split.of(set.index().size(), part.fraction(), part.seed());
    return which == ImageSubset.TRAINING ? split.training() : split.validation();
  }

  /** Judges the trained network by the validation rows, else by the training rows. */
  Judgement judge(TrainedNetwork trained, List<String> classes) {
    boolean held = plan.part().isPresent() || plan.held().isPresent();
    ImageSubset which = held ? ImageSubset.VALIDATION : ImageSubset.TRAINING;
    LabelledRows rows = at(judgedAt, which).orElseThrow();
    Predictions predictions = trained.predict(judgedAt, rows.rows(), ExtractionOptions.BATCH_SIZE);
    FeatureSet set = set(judgedAt, which);
    List<IndexRow> accepted = set.index().stream().filter(IndexRow::isAccepted).toList();
    List<String> names =
        plan.part().isEmpty()
            ? accepted.stream().map(IndexRow::path).toList()
            : Arrays.stream(set.rowsOf(split(set, plan.part().get(), which)))
                .mapToObj(row -> accepted.get(row).path())
                .toList();
    return new Judgement(
        held ? "validation" : "training",
        names,
        rows.labels(),
        predictions,
        Evaluation.of(predictions, rows.labels(), classes));
  }

  /** The SHA-256 of the model and of each set of inputs. */
  Map<String, String> inputs() {
    Map<String, String> inputs = new HashMap<>();
    stored.forEach(
        (which, sets) -> {
          FeatureKey key = sets.byTensor().get(judgedAt).manifest().key();
          inputs.put("model", key.model());
          inputs.put(which.name().toLowerCase(Locale.ROOT), key.inputs());
        });
    return inputs;
  }

  @Override
  public Identity identity() {
    FeatureKey key = key(ImageSubset.TRAINING);
    Identity identity =
        Identity.NONE.and(
            Identity.Part.choice("preprocessing", key.preprocessing()),
            Identity.Part.choice("image size", key.imageSize()),
            Identity.Part.choice("device", key.run().device()),
            Identity.Part.content("the model", key.model()));
    for (ImageSubset which : ImageSubset.values()) {
      if (stored.containsKey(which)) {
        String inputs = which.name().toLowerCase(Locale.ROOT) + " inputs";
        identity =
            identity.and(
                Identity.Part.content("the " + inputs, key(which).inputs()),
                Identity.Part.content(
                    "the usable " + inputs, usable(stored.get(which).byTensor().get(judgedAt))));
      }
    }
    boolean crashed =
        stored.values().stream().anyMatch(s -> !s.byTensor().get(judgedAt).crashed().isEmpty());
    return identity.and(FitIdentity.isolation(crashed));
  }

  private FeatureKey key(ImageSubset which) {
    return stored.get(which).byTensor().get(judgedAt).manifest().key();
  }

  private static String usable(FeatureSet set) {
    Sha256 hash = new Sha256();
    set.index().stream().filter(IndexRow::isAccepted).forEach(row -> hash.add(row.path()));
    return hash.hex();
  }

  /** What became of each input. */
  TrainingRecord.Index index() {
    Stored held = stored.get(ImageSubset.VALIDATION);
    return new TrainingRecord.Index(
        set(judgedAt, ImageSubset.TRAINING).index(),
        Optional.ofNullable(held).map(sets -> sets.byTensor().get(judgedAt).index()));
  }

  /** Closes the stored features. */
  @Override
  public void close() {
    scope.close();
  }
}
