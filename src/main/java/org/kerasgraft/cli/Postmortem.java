package org.kerasgraft.cli;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.kerasgraft.features.CrashNotes;
import org.kerasgraft.internal.FlightRecord;
import org.kerasgraft.internal.FlightRecord.Doing;

/**
 * What is concluded when a process that was watched has ended: whether its exit code can be
 * believed, which input ended it, and whether another process shall go on. Says so to the user.
 */
final class Postmortem {

  /** More deaths than this are no accident. */
  static final int MOST_DEATHS = 100;

  /** Codes that mean the same whoever gives them. */
  private static final Set<ExitCode> FAILURES =
      EnumSet.complementOf(EnumSet.of(ExitCode.OK, ExitCode.UNMET, ExitCode.INTERRUPTED));

  /** Signals that ask a process to end: HUP, INT, TERM. */
  private static final Set<Integer> WISHES = Set.of(1, 2, 15);

  private final Console console;
  private final String wayOn;
  private final String remedy;
  private int deaths;
  private long progress = -1;

  /**
   * Of one command's processes.
   *
   * @param console hears what is concluded
   * @param wayOn what can be done after it was given up; may be empty
   */
  Postmortem(Console console, String wayOn) {
    this(console, wayOn, "Give a smaller --batch-size, or more memory; then begin anew.");
  }

  /**
   * Of one command's processes.
   *
   * @param console hears what is concluded
   * @param wayOn what can be done after it was given up; may be empty
   * @param remedy what helps if a batch ends the process though none of its inputs does
   */
  Postmortem(Console console, String wayOn, String remedy) {
    this.console = console;
    this.remedy = remedy;
    this.wayOn = wayOn.isEmpty() ? "" : " " + wayOn;
  }

  /**
   * How the command ended, if the code can be believed.
   *
   * @param code the process' exit code
   * @param isFinished whether the work is done; the process' own word counts for nothing
   * @return empty if something ended the process from within
   */
  Optional<ExitCode> known(int code, BooleanSupplier isFinished) {
    if (console.cancellation().isCancelled() || WISHES.contains(code - ChildProcess.SIGNALLED)) {
      return Optional.of(ExitCode.INTERRUPTED);
    }
    if (code == ExitCode.OK.code() || code == ExitCode.UNMET.code()) {
      return isFinished.getAsBoolean()
          ? Optional.of(code == 0 ? ExitCode.OK : ExitCode.UNMET)
          : Optional.empty();
    }
    return Arrays.stream(ExitCode.values())
        .filter(FAILURES::contains)
        .filter(known -> known.code() == code)
        .findFirst();
  }

  /**
   * Finds what ended the process and notes it.
   *
   * @param code the process' exit code, which cannot be believed
   * @param last what it was doing; empty if it had not begun
   * @param notes what is known of the inputs
   * @return whether another process shall go on
   */
  boolean isExplained(int code, Optional<FlightRecord.Entry> last, Optional<CrashNotes> notes) {
    String ending = ChildProcess.ending(code);
    if (isOneTooMany()) {
      return false;
    }
    boolean cameOn = notes.isPresent() && notes.get().progress() > progress;
    progress = notes.map(CrashNotes::progress).orElse(progress);
    if (notes.isPresent() && last.isPresent() && isBlamed(ending, last.get(), notes.get())) {
      return true;
    }
    return isChance(ending, last, cameOn, notes.isPresent());
  }

  private boolean isBlamed(String ending, FlightRecord.Entry entry, CrashNotes notes) {
    if (entry.doing() == Doing.NOTHING) {
      return false;
    }
    String what = entry.doing() == Doing.DECODING ? "decoding" : "the model";
    if (entry.rows() == 1 && notes.blame(entry.input(), what + " ended by " + ending)) {
      console.say(
          notes.name(entry.input())
              + ": "
              + what
              + " ended by "
              + ending
              + "; it is marked 'crashed', the others go on.");
      return true;
    }
    if (entry.rows() > 1 && notes.separate(entry.input())) {
      console.say(
          "Running "
              + entry.rows()
              + " inputs from "
              + notes.name(entry.input())
              + " on ended by "
              + ending
              + "; they are run one by one to find which.");
      return true;
    }
    return false;
  }

  /**
   * Judges a death at no input: it is borne if work was done since the last one that was.
   *
   * @param code the process' exit code, which cannot be believed
   * @param reached how far the work has come; grows with all that is kept
   * @return whether another process shall go on
   */
  boolean isBorne(int code, long reached) {
    String ending = ChildProcess.ending(code);
    if (isOneTooMany()) {
      return false;
    }
    boolean cameOn = reached > Math.max(progress, 0);
    progress = reached;
    if (cameOn) {
      console.say("The process ended by " + ending + ", by no input's fault; going on.");
      return true;
    }
    console.say(
        "The process ended by "
            + ending
            + (reached == 0
                ? " before the first input or anything else was done: while it loaded the model, or"
                    + " for want of memory."
                : " again without having come any further, by no input's fault." + wayOn));
    return false;
  }

  private boolean isOneTooMany() {
    if (++deaths <= MOST_DEATHS) {
      return false;
    }
    console.say("The process has ended " + deaths + " times; given up." + wayOn);
    return true;
  }

  /** A death that no input explains is borne if work was done since the one before. */
  private boolean isChance(
      String ending, Optional<FlightRecord.Entry> last, boolean cameOn, boolean isKept) {
    if (cameOn) {
      console.say("The process ended by " + ending + ", by no input's fault; going on.");
      return true;
    }
    boolean isSeveral = last.isPresent() && last.get().rows() > 1;
    String where =
        isSeveral
            ? " again where each input alone went well. " + remedy
            : last.isPresent()
                ? " again at the same place, by no input's fault."
                : " before the first input: while it loaded the model, or for want of memory.";
    console.say("The process ended by " + ending + where + (isKept ? wayOn : ""));
    return false;
  }
}
