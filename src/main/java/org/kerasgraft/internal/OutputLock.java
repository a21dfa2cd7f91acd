package org.kerasgraft.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.kerasgraft.internal.FaultPoints.Point;

/**
 * A file that one process at a time holds, gone when it is released. A killed process leaves the
 * file, but not the lock: the next one takes it over.
 *
 * <p>On POSIX a process loses its locks on a file when it closes <em>any</em> handle of that file.
 * Hence a file that is held here is not opened a second time by this process, and the handle that
 * reads it back stays open as long as the lock.
 */
final class OutputLock implements AutoCloseable {

  /** Held by this process. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /** A byte far behind the content, so that others can read who holds it, on Windows too. */
  private static final long PLACE = Long.MAX_VALUE - 1;

  private static final int LONGEST = 128;

  private final Path file;
  private final FileChannel writer;
  private final FileChannel reader;

  private OutputLock(Path file, FileChannel writer, FileChannel reader) {
    this.file = file;
    this.writer = writer;
    this.reader = reader;
  }

  /**
   * Takes the lock if nobody holds it.
   *
   * @param file absolute, without links above it; created
   * @return empty if this or another process holds it; else to be closed by the caller
   */
  static Optional<OutputLock> tryAcquire(Path file) throws IOException {
    if (!HELD.add(file)) {
      return Optional.empty();
    }
    Optional<OutputLock> lock = Optional.empty();
    try {
      lock = acquire(file);
      return lock;
    } finally {
      if (lock.isEmpty()) {
        HELD.remove(file);
      }
    }
  }

  /** Who holds it, for a message. */
  static String holder(Path file) {
    if (HELD.contains(file)) {
      return "this process";
    }
    try {
      String text = Files.readString(file);
      return "another process (" + text.substring(0, text.indexOf(' ')) + ")";
    } catch (IOException | IndexOutOfBoundsException e) {
      return "another process";
    }
  }

  private static Optional<OutputLock> acquire(Path file) throws IOException {
    while (true) {
      FaultPoints.before(Point.WRITE, file);
      FileChannel writer =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileChannel reader = null;
      boolean kept = false;
      try {
        if (!locked(writer)) {
          return Optional.empty();
        }
        String token = ProcessHandle.current().pid() + " " + UUID.randomUUID() + "\n";
        writer.write(ByteBuffer.wrap(token.getBytes(StandardCharsets.US_ASCII)), 0);
        writer.truncate(token.length());
        // The holder before may have removed the file between our opening it and our locking it.
        reader = opened(file);
        kept = reader != null && content(reader).equals(token);
        if (kept) {
          return Optional.of(new OutputLock(file, writer, reader));
        }
      } finally {
        if (!kept) {
          close(reader, writer);
        }
      }
    }
  }

  private static FileChannel opened(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(PLACE, 1, false);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // Another copy of this class, by another class loader, holds it.
      return false;
    }
  }

  private static String content(FileChannel reader) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
    int read = 0;
    while (bytes.hasRemaining() && read >= 0) {
      read = reader.read(bytes);
    }
    return StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
  }

  private static void close(FileChannel reader, FileChannel writer) throws IOException {
    try (writer) {
      if (reader != null) {
        reader.close();
      }
    }
  }

  /** Removes the file, then lets go of it: whoever locks it meanwhile sees that it is gone. */
  @Override
  public void close() throws IOException {
    try {
      FaultPoints.before(Point.DELETE, file);
      Files.deleteIfExists(file);
    } finally {
      try {
        close(reader, writer);
      } finally {
        HELD.remove(file);
      }
    }
  }
}
