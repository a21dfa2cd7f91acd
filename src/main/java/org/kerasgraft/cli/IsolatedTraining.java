package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.FinishedRun;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.features.Isolation;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.train.CheckpointFolder;

/**
 * {@code train --isolate}: several extractions, one after the other, then steps whose state is
 * kept. Not thread-safe.
 */
final class IsolatedTraining implements IsolatedCommand.Work {

  /** More than a training's states and its journals' bytes. */
  private static final long FINISHED = 1L << 60;

  private final Path out;
  private final Map<Path, Long> extractions = new HashMap<>();

  /** Into this run directory. */
  IsolatedTraining(Path out) {
    this.out = out;
  }

  @Override
  public Path watch() {
    return Isolation.watch(AtomicDirectory.kept(out));
  }

  /** A model that is not good enough, or too many rejected inputs, leave no run. */
  @Override
  public boolean isEndedBy(ExitCode code) {
    return code == ExitCode.OK ? isFinished() : AtomicDirectory.isLeft(out);
  }

  private boolean isFinished() {
    try {
      return FinishedRun.at(out).isPresent();
    } catch (InvalidDataException e) {
      return false;
    }
  }

  @Override
  public long progress(Optional<Isolation> extraction) {
    extraction.ifPresent(e -> extractions.merge(e.entry(), e.progress(), Math::max));
    return extractions.values().stream().mapToLong(Long::longValue).sum()
        + CheckpointFolder.newest(UnfinishedRun.checkpoints(AtomicDirectory.kept(out)))
        + (isFinished() ? FINISHED : 0);
  }

  @Override
  public String wayOn() {
    return "Features and the training's last state are kept; --resume goes on from there.";
  }

  /** Features are computed in batches of one size, whatever that of the steps is. */
  @Override
  public String remedy() {
    return "Give it more memory.";
  }

  @Override
  public void giveUp() {
    UnfinishedRun.tidy(out);
  }
}
