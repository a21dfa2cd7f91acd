package org.kerasgraft.internal;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.FaultPoints.Point;

/**
 * A directory that appears under its name complete or not at all: it is written beside its place,
 * synced, and renamed by {@link #commit()}. While it is written, a lock on {@code .NAME.lock} tells
 * a second writer so.
 *
 * <p>What is unfinished lies in {@code .NAME.tmp}, which closing removes and the next writer of the
 * same target removes if a kill left it, or, if the work can be resumed, in {@code .NAME.partial},
 * which stays until it is finished or its owner removes it. Committing and closing are safe from
 * several threads.
 */
public final class AtomicDirectory implements AutoCloseable {

  private static final String DISCARDED = ".tmp";
  private static final String KEPT = ".partial";
  private static final String LOCK = ".lock";

  /** What can fail while a directory is opened. */
  private interface Opening {
    AtomicDirectory open() throws IOException;
  }

  private final OutputPlace place;
  private final Path staging;
  private final OutputLock lock;
  private final boolean resumed;
  private boolean keeping;
  private boolean open = true;
  private boolean committed;

  private AtomicDirectory(OutputPlace place, Path staging, OutputLock lock, boolean resumed) {
    this.place = place;
    this.staging = staging;
    this.lock = lock;
    this.resumed = resumed;
  }

  /**
   * Starts a directory that shall become {@code target}. Closing it without a commit removes it.
   *
   * @param target the final path; must be absent or an empty directory; a link to one is followed
   * @return the open directory, to be committed and closed by the caller
   * @throws CannotCreateException if the target exists with content, another writes it, there is
   *     unfinished work of it, or its parent refuses
   */
  public static AtomicDirectory create(Path target) {
    OutputPlace place = OutputPlace.of(target);
    return begin(place, acquire(place), false, false);
  }

  /**
   * Starts a directory whose unfinished state is worth something, or goes on with one. Closing it
   * without a commit keeps it, unless it is empty or {@link #discard()} was called.
   *
   * @param target the final path, as for {@link #create}
   * @param resume whether to go on with what is kept; if nothing is, this starts anew
   * @return the open directory, to be committed and closed by the caller
   * @throws CannotCreateException as for {@link #create}; unfinished work is no obstacle if it is
   *     to be resumed
   */
  public static AtomicDirectory resumable(Path target, boolean resume) {
    OutputPlace place = OutputPlace.of(target);
    return begin(place, acquire(place), true, resume);
  }

  /**
   * Starts or resumes a directory that several processes may make at the same time, all with the
   * same content: the first goes on with what was kept, the others work in places of their own, and
   * the first to {@link #commit()} wins.
   *
   * @param target the final path, as for {@link #create}
   * @return the open directory, to be committed and closed by the caller
   * @throws CannotCreateException if the target exists with content, or its parent refuses
   */
  public static AtomicDirectory shared(Path target) {
    OutputPlace place = OutputPlace.of(target);
    Optional<OutputLock> lock = tryAcquire(place, LOCK);
    if (lock.isPresent()) {
      return begin(place, lock.get(), true, true);
    }
    String own = DISCARDED + "-" + UUID.randomUUID();
    OutputLock ownLock = tryAcquire(place, own + LOCK).orElseThrow();
    return opened(place, ownLock, () -> open(place, place.sibling(own), ownLock, false));
  }

  private static OutputLock acquire(OutputPlace place) {
    return tryAcquire(place, LOCK)
        .orElseThrow(
            () ->
                new CannotCreateException(
                    "'"
                        + place.given()
                        + "' is being written by "
                        + OutputLock.holder(place.sibling(LOCK))
                        + "; nothing was touched.",
                    "Wait until it has finished, or choose another path."));
  }

  private static Optional<OutputLock> tryAcquire(OutputPlace place, String suffix) {
    place.makeParent();
    try {
      return OutputLock.tryAcquire(place.sibling(suffix));
    } catch (IOException e) {
      throw place.refused(e);
    }
  }

  /** Looks at what is there only now that nobody else can change it. */
  private static AtomicDirectory begin(
      OutputPlace place, OutputLock lock, boolean keeping, boolean resume) {
    return opened(
        place,
        lock,
        () -> {
          requireFree(place.given());
          Path kept = place.sibling(KEPT);
          boolean unfinished = Files.exists(kept, NOFOLLOW_LINKS) && !OutputPlace.isEmpty(kept);
          if (unfinished && !resume) {
            throw new CannotCreateException(
                "'"
                    + place.given()
                    + "' was begun and not finished; what there is lies in '"
                    + kept
                    + "'.",
                "Go on with it by --resume, or remove that directory.");
          }
          deleteTree(place.sibling(DISCARDED));
          place.sweep(DISCARDED, LOCK);
          AtomicDirectory directory =
              open(place, keeping ? kept : place.sibling(DISCARDED), lock, unfinished);
          directory.keeping = keeping;
          return directory;
        });
  }

  /** Lets go of the lock if a directory cannot be opened. */
  private static AtomicDirectory opened(OutputPlace place, OutputLock lock, Opening opening) {
    boolean begun = false;
    try {
      AtomicDirectory directory = opening.open();
      begun = true;
      return directory;
    } catch (IOException e) {
      throw place.refused(e);
    } finally {
      if (!begun) {
        place.leave(lock);
      }
    }
  }

