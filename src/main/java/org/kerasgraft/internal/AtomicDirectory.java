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

  /**
   * How a directory is begun.
   *
   * @param keeping whether its unfinished state is worth something
   * @param resume whether to go on with what is kept
   * @param owner who goes on with it; empty if anybody does
   */
  private record Manner(boolean keeping, boolean resume, Optional<BegunBy> owner) {
    boolean isFor(Optional<BegunBy> before) {
      return owner.isEmpty() || before.isEmpty() || before.equals(owner);
    }
  }

  private final OutputPlace place;
  private final Path staging;
  private final HeldPlace held;
  private final boolean resumed;
  private final Optional<BegunBy> owner;
  private boolean keeping;
  private boolean open = true;
  private boolean committed;

  private AtomicDirectory(HeldPlace held, Path staging, Manner manner, boolean resumed) {
    this.place = held.place();
    this.staging = staging;
    this.held = held;
    this.owner = manner.owner();
    this.keeping = manner.keeping();
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
    return begin(HeldPlace.acquire(place, LOCK), new Manner(false, false, Optional.empty()));
  }

  /**
   * Starts a directory whose unfinished state is worth something, or goes on with one. Closing it
   * without a commit keeps it, unless it is empty or {@link #discard()} was called.
   *
   * @param target the final path, as for {@link #create}
   * @param command who begins it and may go on with it, as a user types it, such as {@code train}
   * @param resume whether to go on with what is kept; if nothing is, this starts anew
   * @return the open directory, to be committed and closed by the caller
   * @throws CannotCreateException as for {@link #create}; unfinished work is no obstacle if it is
   *     to be resumed and no other command began it
   */
  public static AtomicDirectory resumable(Path target, String command, boolean resume) {
    OutputPlace place = OutputPlace.of(target);
    return begin(
        HeldPlace.acquire(place, LOCK),
        new Manner(true, resume, Optional.of(new BegunBy(command))));
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
    Optional<HeldPlace> first = HeldPlace.tryAcquire(place, LOCK);
    if (first.isPresent()) {
      return begin(first.get(), new Manner(true, true, Optional.empty()));
    }
    String own = DISCARDED + "-" + UUID.randomUUID();
    HeldPlace held = HeldPlace.tryAcquire(place, own + LOCK).orElseThrow();
    try {
      return open(held, place.sibling(own), new Manner(false, false, Optional.empty()), false);
    } catch (IOException e) {
      throw held.after(place.refused(e));
    } catch (RuntimeException | Error e) {
      held.after(e);
      throw e;
    }
  }

  /** Looks at what is there only now that nobody else can change it. */
  private static AtomicDirectory begin(HeldPlace held, Manner manner) {
    OutputPlace place = held.place();
    try {
      place.requireFree();
      Path kept = place.sibling(KEPT);
      boolean unfinished = BegunBy.isMoreThanBegun(kept);
      Optional<BegunBy> before = BegunBy.in(kept);
      if (unfinished && !(manner.resume() && manner.isFor(before))) {
        throw BegunBy.refusal(place, kept, before, manner.isFor(before));
      }
      DirectoryTree.delete(place.sibling(DISCARDED));
      place.sweep(DISCARDED, LOCK);
      return open(held, manner.keeping() ? kept : place.sibling(DISCARDED), manner, unfinished);
    } catch (IOException e) {
      throw held.after(place.refused(e));
    } catch (RuntimeException | Error e) {
      held.after(e);
      throw e;
    }
  }

  private static AtomicDirectory open(
      HeldPlace held, Path staging, Manner manner, boolean unfinished) throws IOException {
    boolean isNew = !Files.exists(staging, NOFOLLOW_LINKS);
    try {
      FaultPoints.before(Point.WRITE, staging);
      Files.createDirectories(staging);
      held.place().pass(staging);
      if (manner.owner().isPresent() && !unfinished) {
        manner.owner().get().mark(staging);
        DirectoryTree.syncEntries(staging);
      }
      if (manner.keeping() && isNew) {
        held.place().syncParents();
      }
      return new AtomicDirectory(held, staging, manner, unfinished);
    } catch (IOException | RuntimeException | Error e) {
      if (isNew) {
        removeAfter(e, staging);
      }
      throw e;
    }
  }

  private static void removeAfter(Throwable failure, Path staging) {
    try {
      DirectoryTree.delete(staging);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Checks that a path could take a new directory, without touching anything.
   *
   * @param target the path
   * @throws CannotCreateException if it exists and is anything but an empty directory that can be
   *     replaced
   */
  public static void requireFree(Path target) {
    OutputPlace.beside(target).requireFree();
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

  /**
   * Checks that what there is to go on with was begun by the command that goes on; for a caller who
   * does not know by what lies in it.
   *
   * @throws CannotCreateException if it was not; it was left as it is
   */
  public void requireOwn() {
    try {
      if (resumed && owner.isPresent() && !BegunBy.in(staging).equals(owner)) {
        throw new CannotCreateException(
            "'" + staging + "' was not begun by " + owner.get().words() + "; nothing was touched.",
            "Move it away, or choose another path.");
      }
    } catch (IOException e) {
      throw place.refused(e);
    }
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
    return commitWithout();
  }

  /**
   * The same for a directory that holds what a later run could go on with, and that is no part of
   * the result. It is there, whole, until all else is synced.
   *
   * @param work files and directories in {@link #staging()}, removed in this order; may be absent
   * @return the final path
   * @throws CannotCreateException if the target appeared meanwhile
   * @throws StorageException if syncing, removing or renaming fails
   */
  public synchronized Path commitWithout(Path... work) {
    Path target = place.target();
    if (!open || committed) {
      throw new IllegalStateException("Already committed or closed: " + target);
    }
    try {
      DirectoryTree.sync(staging);
      if (Files.exists(target, NOFOLLOW_LINKS) && !Files.isDirectory(target, NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      for (Path part : work) {
        DirectoryTree.vanish(part);
      }
      BegunBy.unmark(staging);
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
    try (held) {
      removeUnlessKept();
    }
  }

  private void removeUnlessKept() {
    try {
      if (!committed && !(keeping && BegunBy.isMoreThanBegun(staging))) {
        DirectoryTree.delete(staging);
      }
    } catch (IOException e) {
      throw new StorageException(
          "Cannot remove '" + staging + "': " + NewFile.reason(e) + ".", "Remove it by hand.", e);
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
