package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.features.FeatureSet;
import org.kerasgraft.features.Isolation;
import org.kerasgraft.internal.FlightRecord;

/**
 * {@code features --isolate}: another process decodes and runs the network; when it dies, the input
 * that ended it becomes a row with a code, and a new process goes on. Nothing native is loaded
 * here. What the other process says of itself counts for nothing: only finished features are a
 * success.
 */
final class IsolatedFeatures {

  /** More deaths than this are no accident. */
  private static final int MOST_DEATHS = 100;

  /** Codes that mean the same whoever gives them. */
  private static final Set<ExitCode> FAILURES =
      EnumSet.complementOf(EnumSet.of(ExitCode.OK, ExitCode.UNMET, ExitCode.INTERRUPTED));

  /** Signals that ask a process to end: HUP, INT, TERM. */
  private static final Set<Integer> WISHES = Set.of(1, 2, 15);

  private final List<String> words;
  private final Path out;
  private final Console console;
  private long progress;

  IsolatedFeatures(List<String> words, Path out, Console console) {
    this.words = words;
    this.out = out;
    this.console = console;
  }

  ExitCode run() {
    List<String> command = new ArrayList<>(words);
    for (int deaths = 0; deaths <= MOST_DEATHS; deaths++) {
      Isolation.of(out).ifPresent(Isolation::forgetFlight);
      int code = ChildProcess.start(command, console).end();
      Optional<ExitCode> known = known(code);
      if (known.isPresent()) {
        return known.get();
      }
      if (!isExplained(ChildProcess.ending(code))) {
        return ExitCode.INTERNAL;
      }
      if (!command.contains("--resume")) {
        command.add("--resume");
      }
    }
    console.say(
        "The process has ended "
            + (MOST_DEATHS + 1)
            + " times; given up. What is done is kept; --resume goes on with it.");
    return ExitCode.INTERNAL;
  }

  /** How the command ended, if the code can be believed. */
  private Optional<ExitCode> known(int code) {
    if (console.cancellation().isCancelled() || WISHES.contains(code - ChildProcess.SIGNALLED)) {
      return Optional.of(ExitCode.INTERRUPTED);
    }
    if (code == ExitCode.OK.code() || code == ExitCode.UNMET.code()) {
      return isFinished()
          ? Optional.of(code == 0 ? ExitCode.OK : ExitCode.UNMET)
          : Optional.empty();
    }
    return Arrays.stream(ExitCode.values())
        .filter(FAILURES::contains)
        .filter(known -> known.code() == code)
        .findFirst();
  }

  private boolean isFinished() {
    try (FeatureSet set = FeatureSet.open(out)) {
      return set.count() > 0;
    } catch (InvalidDataException | MissingInputException e) {
      return false;
    }
  }

  /** Finds what ended the process and notes it; says so, or why nothing can be done. */
  private boolean isExplained(String ending) {
    Optional<Isolation> notes = Isolation.of(out);
    Optional<FlightRecord.Entry> last = notes.flatMap(Isolation::last);
    if (last.isEmpty()) {
      console.say(
          "The process ended by "
              + ending
              + " before the first input: while it loaded the model, or for want of memory.");
      return false;
    }
    FlightRecord.Entry entry = last.get();
    Isolation isolation = notes.get();
    boolean isOne = entry.doing() != FlightRecord.Doing.NOTHING && entry.rows() == 1;
    if (isOne && isolation.blame(entry.input(), doing(entry) + " ended by " + ending)) {
      console.say(
          isolation.name(entry.input())
              + ": "
              + doing(entry)
              + " ended by "
              + ending
              + "; it is marked 'crashed', the others go on.");
      return true;
    }
    boolean isSeveral = entry.doing() == FlightRecord.Doing.RUNNING && entry.rows() > 1;
    if (isSeveral && isolation.separate(entry.input())) {
      console.say(
          "Running "
              + entry.rows()
              + " inputs from "
              + isolation.name(entry.input())
              + " on ended by "
              + ending
              + "; they are run one by one to find which.");
      return true;
    }
    return isChance(ending, isSeveral, isolation);
  }

  /** A death that no input explains is borne if work was done since the one before. */
  private boolean isChance(String ending, boolean isSeveral, Isolation isolation) {
    if (isolation.progress() > progress) {
      progress = isolation.progress();
      console.say("The process ended by " + ending + " between inputs; going on.");
      return true;
    }
    console.say(
        "The process ended by "
            + ending
            + (isSeveral
                ? " again where each input alone went well. Give a smaller --batch-size, or more"
                    + " memory; then begin anew."
                : " again at the same place, by no input's fault.")
            + " What is done is kept; --resume goes on with it.");
    return false;
  }

  private static String doing(FlightRecord.Entry entry) {
    return entry.doing() == FlightRecord.Doing.DECODING ? "decoding" : "the model";
  }
}
