package org.kerasgraft.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.OptionalLong;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.FaultPoints.Point;

/**
 * A file of an output while it is written; the one way in which outputs are written. Each write and
 * sync passes its {@link FaultPoints}. What fails is a {@link StorageException} that names the
 * file, the bytes that it needed and the bytes that were free. Not thread-safe.
 */
public final class NewFile implements AutoCloseable {

  private static final int BUFFER = 1 << 16;

  private final Path path;
  private final FileChannel channel;

  private NewFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Starts a file at its beginning.
   *
   * @param path what is there already is overwritten
   * @return the file, to be closed by the caller
   * @throws StorageException if it cannot be created
   */
  public static NewFile create(Path path) {
    try {
      FaultPoints.before(Point.WRITE, path);
      return new NewFile(
          path,
          FileChannel.open(
              path,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING));
    } catch (IOException e) {
      throw failed(path, e, OptionalLong.empty());
    }
  }

  /**
   * Goes on with a file that is there.
   *
   * @param path an existing file
   * @param length what is kept of it; the rest is cut off
   * @return the file, to be closed by the caller; the next {@link #write(ByteBuffer)} goes behind
   *     what was kept
   * @throws StorageException if it cannot be opened or is shorter
   */
  public static NewFile resume(Path path, long length) {
    try {
      FaultPoints.before(Point.WRITE, path);
      FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
      try {
        if (channel.size() < length) {
          throw new IOException("it has " + channel.size() + " bytes, not " + length);
        }
        channel.truncate(length).position(length);
        return new NewFile(path, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw failed(path, e, OptionalLong.empty());
    }
  }

  /**
   * Writes a whole file.
   *
   * @param path what is there already is overwritten
   * @param text written as UTF-8
   * @throws StorageException if it cannot be written
   */
  public static void text(Path path, String text) {
    bytes(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes a whole file.
   *
   * @param path what is there already is overwritten
   * @param content its bytes; borrowed
   * @throws StorageException if it cannot be written
   */
  public static void bytes(Path path, byte[] content) {
    try (NewFile file = create(path)) {
      file.write(ByteBuffer.wrap(content));
    }
  }

  /**
   * Where {@link #replace} writes first, and what a killed process may leave.
   *
   * @param path the file's place
   * @return a hidden path beside it
   */
  public static Path beside(Path path) {
    return path.resolveSibling("." + path.getFileName() + ".partial");
  }

  /**
   * Writes a whole file and puts it in its place at once: whoever looks sees the old one or the new
   * one, even after a power failure.
   *
   * @param path what is there already is replaced
   * @param content its bytes; borrowed
   * @throws StorageException if it cannot be written; what was there is still there then, or the
   *     new one, if only its name could not be synced
   */
  public static void replace(Path path, byte[] content) {
    Path beside = beside(path);
    try (NewFile file = create(beside)) {
      file.write(ByteBuffer.wrap(content));
      file.sync();
    }
    try {
      FaultPoints.before(Point.RENAME, path);
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      DirectoryTree.syncEntries(path.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw failed(path, e, OptionalLong.empty());
    }
  }

  /**
   * Copies a file's content; the copy may be written to, whatever the original allows.
   *
   * @param from an existing file; only read
   * @param to what is there already is overwritten
   * @throws StorageException if it cannot be read or written, naming the one that cannot
   */
  public static void copy(Path from, Path to) {
    try (InputStream content = Files.newInputStream(from);
        NewFile file = create(to)) {
      byte[] buffer = new byte[BUFFER];
      for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
        file.write(ByteBuffer.wrap(buffer, 0, read));
      }
    } catch (IOException e) {
      throw new StorageException(
          "Cannot read '" + from + "': " + reason(e) + ".", "Check its permissions.", e);
    }
  }

  /**
   * Makes a directory of an output, and those above it.
   *
   * @param path need not exist
   * @return the path
   * @throws CannotCreateException if it cannot be made
   */
  public static Path directories(Path path) {
    try {
      FaultPoints.before(Point.WRITE, path);
      return Files.createDirectories(path);
    } catch (IOException e) {
      throw new CannotCreateException(
          "Cannot create '" + path + "': " + reason(e) + ".",
          "Choose a path whose parent is a directory you may write to, on a disk that is not full.",
          e);
    }
  }

  /**
   * A stream into this file, for those who write to streams. It closes this file.
   *
   * @return unbuffered; its failures are {@link StorageException}s
   */
  public OutputStream stream() {
    return new OutputStream() {
      @Override
      public void write(int value) {
        NewFile.this.write(ByteBuffer.wrap(new byte[] {(byte) value}));
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        NewFile.this.write(ByteBuffer.wrap(bytes, offset, length));
      }

      @Override
      public void close() {
        NewFile.this.close();
      }
    };
  }

  /**
   * Writes behind what was written last.
   *
   * @param bytes all that remain in it are written
   * @throws StorageException if the disk refuses
   */
  public void write(ByteBuffer bytes) {
    int needed = bytes.remaining();
    try {
      FaultPoints.before(Point.WRITE, path);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw failed(path, e, OptionalLong.of(needed));
    }
  }

  /**
   * Writes over what was written; does not move the place of {@link #write(ByteBuffer)}.
   *
   * @param bytes all that remain in it are written
   * @param position where the first of them goes, in bytes from the file's beginning
   * @throws StorageException if the disk refuses
   */
  public void write(ByteBuffer bytes, long position) {
    int needed = bytes.remaining();
    try {
      FaultPoints.before(Point.WRITE, path);
      long place = position;
      while (bytes.hasRemaining()) {
        place += channel.write(bytes, place);
      }
    } catch (IOException e) {
      throw failed(path, e, OptionalLong.of(needed));
    }
  }

  /**
   * Forces what was written to the disk.
   *
   * @throws StorageException if the disk refuses
   */
  public void sync() {
    try {
      FaultPoints.before(Point.SYNC, path);
      channel.force(true);
    } catch (IOException e) {
      throw failed(path, e, OptionalLong.empty());
    }
  }

  /** Closes the file without syncing it; {@link AtomicDirectory#commit()} does that. Idempotent. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(path, e, OptionalLong.empty());
    }
  }

  /**
   * A failed write as what a user is told.
   *
   * @param path the file that was written
   * @param cause what the file system said
   * @param needed the bytes that did not go in; empty if that is not known
   * @return the exception, to be thrown
   */
  public static StorageException failed(Path path, IOException cause, OptionalLong needed) {
    StringBuilder problem = new StringBuilder("Cannot write '").append(path).append("'");
    needed.ifPresent(
        bytes -> problem.append(String.format(Locale.ROOT, " (%,d bytes%s)", bytes, free(path))));
    return new StorageException(
        problem.append(": ").append(reason(cause)).append(".").toString(),
        "Check the free space and the permissions.",
        cause);
  }

  private static String free(Path path) {
    try {
      Path place = path.toAbsolutePath().getParent();
      return String.format(Locale.ROOT, ", %,d free", Files.getFileStore(place).getUsableSpace());
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * What a file system's exception says, without the path that the caller names anyway.
   *
   * @param e the exception
   * @return a phrase without a full stop
   */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file or directory";
    } else if (e instanceof AccessDeniedException) {
      return "access is denied";
    } else if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
