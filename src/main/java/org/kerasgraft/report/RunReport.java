package org.kerasgraft.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.kerasgraft.features.InputAccount;
import org.kerasgraft.train.Evaluation;
import org.kerasgraft.train.History;
import org.kerasgraft.train.Selection;

/**
 * Everything a finished training is told by; {@link RunWriter} turns it into files.
 *
 * @param title the page's heading
 * @param inputs what became of each set of inputs
 * @param ladder accuracies to compare, step by step; may be empty
 * @param history all epochs
 * @param phases what each phase was, in order
 * @param result the final figures; empty if nothing was held back to judge by
 * @param selection what trained and what stayed
 * @param settings names and values of what was in force, in the order to show them
 */
public record RunReport(
    String title,
    List<Inputs> inputs,
    List<Rung> ladder,
    History history,
    List<PhaseNote> phases,
    Optional<Result> result,
    Selection selection,
    Map<String, String> settings) {

  /** Checks and copies. */
  public RunReport {
    Objects.requireNonNull(title);
    Objects.requireNonNull(history);
    Objects.requireNonNull(result);
    Objects.requireNonNull(selection);
    inputs = List.copyOf(inputs);
    ladder = List.copyOf(ladder);
    phases = List.copyOf(phases);
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /**
   * What became of a set of inputs.
   *
   * @param name what they are for, for example {@code training}
   * @param account how many were accepted and rejected
   */
  public record Inputs(String name, InputAccount account) {}

  /**
   * One step of a comparison.
   *
   * @param name what was done
   * @param accuracy how well it did, 0..1
   */
  public record Rung(String name, double accuracy) {}

  /**
   * What a phase was.
   *
   * @param name its name in the history
   * @param optimizer how it trained, in words
   * @param keptEpoch the epoch whose weights were kept, from 1
   */
  public record PhaseNote(String name, String optimizer, int keptEpoch) {}

  /**
   * How the finished model does on rows that it was judged by.
   *
   * @param rows which rows these were, for example {@code validation}
   * @param evaluation the figures
   * @param mistakes the rows that it got wrong
   */
  public record Result(String rows, Evaluation evaluation, List<Mistake> mistakes) {
    /** Copies. */
    public Result {
      mistakes = List.copyOf(mistakes);
    }
  }

  /**
   * A row that was classified wrongly.
   *
   * @param row its number, or the image's path
   * @param label its class
   * @param predicted what it was taken for
   * @param probability the probability of that
   * @param ownProbability the probability of its own class
   */
  public record Mistake(
      String row, String label, String predicted, double probability, double ownProbability) {}
}
