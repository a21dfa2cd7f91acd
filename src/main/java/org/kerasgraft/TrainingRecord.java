package org.kerasgraft;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.kerasgraft.features.IndexRow;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.TrainingListener;

/**
 * What is to be remembered of a training beside its weights.
 *
 * @param training how it was trained
 * @param inputs name of each input ({@code model}, {@code training}, {@code validation}) to the
 *     SHA-256 of its content
 * @param index what became of each input
 * @param keptEpochs each phase to the epoch whose weights it ended with, from 1
 */
public record TrainingRecord(
    Training training, Map<String, String> inputs, Index index, Map<String, Integer> keptEpochs) {

  /**
   * What became of each input, in the order of the inputs.
   *
   * @param training those to train on; with a validation split, all of them
   * @param validation those of a validation set of its own
   */
  public record Index(List<IndexRow> training, Optional<List<IndexRow>> validation) {
    /** Copies. */
    public Index {
      training = List.copyOf(training);
      validation = validation.map(List::copyOf);
    }
  }

  /** Checks and copies. */
  public TrainingRecord {
    Objects.requireNonNull(training);
    Objects.requireNonNull(index);
    inputs = Collections.unmodifiableMap(new TreeMap<>(inputs));
    keptEpochs = Collections.unmodifiableMap(new LinkedHashMap<>(keptEpochs));
  }

  /** Notes the kept epochs and passes everything on. */
  static final class Noting implements TrainingListener {
    private final TrainingListener next;
    private final Map<String, Integer> keptEpochs = new LinkedHashMap<>();

    Noting(TrainingListener next) {
      this.next = next;
    }

    Map<String, Integer> keptEpochs() {
      return keptEpochs;
    }

    @Override
    public void resumes(Resumption from) {
      from.ended().forEach(end -> keptEpochs.put(end.phase(), end.keptEpoch()));
      next.resumes(from);
    }

    @Override
    public void phaseBegins(PhasePlan plan) {
      next.phaseBegins(plan);
    }

    @Override
    public void batchEnds(BatchProgress progress) {
      next.batchEnds(progress);
    }

    @Override
    public void epochEnds(org.kerasgraft.train.History.Epoch epoch) {
      next.epochEnds(epoch);
    }

    @Override
    public void phaseEnds(String phase, int keptEpoch) {
      keptEpochs.put(phase, keptEpoch);
      next.phaseEnds(phase, keptEpoch);
    }

    @Override
    public void warning(String text) {
      next.warning(text);
    }
  }
}
