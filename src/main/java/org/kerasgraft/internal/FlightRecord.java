package org.kerasgraft.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.FaultPoints.Point;

/**
 * Eight bytes in a file that say what a process is doing, for the one that finds it dead. They are
 * mapped into memory and change at once, so that they survive the process however it ends; not a
 * power failure. Not thread-safe.
 */
public final class FlightRecord implements AutoCloseable {

  private static final int INPUT_BITS = 31;
  private static final int DOING_SHIFT = 2 * INPUT_BITS;

  /** What can end a process from within. */
  public enum Doing {
    /** Nothing of that kind. */
    NOTHING(0),
    /** Native code decodes one input. */
    DECODING(1),
    /** The network runs on inputs. */
    RUNNING(2);

    private final long code;

    Doing(long code) {
      this.code = code;
    }
  }

  /**
   * What was being done.
   *
   * @param doing the kind of work
   * @param input the input, or the first of a batch
   * @param rows how many inputs are run together
   */
  public record Entry(Doing doing, int input, int rows) {}

  private final MappedPart part;

  private FlightRecord(MappedPart part) {
    this.part = part;
  }

  /**
   * Begins a record.
   *
   * @param file what is there already is overwritten
   * @return the record, owned by the caller
   * @throws StorageException if the file cannot be made
   */
  public static FlightRecord begin(Path file) {
    try {
      FaultPoints.before(Point.WRITE, file);
      try (FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        FlightRecord record =
            new FlightRecord(MappedPart.of(channel, FileChannel.MapMode.READ_WRITE, 0, Long.BYTES));
        record.note(new Entry(Doing.NOTHING, 0, 0));
        return record;
      }
    } catch (IOException e) {
      throw new StorageException(
          "Cannot write '" + file + "': " + NewFile.reason(e) + ".", "Check the free space.", e);
    }
  }

  /**
   * Says what is being done from now on.
   *
   * @param entry what
   */
  public void note(Entry entry) {
    part.buffer()
        .putLong(
            0,
            (entry.doing().code << DOING_SHIFT)
                | ((long) entry.input() << INPUT_BITS)
                | entry.rows());
  }

  /** Unmaps the file; what was noted stays there. Idempotent. */
  @Override
  public void close() {
    part.close();
  }

  /**
   * What a process was doing last.
   *
   * @param file its record
   * @return empty if it has begun none
   */
  public static Optional<Entry> last(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length < Long.BYTES) {
        return Optional.empty();
      }
      long value = ByteBuffer.wrap(bytes).getLong();
      int input = (int) (value >>> INPUT_BITS) & Integer.MAX_VALUE;
      int rows = (int) value & Integer.MAX_VALUE;
      return Arrays.stream(Doing.values())
          .filter(doing -> doing.code == value >>> DOING_SHIFT)
          .findFirst()
          .map(doing -> new Entry(doing, input, rows));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
