package org.kerasgraft.internal;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * A part of a file in memory, unmapped when it is closed. A {@link MappedByteBuffer} alone stays
 * mapped until the collector finds it: until then the disk keeps the space of a deleted file, and
 * Windows deletes none. Not guarded: whoever closes it keeps readers and writers out, then and
 * afterwards, for they would end the process.
 */
public final class MappedPart implements AutoCloseable {

  /** {@code Unsafe.invokeCleaner}, made public for this (JDK-8171377). */
  private record Unmapping(Object unsafe, Method method) {
    void of(ByteBuffer buffer) throws ReflectiveOperationException {
      method.invoke(unsafe, buffer);
    }
  }

  /** Empty in a Java runtime without it: there the collector unmaps. */
  private static final Optional<Unmapping> UNMAPPING = unmapping();

  private Optional<MappedByteBuffer> buffer;

  private MappedPart(MappedByteBuffer buffer) {
    this.buffer = Optional.of(buffer);
  }

  /**
   * Maps a part of a file.
   *
   * @param channel the file; may be closed afterwards
   * @param mode whether it may be written to
   * @param from the first byte
   * @param size bytes, 0 or more, less than 2 GiB
   * @return the part, owned by the caller
   * @throws IOException if the system does not map it
   */
  public static MappedPart of(FileChannel channel, FileChannel.MapMode mode, long from, long size)
      throws IOException {
    return new MappedPart(channel.map(mode, from, size));
  }

  /**
   * The bytes.
   *
   * @return never to be used after {@link #close()}
   * @throws IllegalStateException if closed
   */
  public MappedByteBuffer buffer() {
    return buffer.orElseThrow(() -> new IllegalStateException("This part of a file is closed."));
  }

  /** Unmaps. Idempotent. */
  @Override
  public void close() {
    MappedByteBuffer mapped = buffer.orElse(null);
    buffer = Optional.empty();
    if (mapped != null && UNMAPPING.isPresent()) {
      try {
        UNMAPPING.get().of(mapped);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("A file cannot be unmapped", e);
      }
    }
  }

  /** By reflection, because the compiler warns of the class even where it is exported. */
  private static Optional<Unmapping> unmapping() {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field only = type.getDeclaredField("theUnsafe");
      only.setAccessible(true);
      Method method = type.getMethod("invokeCleaner", ByteBuffer.class);
      return Optional.of(new Unmapping(only.get(null), method));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return Optional.empty();
    }
  }
}
