package org.kerasgraft.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kerasgraft.error.StorageException;

/**
 * What a watched process says last, when its command has returned: its exit code, in a file. A
 * process that native code ended has not said it, whatever exit code it left. Closing removes the
 * file; idempotent.
 */
public final class LastWord implements AutoCloseable {

  /** The system property that names the file. */
  private static final String FILE = "graft.child.word";

  private final Path file;

  private LastWord(Path file) {
    this.file = file;
  }

  /**
   * The watching side: where it is awaited.
   *
   * @return an empty file below the system's folder for temporary files, owned by the caller
   * @throws StorageException if it cannot be made
   */
  public static LastWord await() {
    try {
      return new LastWord(Files.createTempFile("graft-", ".word"));
    } catch (IOException e) {
      throw new StorageException(
          "A file cannot be made in '" + System.getProperty("java.io.tmpdir") + "': " + e + ".",
          "Leave out --isolate, or give Java a -Djava.io.tmpdir that may be written.",
          e);
    }
  }

  /**
   * Java's flag for the process.
   *
   * @return the property that names the file
   */
  public List<String> flags() {
    return List.of("-D" + FILE + "=" + file);
  }

  /**
   * Whether the process has said that it ends with this code.
   *
   * @param code an exit code
   * @return false if it said another, or none
   */
  public boolean is(int code) {
    try {
      return Files.readString(file).equals(Integer.toString(code));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * In the process: says it, if anybody waits for it.
   *
   * @param code the exit code that follows
   */
  public static void say(int code) {
    String file = System.getProperty(FILE);
    if (file != null) {
      try {
        Files.writeString(Path.of(file), Integer.toString(code));
      } catch (IOException e) {
        return; // then it is not believed
      }
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new StorageException("Cannot remove '" + file + "': " + e + ".", "", e);
    }
  }
}
