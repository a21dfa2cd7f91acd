package org.kerasgraft.internal;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.StorageException;

/**
 * A directory that appears under its name complete or not at all: it is written beside its place,
 * synced, and renamed by {@link #commit()}. Closing without a commit removes what was written.
 */
public final class AtomicDirectory implements AutoCloseable {

  private final Path target;
  private final Path staging;
  private final Optional<Path> existing;
  private boolean open = true;

  private AtomicDirectory(Path target, Path staging, Optional<Path> existing) {
    this.target = target;
    this.staging = staging;
    this.existing = existing;
  }

  /**
   * Starts a directory that shall become {@code target}.
   *
   * @param target the final path; must be absent or an empty directory; a link to one is followed
   * @return the open directory, to be committed and closed by the caller
   * @throws CannotCreateException if the target exists with content, or its parent refuses
   */
  public static AtomicDirectory create(Path target) {
    requireFree(target);
    Path absolute = place(target);
    Path staging =
        absolute.resolveSibling("." + absolute.getFileName() + ".tmp-" + UUID.randomUUID());
    Optional<Path> existing = nearestExisting(absolute);
    try {
      Files.createDirectories(staging);
    } catch (IOException e) {
      throw new CannotCreateException(
          "Cannot create '" + target + "': " + obstacle(existing, e) + ".",
          "Choose a path whose parent is a directory you may write to.",
          e);
    }
    return new AtomicDirectory(absolute, staging, existing);
  }

  /** Where the directory will be: a link's end, so that the link stays. */
  private static Path place(Path target) {
    try {
      return Files.isDirectory(target) ? target.toRealPath() : target.toAbsolutePath().normalize();
    } catch (IOException e) {
      throw new CannotCreateException(
          "Cannot look at '" + target + "': " + reason(e) + ".", "Choose another path.", e);
    }
  }

  /**
   * Checks that a path could take a new directory, without touching anything.
   *
   * @param target the path
   * @throws CannotCreateException if it exists and is anything but an empty directory
   */
  public static void requireFree(Path target) {
    if (!Files.exists(target, NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isDirectory(target)) {
      try (Stream<Path> content = Files.list(target)) {
        if (content.findAny().isEmpty()) {
          return;
        }
      } catch (IOException e) {
        throw new CannotCreateException(
            "Cannot look into '" + target + "': " + reason(e) + ".", "Choose another path.", e);
      }
    }
    throw new CannotCreateException(
        "'" + target + "' exists already; nothing was touched.",
        "Choose a new path, or remove it first.");
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
   * Syncs every file and renames the directory to its final name.
   *
   * @return the final path
   * @throws CannotCreateException if the target appeared meanwhile
   * @throws StorageException if syncing or renaming fails
   */
  public Path commit() {
    if (!open) {
      throw new IllegalStateException("Already committed or closed: " + target);
    }
    try {
      sync(staging);
      if (Files.exists(target, NOFOLLOW_LINKS) && !Files.isDirectory(target, NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.deleteIfExists(target);
      Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
      syncDirectory(target.getParent());
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      throw new CannotCreateException(
          "'" + target + "' appeared while it was being written; it was left as it is.",
          "Choose another path.",
          e);
    } catch (IOException e) {
      throw new StorageException(
          "Cannot finish '" + target + "': " + reason(e) + ".", "Check the free space.", e);
    }
    open = false;
    return target;
  }

  /**
   * Removes what was written, and the ancestors that were created for it, unless it was committed.
   * Idempotent.
   */
  @Override
  public void close() {
    if (open) {
      open = false;
      try {
        deleteTree(staging);
        removeCreatedAncestors();
      } catch (IOException e) {
        throw new StorageException("Cannot remove '" + staging + "': " + reason(e) + ".", "", e);
      }
    }
  }

  /**
   * Deletes a directory and all below it; links are removed, not followed.
   *
   * @param root the directory; may be absent
   * @throws IOException if something cannot be deleted
   */
  public static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root, NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void sync(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.toList()) {
        if (Files.isRegularFile(path)) {
          try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
          }
        } else if (Files.isDirectory(path)) {
          syncDirectory(path);
        }
      }
    }
  }

  private static void syncDirectory(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Some platforms cannot open a directory for syncing; the rename itself is still atomic.
      return;
    }
  }

  private static Optional<Path> nearestExisting(Path target) {
    Path ancestor = target.getParent();
    while (ancestor != null && !Files.exists(ancestor)) {
      ancestor = ancestor.getParent();
    }
    return Optional.ofNullable(ancestor);
  }

  /** Why a path cannot be made, from its nearest ancestor that is there. */
  private static String obstacle(Optional<Path> ancestor, IOException e) {
    if (ancestor.isPresent() && !Files.isDirectory(ancestor.get())) {
      return "'" + ancestor.get() + "' is no directory";
    }
    return ancestor.isPresent()
            && (e instanceof AccessDeniedException || e instanceof NoSuchFileException)
        ? "'" + ancestor.get() + "' lets nothing be created in it"
        : reason(e);
  }

  /** Removes the ancestors that were created for this directory, unless others use them by now. */
  private void removeCreatedAncestors() throws IOException {
    Path ancestor = target.getParent();
    try {
      while (ancestor != null && !ancestor.equals(existing.orElse(null))) {
        Files.deleteIfExists(ancestor);
        ancestor = ancestor.getParent();
      }
    } catch (DirectoryNotEmptyException e) {
      return;
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