  private static AtomicDirectory open(
      OutputPlace place, Path staging, OutputLock lock, boolean resumed) throws IOException {
    FaultPoints.before(Point.WRITE, staging);
    Files.createDirectories(staging);
    return new AtomicDirectory(place, staging, lock, resumed);
  }

  /**
   * Checks that a path could take a new directory, without touching anything.
   *
   * @param target the path
   * @throws CannotCreateException if it exists and is anything but an empty directory
   */
  public static void requireFree(Path target) {
    if (Files.exists(target, NOFOLLOW_LINKS)
        && !(Files.isDirectory(target) && OutputPlace.isEmpty(target))) {
      throw new CannotCreateException(
          "'" + target + "' exists already; nothing was touched.",
          "Choose a new path, or remove it first.");
    }
  }

  /**
   * Where the unfinished work of a {@link #resumable} directory lies.
   *
   * @param target the final path; may be there
   * @return a path beside it; need not exist
   */
  public static Path kept(Path target) {
    return OutputPlace.beside(target).sibling(KEPT);
  }

  /**
   * Whether whoever wrote a target last has closed it: a process that died has not.
   *
   * @param target the final path; may be there
   * @return false also while a process writes it
   */
  public static boolean isLeft(Path target) {
    return !Files.exists(OutputPlace.beside(target).sibling(LOCK));
  }

  /**
   * Where to write until the commit.
   *
   * @return an existing directory beside the target
   */
  public Path staging() {
    return staging;
  }

  /**
   * Whether there was unfinished work to go on with.
   *
   * @return true if {@link #staging()} holds it
   */
  public boolean resumed() {
    return resumed;
  }

  /** Lets {@link #close()} remove what was written, even if it could be resumed. */
  public synchronized void discard() {
    keeping = false;
  }

  /**
   * Syncs every file and renames the directory to its final name.
   *
   * @return the final path
   * @throws CannotCreateException if the target appeared meanwhile
   * @throws StorageException if syncing or renaming fails
   */
  public Path commit() {
    return commit(Optional.empty());
  }

  /**
   * The same for a directory that holds what a later run could go on with, and that is no part of
   * the result. It is there, whole, until all else is synced.
   *
   * @param work a directory below {@link #staging()}; may be absent
   * @return the final path
   * @throws CannotCreateException if the target appeared meanwhile
   * @throws StorageException if syncing, removing or renaming fails
   */
  public Path commitWithout(Path work) {
    return commit(Optional.of(work));
  }

  private synchronized Path commit(Optional<Path> work) {
    Path target = place.target();
    if (!open || committed) {
      throw new IllegalStateException("Already committed or closed: " + target);
    }
    try {
      DirectoryTree.sync(staging);
      if (Files.exists(target, NOFOLLOW_LINKS) && !Files.isDirectory(target, NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      if (work.isPresent()) {
        remove(work.get());
      }
      if (Files.exists(target, NOFOLLOW_LINKS)) {
        FaultPoints.before(Point.DELETE, target);
        Files.deleteIfExists(target);
      }
      FaultPoints.before(Point.RENAME, target);
      Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
      committed = true;
      place.syncParents();
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      throw new CannotCreateException(
          "'" + target + "' appeared while it was being written; it was left as it is.",
          "Choose another path.",
          e);
    } catch (IOException e) {
      throw new StorageException(
          (committed ? "Cannot sync '" : "Cannot finish '")
              + target
              + "': "
              + NewFile.reason(e)
              + ".",
          "Check the free space and the permissions.",
          e);
    }
    return target;
  }

  /**
   * Releases the lock and, unless it was committed, removes what was written and the ancestors that
   * were created for it; resumable work is kept. Idempotent.
   *
   * @throws StorageException if something cannot be removed; it names what
   */
  @Override
  public synchronized void close() {
    if (!open) {
      return;
    }
    open = false;
    try {
      if (!committed && !(keeping && !OutputPlace.isEmpty(staging))) {
        deleteTree(staging);
      }
    } catch (IOException e) {
      throw new StorageException(
          "Cannot remove '" + staging + "': " + NewFile.reason(e) + ".", "Remove it by hand.", e);
    } finally {
      place.leave(lock);
    }
  }

  /** Takes a directory's name away before its content, so that it is whole or not there. */
  private static void remove(Path directory) throws IOException {
    Path nameless = directory.resolveSibling("." + directory.getFileName() + DISCARDED);
    deleteTree(nameless);
    if (Files.exists(directory, NOFOLLOW_LINKS)) {
      FaultPoints.before(Point.RENAME, directory);
      Files.move(directory, nameless, StandardCopyOption.ATOMIC_MOVE);
      deleteTree(nameless);
    }
  }

  /**
   * Deletes a directory and all below it; links are removed, not followed.
   *
   * @param root the directory; may be absent
   * @throws IOException if something cannot be deleted
   */
  public static void deleteTree(Path root) throws IOException {
    DirectoryTree.delete(root);
  }
}
