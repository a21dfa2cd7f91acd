package org.kerasgraft.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.internal.FaultPoints.Point;

/**
 * Which command an unfinished directory belongs to: an empty file in it that is named after the
 * command. A name has no content that could be half.
 *
 * @param command its name, such as {@code train}
 */
record BegunBy(String command) {

  private static final String PREFIX = ".begun-by-";

  /** Reads the mark; empty if there is none, or no such directory. */
  static Optional<BegunBy> in(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    try (Stream<Path> content = Files.list(directory)) {
      return content.filter(BegunBy::isMark).findAny().map(BegunBy::of);
    }
  }

  /** Whether there is more than a directory with a mark. */
  static boolean isMoreThanBegun(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return Files.exists(directory, LinkOption.NOFOLLOW_LINKS);
    }
    try (Stream<Path> content = Files.list(directory)) {
      return content.anyMatch(path -> !isMark(path));
    }
  }

  private static boolean isMark(Path path) {
    return path.getFileName().toString().startsWith(PREFIX);
  }

  private static BegunBy of(Path mark) {
    return new BegunBy(mark.getFileName().toString().substring(PREFIX.length()));
  }

  /** Marks a directory in which no work lies yet. */
  void mark(Path directory) throws IOException {
    Path mark = directory.resolve(PREFIX + command);
    if (!Files.exists(mark)) {
      unmark(directory);
      FaultPoints.before(Point.WRITE, mark);
      Files.createFile(mark);
    }
  }

  /** Takes the mark away. */
  static void unmark(Path directory) throws IOException {
    Optional<BegunBy> before = in(directory);
    if (before.isPresent()) {
      DirectoryTree.delete(directory.resolve(PREFIX + before.get().command()));
    }
  }

  /** The command as a user types it, in quotes. */
  String words() {
    return "'graft " + command + "'";
  }

  /** Why unfinished work is not gone on with. */
  static CannotCreateException refusal(
      OutputPlace place, Path kept, Optional<BegunBy> before, boolean mayResume) {
    return new CannotCreateException(
        "'"
            + place.given()
            + "' was begun"
            + before.map(b -> " by " + b.words()).orElse("")
            + " and not finished; what there is lies in '"
            + kept
            + "'; nothing was touched.",
        "Go on with it by "
            + (mayResume ? "--resume" : before.orElseThrow().words())
            + ", or remove that directory.");
  }
}
