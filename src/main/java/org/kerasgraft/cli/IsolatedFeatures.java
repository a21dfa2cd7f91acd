package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.features.FeatureSet;
import org.kerasgraft.features.Isolation;

/**
 * {@code features --isolate}: another process decodes and runs the network; when it dies, the input
 * that ended it becomes a row with a code, and a new process goes on. Nothing native is loaded
 * here. What the other process says of itself counts for nothing: only finished features are a
 * success.
 */
final class IsolatedFeatures {

  private final List<String> words;
  private final Path out;
  private final Console console;

  IsolatedFeatures(List<String> words, Path out, Console console) {
    this.words = words;
    this.out = out;
    this.console = console;
  }

  ExitCode run() {
    Postmortem postmortem =
        new Postmortem(console, "What is done is kept; --resume goes on with it.");
    List<String> command = new ArrayList<>(words);
    while (true) {
      Isolation.of(out).ifPresent(Isolation::forgetFlight);
      int code = ChildProcess.start(command, console).end();
      Optional<ExitCode> known = postmortem.known(code, this::isFinished);
      if (known.isPresent()) {
        return known.get();
      }
      Optional<Isolation> notes = Isolation.of(out);
      if (!postmortem.isExplained(code, notes.flatMap(Isolation::last), notes.map(n -> n))) {
        return ExitCode.INTERNAL;
      }
      if (!command.contains("--resume")) {
        command.add("--resume");
      }
    }
  }

  private boolean isFinished() {
    try (FeatureSet set = FeatureSet.open(out)) {
      return set.count() > 0;
    } catch (InvalidDataException | MissingInputException e) {
      return false;
    }
  }
}
