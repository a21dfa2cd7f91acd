package org.kerasgraft.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.AtomicDirectory;

/**
 * The checkpoints of one training: {@code checkpoint-N}, each complete or not there. A new one
 * takes the place of the older ones. Nothing else in the folder is touched.
 */
public final class CheckpointFolder {

  private static final Pattern COMPLETE = Pattern.compile("checkpoint-(\\d{1,9})");

  /** Of a process that was killed while it wrote or removed. */
  private static final Pattern UNFINISHED = Pattern.compile("\\.checkpoint-\\d{1,9}\\..+");

  private final Path directory;

  CheckpointFolder(Path directory) {
    this.directory = directory;
  }

  /** A checkpoint's directory. */
  private record Entry(int number, Path path) {}

  /**
   * How far a training has come, for a process that watches it.
   *
   * @param directory where its checkpoints are; may be absent
   * @return the newest one's number, which only grows; 0 if there is none
   */
  public static int newest(Path directory) {
    return new CheckpointFolder(directory).newest().map(Entry::number).orElse(0);
  }

  /** Where they are. */
  Path directory() {
    return directory;
  }

  /**
   * Reads the newest.
   *
   * @throws org.kerasgraft.error.InvalidDataException if it is damaged, naming the file
   */
  Optional<Checkpoint> latest() {
    return newest().map(entry -> CheckpointFiles.read(entry.path()));
  }

  /** Writes one and removes the others. */
  void save(Checkpoint checkpoint) {
    int number = newest().map(Entry::number).orElse(0) + 1;
    Path target = directory.resolve("checkpoint-" + number);
    try (AtomicDirectory writing = AtomicDirectory.create(target)) {
      CheckpointFiles.write(checkpoint, writing.staging());
      writing.commit();
    }
    for (Path other : content()) {
      String name = other.getFileName().toString();
      boolean ours = COMPLETE.matcher(name).matches() || UNFINISHED.matcher(name).matches();
      if (ours && !other.equals(target)) {
        remove(other);
      }
    }
  }

  private Optional<Entry> newest() {
    return content().stream()
        .flatMap(
            path -> {
              Matcher matcher = COMPLETE.matcher(path.getFileName().toString());
              return matcher.matches()
                  ? Stream.of(new Entry(Integer.parseInt(matcher.group(1)), path))
                  : Stream.empty();
            })
        .max(Comparator.comparingInt(Entry::number));
  }

  private List<Path> content() {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(directory)) {
      return list.toList();
    } catch (IOException e) {
      throw new StorageException("Cannot look into '" + directory + "': " + e + ".", "", e);
    }
  }

  private static void remove(Path path) {
    try {
      AtomicDirectory.deleteTree(path);
    } catch (IOException e) {
      throw new StorageException("Cannot remove '" + path + "': " + e + ".", "", e);
    }
  }
}
