package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.kerasgraft.FinishedRun;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GateNotMetException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.features.Isolation;
import org.kerasgraft.internal.AtomicDirectory;

/**
 * A run on its way: its checkpoints lie beside what is being written, and go last of all before the
 * run appears. Closing it keeps them, unless the training's end was reached and is not wanted.
 */
final class UnfinishedRun implements AutoCloseable {

  /** Hidden: no manifest lists it. */
  private static final String CHECKPOINTS = ".checkpoints";

  private final AtomicDirectory directory;
  private Optional<FinishedRun> written = Optional.empty();

  private UnfinishedRun(AtomicDirectory directory) {
    this.directory = directory;
  }

  /**
   * Begins a run, or goes on with one. What a killed process wrote of its files goes, unless it had
   * written all of them.
   */
  static UnfinishedRun at(Path target, boolean resume) {
    UnfinishedRun run = new UnfinishedRun(AtomicDirectory.resumable(target, resume));
    boolean ready = false;
    try {
      run.lookAround();
      ready = true;
      return run;
    } finally {
      if (!ready) {
        run.close();
      }
    }
  }

  private void lookAround() {
    try {
      written = FinishedRun.at(staging());
    } catch (InvalidDataException e) {
      written = Optional.empty(); // not all of its files had reached the disk
    }
    if (written.isEmpty()) {
      clear();
    }
  }

  private void clear() {
    try (Stream<Path> list = Files.list(staging())) {
      Set<Path> work = Set.of(checkpoints(), watch());
      for (Path path : list.filter(p -> !work.contains(p)).toList()) {
        AtomicDirectory.deleteTree(path);
      }
    } catch (IOException e) {
      throw cannotRemove(staging(), e);
    }
  }

  /** The run, if all that it lacks is its name. */
  Optional<FinishedRun> written() {
    return written;
  }

  /** Whether there was a state to go on with. */
  boolean resumed() {
    return Files.exists(checkpoints());
  }

  /** Where the run's files go. */
  Path staging() {
    return directory.staging();
  }

  /** Where the training's state is kept. */
  Path checkpoints() {
    return checkpoints(staging());
  }

  /** The same in the folder of any unfinished run. */
  static Path checkpoints(Path unfinished) {
    return unfinished.resolve(CHECKPOINTS);
  }

  /** Where a process that is watched says what it extracts; gone when the run is closed. */
  Path watch() {
    return Isolation.watch(staging());
  }

  /** Removes what a process that died left of a run, unless it can be gone on with. */
  static void tidy(Path target) {
    try {
      at(target, true).close();
    } catch (CannotCreateException e) {
      return; // another process is at it, or it is finished
    }
  }

  /** Work whose failure may end the run for good: then nothing is kept. */
  void attempt(Runnable work) {
    try {
      work.run();
    } catch (GateNotMetException | TrainingDivergedException e) {
      directory.discard();
      throw e;
    }
  }

  /** Gives the run its name. */
  void commit() {
    removeWatch();
    directory.commitWithout(checkpoints());
  }

  private void removeWatch() {
    try {
      AtomicDirectory.deleteTree(watch());
    } catch (IOException e) {
      throw cannotRemove(watch(), e);
    }
  }

  private static StorageException cannotRemove(Path path, IOException e) {
    return new StorageException("Cannot remove '" + path + "': " + e + ".", "", e);
  }

  @Override
  public void close() {
    try {
      removeWatch();
    } finally {
      directory.close();
    }
  }
}
