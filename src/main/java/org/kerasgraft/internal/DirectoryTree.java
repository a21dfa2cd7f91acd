package org.kerasgraft.internal;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.kerasgraft.internal.FaultPoints.Point;

/** What is done to a whole directory: delete it, sync it. Passes the {@link FaultPoints}. */
final class DirectoryTree {

  private DirectoryTree() {}

  /** Deletes a directory, which may be absent, and all below it; links are not followed. */
  static void delete(Path root) throws IOException {
    if (!Files.exists(root, NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            FaultPoints.before(Point.DELETE, file);
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            FaultPoints.before(Point.DELETE, directory);
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Takes a file's or directory's name away before its content: it is whole or not there. */
  static void vanish(Path path) throws IOException {
    Path nameless = path.resolveSibling("." + path.getFileName() + ".tmp");
    delete(nameless);
    if (Files.isDirectory(path, NOFOLLOW_LINKS)) {
      FaultPoints.before(Point.RENAME, path);
      Files.move(path, nameless, StandardCopyOption.ATOMIC_MOVE);
      delete(nameless);
    } else {
      delete(path);
    }
  }

  /** Forces every file and directory below a root to the disk, and the root itself. */
  static void sync(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.toList()) {
        if (Files.isRegularFile(path)) {
          FaultPoints.before(Point.SYNC, path);
          try (FileChannel channel = opened(path)) {
            channel.force(true);
          }
        } else if (Files.isDirectory(path)) {
          syncEntries(path);
        }
      }
    }
  }

  /** For writing, since Windows syncs nothing else; a file that lets only read is only read. */
  private static FileChannel opened(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.WRITE);
    } catch (FileSystemException e) {
      return FileChannel.open(file, StandardOpenOption.READ);
    }
  }

  /** Forces the names in a directory to the disk. */
  static void syncEntries(Path directory) throws IOException {
    FaultPoints.before(Point.SYNC, directory);
    FileChannel channel;
    try {
      channel = FileChannel.open(directory, StandardOpenOption.READ);
    } catch (IOException e) {
      // Windows opens no directory; there a rename is as durable as the file system makes it.
      return;
    }
    try (channel) {
      channel.force(true);
    }
  }
}
