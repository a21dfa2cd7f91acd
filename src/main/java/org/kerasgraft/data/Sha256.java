package org.kerasgraft.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.Cancellation;

/**
 * A SHA-256 over several parts. Each part goes in with its length, so that no two lists of parts
 * give the same bytes. Not thread-safe.
 */
public final class Sha256 {

  private static final int BUFFER = 1 << 16;

  private final MessageDigest digest = algorithm();

  /** Starts with no part. */
  public Sha256() {}

  /**
   * The hash of a file's bytes, as {@code sha256sum} prints it.
   *
   * @param file a regular file
   * @return 64 lower-case hexadecimal digits
   * @throws StorageException if it cannot be read
   */
  public static String of(Path file) {
    return of(file, new Cancellation());
  }

  /**
   * The same of a file that may be large.
   *
   * @param file a regular file
   * @param cancellation looked at again and again
   * @return 64 lower-case hexadecimal digits
   * @throws StorageException if it cannot be read
   * @throws org.kerasgraft.error.RunInterruptedException if that is wished
   */
  public static String of(Path file, Cancellation cancellation) {
    Bytes hash = new Bytes();
    byte[] buffer = new byte[BUFFER];
    try (InputStream stream = Files.newInputStream(file)) {
      for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
        hash.add(buffer, read);
        cancellation.stopIfWished("Stopped while reading '" + file + "'.");
      }
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e + ".", "", e);
    }
    return hash.hex();
  }

  /** The hash of bytes that come one after the other, and of nothing else. */
  static final class Bytes {

    private final MessageDigest digest = algorithm();

    void add(byte[] bytes, int count) {
      digest.update(bytes, 0, count);
    }

    /** Ends the hash. */
    String hex() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  /**
   * The hash of bytes.
   *
   * @param bytes any
   * @return 64 lower-case hexadecimal digits
   */
  public static String of(byte[] bytes) {
    return HexFormat.of().formatHex(algorithm().digest(bytes));
  }

  /**
   * Adds a part.
   *
   * @param text hashed as UTF-8
   * @return this
   */
  public Sha256 add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Adds a part.
   *
   * @param bytes the part
   * @return this
   */
  public Sha256 add(byte[] bytes) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).array());
    digest.update(bytes);
    return this;
  }

  /**
   * Ends the hash; nothing can be added after.
   *
   * @return 64 lower-case hexadecimal digits
   */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest algorithm() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
