package org.kerasgraft.internal;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.FaultPoints.Point;

/**
 * Where an output will be, and what lies beside it.
 *
 * @param given the path as the user wrote it, for messages
 * @param target the same, absolute and without links, so that a link stays where it is
 * @param existing the nearest ancestor that was there before; empty if there is none
 */
record OutputPlace(Path given, Path target, Optional<Path> existing) {

  /** Without these nothing can be written into a directory. */
  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rwx------");

  /** What ends the name of a process' own place; whatever else is called alike is not ours. */
  private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  /**
   * Finds the place of a target that can be made; nothing is touched.
   *
   * @throws CannotCreateException if no new directory can come there
   */
  static OutputPlace of(Path target) {
    OutputPlace place = beside(target);
    place.requireFree();
    return place;
  }

  /** Finds a target's place, whatever is there; nothing is touched. */
  static OutputPlace beside(Path target) {
    try {
      Path resolved = resolved(target.toAbsolutePath());
      if (resolved.getParent() == null) {
        throw new CannotCreateException("'" + target + "' is no place for an output.", "");
      }
      return new OutputPlace(target, resolved, nearestExisting(resolved));
    } catch (IOException e) {
      throw new CannotCreateException(
          "Cannot look at '" + target + "': " + NewFile.reason(e) + ".", "Choose another path.", e);
    }
  }

  /** As the system finds it: {@code link/..} is the parent of where the link leads. */
  private static Path resolved(Path target) throws IOException {
    if (Files.isDirectory(target)) {
      return target.toRealPath();
    }
    Optional<Path> there = nearestExisting(target);
    if (there.isEmpty()) {
      return target.normalize();
    }
    Path rest = target.subpath(there.get().getNameCount(), target.getNameCount());
    Path whole = there.get().toRealPath().resolve(rest);
    // What is not there yet can only be taken at its word, and may then lead somewhere else.
    return whole.equals(whole.normalize()) ? whole : resolved(whole.normalize());
  }

  /** Checks that nothing is there but, at most, an empty directory that can be replaced. */
  void requireFree() {
    if (!Files.exists(target, NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target, NOFOLLOW_LINKS) || !isEmpty(target)) {
      throw new CannotCreateException(
          "'" + given + "' exists already; nothing was touched.",
          "Choose a new path, or remove it first.");
    }
    if (isMountPoint()) {
      throw new CannotCreateException(
          "'" + given + "' is where a file system is mounted: no output can take its place.",
          "Choose a path in it, such as '" + given.resolve("out") + "'.");
    }
  }

  private boolean isMountPoint() {
    return fileStore(target).isPresent()
        && !fileStore(target).equals(fileStore(target.getParent()));
  }

  /** The device's number; empty where the system does not tell. */
  private static Optional<Object> fileStore(Path directory) {
    try {
      return Optional.of(Files.getAttribute(directory, "unix:dev"));
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /** Gives a directory the permissions of the empty one that it will replace, if there is one. */
  void pass(Path directory) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(target, PosixFileAttributeView.class);
    if (view == null || !Files.exists(target)) {
      return;
    }
    Set<PosixFilePermission> permissions = EnumSet.copyOf(OWNERS);
    permissions.addAll(view.readAttributes().permissions());
    FaultPoints.before(Point.WRITE, directory);
    Files.setPosixFilePermissions(directory, permissions);
  }

  private static Optional<Path> nearestExisting(Path target) {
    Path ancestor = target.getParent();
    while (ancestor != null && !Files.exists(ancestor)) {
      ancestor = ancestor.getParent();
    }
    return Optional.ofNullable(ancestor);
  }

  /** Whether a directory holds nothing. */
  static boolean isEmpty(Path directory) {
    try (Stream<Path> content = Files.list(directory)) {
      return content.findAny().isEmpty();
    } catch (IOException e) {
      throw new CannotCreateException(
          "Cannot look into '" + directory + "': " + NewFile.reason(e) + ".",
          "Choose another path.",
          e);
    }
  }

  /** The hidden path {@code .NAME} + suffix beside the target; the same for all ways to name it. */
  Path sibling(String suffix) {
    return target.resolveSibling("." + target.getFileName() + suffix);
  }

  /** Makes the directory that the target will be in. */
  void makeParent() {
    try {
      if (!Files.isDirectory(target.getParent())) {
        FaultPoints.before(Point.WRITE, target.getParent());
        Files.createDirectories(target.getParent());
      }
    } catch (IOException e) {
      throw refused(e);
    }
  }

  /** Makes the new name last: syncs the target's directory and those that were made for it. */
  void syncParents() throws IOException {
    Path ancestor = target.getParent();
    while (ancestor != null) {
      DirectoryTree.syncEntries(ancestor);
      if (ancestor.equals(existing.orElse(null))) {
        return;
      }
      ancestor = ancestor.getParent();
    }
  }

  /** Removes what killed processes left that worked in places of their own. */
  void sweep(String suffix, String lockSuffix) {
    String prefix = "." + target.getFileName() + suffix + "-";
    try (Stream<Path> siblings = Files.list(target.getParent())) {
      List<String> left =
          siblings
              .map(path -> path.getFileName().toString())
              .map(name -> name.endsWith(lockSuffix) ? cut(name, lockSuffix) : name)
              .filter(name -> name.startsWith(prefix))
              .filter(name -> UUID.matcher(name.substring(prefix.length())).matches())
              .distinct()
              .toList();
      for (String name : left) {
        Path parent = sibling("").getParent();
        Optional<OutputLock> lock = OutputLock.tryAcquire(parent.resolve(name + lockSuffix));
        if (lock.isPresent()) {
          OutputLock held = lock.get();
          try (held) {
            DirectoryTree.delete(parent.resolve(name));
          }
        }
      }
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private static String cut(String name, String end) {
    return name.substring(0, name.length() - end.length());
  }

  /** Lets go of the lock and removes the ancestors made for the target, unless others use them. */
  void leave(OutputLock lock) {
    try {
      lock.close();
      Path ancestor = target.getParent();
      while (ancestor != null && !ancestor.equals(existing.orElse(null)) && isEmpty(ancestor)) {
        FaultPoints.before(Point.DELETE, ancestor);
        Files.deleteIfExists(ancestor);
        ancestor = ancestor.getParent();
      }
    } catch (IOException e) {
      throw new StorageException(
          "Cannot clean up beside '" + target + "': " + NewFile.reason(e) + ".",
          "Remove '" + sibling(".lock") + "' by hand.",
          e);
    }
  }

  /** Why the target cannot be begun, from its nearest ancestor that was there. */
  CannotCreateException refused(IOException e) {
    return new CannotCreateException(
        "Cannot create '" + given + "': " + obstacle(e) + ".",
        "Choose a path whose parent is a directory you may write to.",
        e);
  }

  private String obstacle(IOException e) {
    if (existing.isPresent() && !Files.isDirectory(existing.get())) {
      return "'" + existing.get() + "' is no directory";
    }
    return existing.isPresent()
            && (e instanceof AccessDeniedException || e instanceof NoSuchFileException)
        ? "'" + existing.get() + "' lets nothing be created in it"
        : NewFile.reason(e);
  }
}
