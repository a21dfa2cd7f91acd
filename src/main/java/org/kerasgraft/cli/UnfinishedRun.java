package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.kerasgraft.FinishedRun;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GateNotMetException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.features.Isolation;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.NewFile;

/**
 * A run on its way: its checkpoints lie beside what is being written, and go last of all before the
 * run appears. Closing it keeps them, unless the training's end was reached and is not wanted.
 */
final class UnfinishedRun implements AutoCloseable {

  /** What is hidden is listed by no manifest. */
  private static final String HIDDEN = ".";

  private static final String CHECKPOINTS = HIDDEN + "checkpoints";

  private final AtomicDirectory directory;
  private final Optional<FinishedRun> written;

  private UnfinishedRun(AtomicDirectory directory) {
    this.directory = directory;
    this.written = look();
  }

  /**
   * Begins a run, or goes on with one; nothing that is there is changed yet.
   *
   * @throws org.kerasgraft.error.CannotCreateException if another command's output was begun there
   * @throws InvalidDataException if the run had been written, and was damaged since
   */
  static UnfinishedRun at(Path target, boolean resume) {
    AtomicDirectory directory = AtomicDirectory.resumable(target, "train", resume);
    try {
      return new UnfinishedRun(directory);
    } catch (RuntimeException | Error e) {
      try {
        directory.close();
      } catch (RuntimeException later) {
        e.addSuppressed(later);
      }
      throw e;
    }
  }

  private Optional<FinishedRun> look() {
    try {
      Optional<FinishedRun> run = FinishedRun.at(staging());
      if (run.isEmpty()) {
        directory.requireOwn();
      }
      return run;
    } catch (InvalidDataException e) {
      if (resumed()) {
        return Optional.empty(); // not all of its files had reached the disk
      }
      throw new InvalidDataException(
          e.getMessage(), "Remove '" + staging() + "' to begin anew.", e);
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

  /** The same, without what a killed process wrote of them. */
  Path emptied() {
    try (Stream<Path> list = Files.list(staging())) {
      List<Path> files =
          list.filter(path -> !path.getFileName().toString().startsWith(HIDDEN)).toList();
      for (Path file : files) {
        AtomicDirectory.deleteTree(file);
      }
      return staging();
    } catch (IOException e) {
      throw cannotRemove(staging(), e);
    }
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
    try (UnfinishedRun left = at(target, true)) {
      if (left.written().isEmpty() && !left.resumed()) {
        left.directory.discard();
      }
    } catch (CannotCreateException | InvalidDataException e) {
      return; // another process is at it, it is finished, or it is damaged and stays for its user
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
    directory.commitWithout(watch(), NewFile.beside(watch()), checkpoints());
  }

  private void removeWatch() {
    try {
      AtomicDirectory.deleteTree(watch());
      AtomicDirectory.deleteTree(NewFile.beside(watch()));
    } catch (IOException e) {
      throw cannotRemove(watch(), e);
    }
  }

  private static StorageException cannotRemove(Path path, IOException e) {
    return new StorageException("Cannot remove '" + path + "': " + e + ".", "", e);
  }

  @Override
  public void close() {
    try (directory) {
      removeWatch();
    }
  }
}
