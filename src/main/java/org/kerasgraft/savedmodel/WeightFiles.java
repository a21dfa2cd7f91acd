package org.kerasgraft.savedmodel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.StorageException;

/**
 * How the files of a model's weights lay on the disk when it was read. The weights themselves are
 * read later and more than once (restored, hashed, copied): who does can tell whether they are
 * still those of this model.
 *
 * @param folder the model's {@code variables}
 * @param stamps by the file's name; empty without weights
 */
public record WeightFiles(Path folder, SortedMap<String, Stamp> stamps) {

  /**
   * What changes when a file is written or another takes its place.
   *
   * @param bytes its size
   * @param modified when it was written last
   * @param key the system's number of the file; empty where it tells none
   */
  public record Stamp(long bytes, FileTime modified, String key) {}

  /** Copies. */
  public WeightFiles {
    Objects.requireNonNull(folder);
    stamps = Collections.unmodifiableSortedMap(new TreeMap<>(stamps));
  }

  /**
   * As they lie now.
   *
   * @param model the model's directory
   * @return the stamps
   * @throws StorageException if they cannot be looked at
   */
  public static WeightFiles of(Path model) {
    Path folder = model.resolve("variables");
    SortedMap<String, Stamp> stamps = new TreeMap<>();
    try (Stream<Path> files =
        Files.isDirectory(folder) ? Files.list(folder) : Stream.<Path>empty()) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        String key = Objects.toString(now.fileKey(), "");
        stamps.put(
            file.getFileName().toString(), new Stamp(now.size(), now.lastModifiedTime(), key));
      }
    } catch (IOException e) {
      throw new StorageException("Cannot look into '" + folder + "': " + e + ".", "", e);
    }
    return new WeightFiles(folder, stamps);
  }

  /**
   * Checks that what was just read of them belongs to the model that was read before.
   *
   * @throws InvalidModelException if a file was written, replaced, added or removed since
   */
  public void requireSame() {
    Map<String, Stamp> now = of(folder.getParent()).stamps();
    for (Map<String, Stamp> each : List.of(stamps, now)) {
      for (String name : each.keySet()) {
        if (!Objects.equals(stamps.get(name), now.get(name))) {
          throw new InvalidModelException(
              "'" + folder.resolve(name) + "' has changed since the model was read.",
              "Do not write into a model that is in use; begin again.");
        }
      }
    }
  }
}
