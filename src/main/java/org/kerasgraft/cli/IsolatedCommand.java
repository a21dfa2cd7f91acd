package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kerasgraft.features.CrashNotes;
import org.kerasgraft.features.Isolation;
import org.kerasgraft.internal.FlightRecord;
import org.kerasgraft.internal.LastWord;

/**
 * {@code --isolate} of a command that can be resumed: another process does the work; when it dies,
 * the input that ended it becomes a row with a code, and a new process goes on. Nothing native is
 * loaded here. What the other process says of its success counts for nothing: only what it has
 * written does.
 */
final class IsolatedCommand {

  /** What is known of the work from what the process has written. */
  interface Work {

    /** Where the process says what it extracts. */
    Path watch();

    /** Whether an exit code that speaks of an end can be believed. */
    boolean isEndedBy(ExitCode code);

    /**
     * How far all of it has come; grows with everything that a later process need not do again.
     *
     * @param extraction the one that was begun last
     */
    long progress(Optional<Isolation> extraction);

    /** What can be done after it was given up, as a sentence. */
    String wayOn();

    /** What helps if a batch ends the process though none of its inputs does, as a sentence. */
    String remedy();

    /** Removes what is of no use after it was given up. */
    void giveUp();
  }

  /** The notes of an extraction that is a part of more work. */
  private record Notes(Isolation extraction, long progress) implements CrashNotes {

    @Override
    public boolean blame(int input, String detail) {
      return extraction.blame(input, detail);
    }

    @Override
    public boolean separate(int first) {
      return extraction.separate(first);
    }

    @Override
    public String name(int input) {
      return extraction.name(input);
    }
  }

  private final List<String> words;
  private final Work work;
  private final Console console;
  private final Postmortem postmortem;

  /**
   * Prepares it.
   *
   * @param words the command without {@code --isolate}
   * @param work what is looked at
   * @param console hears the other process and what is concluded
   */
  IsolatedCommand(List<String> words, Work work, Console console) {
    this.words = List.copyOf(words);
    this.work = work;
    this.console = console;
    this.postmortem = new Postmortem(console, work.wayOn(), work.remedy());
  }

  ExitCode run() {
    List<String> command = new ArrayList<>(words);
    while (true) {
      try (LastWord word = LastWord.await()) { // each process has its own
        ChildProcess process = ChildProcess.start(command, word.flags(), console.out(), console);
        int code = process.end();
        Optional<ExitCode> known = postmortem.known(code, () -> isEnded(word, code));
        if (known.isPresent()) {
          return known.get();
        }
        if (!goesOn(process.pid(), code)) {
          work.giveUp();
          return ExitCode.INTERNAL;
        }
      }
      if (!command.contains("--resume")) {
        command.add("--resume");
      }
    }
  }

  /**
   * What is finished there can be another command's: the process must have come to its end, too.
   */
  private boolean isEnded(LastWord word, int code) {
    return word.is(code) && work.isEndedBy(code == 0 ? ExitCode.OK : ExitCode.UNMET);
  }

  private boolean goesOn(long pid, int code) {
    Optional<Isolation> extraction = Isolation.of(work.watch());
    long progress = work.progress(extraction);
    Optional<FlightRecord.Entry> last =
        extraction
            .flatMap(e -> e.last(pid))
            .filter(entry -> entry.doing() != FlightRecord.Doing.NOTHING);
    return last.isPresent()
        ? postmortem.isExplained(code, last, extraction.map(e -> new Notes(e, progress)))
        : postmortem.isBorne(code, progress);
  }
}
