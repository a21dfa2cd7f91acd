package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.features.FeatureSet;
import org.kerasgraft.features.Isolation;
import org.kerasgraft.internal.AtomicDirectory;

/**
 * {@code features --isolate}.
 *
 * @param out where the features shall be
 */
record IsolatedFeatures(Path out) implements IsolatedCommand.Work {

  @Override
  public Path watch() {
    return Isolation.watch(AtomicDirectory.kept(out));
  }

  /** Too many inputs are rejected only after the features are there. */
  @Override
  public boolean isEndedBy(ExitCode code) {
    return isFinished();
  }

  private boolean isFinished() {
    try (FeatureSet set = FeatureSet.open(out)) {
      return set.count() > 0;
    } catch (InvalidDataException | MissingInputException e) {
      return false;
    }
  }

  @Override
  public long progress(Optional<Isolation> extraction) {
    return extraction.map(Isolation::progress).orElseGet(() -> isFinished() ? Long.MAX_VALUE : 0);
  }

  @Override
  public String wayOn() {
    return "What is done is kept; --resume goes on with it.";
  }

  @Override
  public String remedy() {
    return "Give a smaller --batch-size, or more memory; then begin anew.";
  }

  @Override
  public void giveUp() {
    // What is left belongs to the unfinished features.
  }
}
