package org.kerasgraft.features;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.internal.NewFile;
import org.tensorflow.ndarray.Shape;

/**
 * What an unfinished extraction has done, beside the files it writes: a line that says what is
 * being extracted, then one line a batch. Each line ends with its own CRC-32C, so that a line that
 * did not reach the disk whole ends the journal. The lines are written after what they speak of.
 */
final class Journal implements AutoCloseable {

  /** The file's name beside an unfinished extraction. */
  static final String FILE = "journal";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FIELDS = 6;

  /**
   * Where an extraction stands at the end of a batch.
   *
   * @param inputs how many inputs are done
   * @param rows how many rows they gave
   * @param rowShape the shape of a row
   * @param indexEnd where the batch's lines end in {@code index.csv}, in bytes
   * @param features CRC-32C of the bytes of the batch's rows
   * @param index CRC-32C of the bytes of the batch's lines of the index
   */
  record Batch(
      int inputs, int rows, List<Long> rowShape, long indexEnd, long features, long index) {

    Batch {
      rowShape = List.copyOf(rowShape);
    }

    Shape shape() {
      return Shape.of(rowShape.stream().mapToLong(Long::longValue).toArray());
    }

    String line() {
      String shape =
          rowShape.isEmpty()
              ? "scalar"
              : rowShape.stream().map(Object::toString).collect(Collectors.joining("x"));
      return inputs + " " + rows + " " + shape + " " + indexEnd + " " + features + " " + index;
    }

    static Optional<Batch> parse(String line) {
      String[] f = line.split(" ", -1);
      if (f.length != FIELDS) {
        return Optional.empty();
      }
      try {
        List<Long> shape =
            f[2].equals("scalar")
                ? List.of()
                : Arrays.stream(f[2].split("x", -1)).map(Long::valueOf).toList();
        return Optional.of(
            new Batch(
                Integer.parseInt(f[0]),
                Integer.parseInt(f[1]),
                shape,
                Long.parseLong(f[3]),
                Long.parseLong(f[4]),
                Long.parseLong(f[5])));
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
  }

  /**
   * What a journal says.
   *
   * @param key what was being extracted; a journal is gone on with for an equal one only
   * @param ends where each whole line of a batch ends in the file, in bytes; the first element is
   *     where the first line ends
   * @param batches the batches in order
   */
  record Content(FeatureKey key, List<Long> ends, List<Batch> batches) {}

  private final NewFile file;

  private Journal(NewFile file) {
    this.file = file;
  }

  /** Begins a journal; it is there with its first line, or not at all. */
  static Journal begin(Path folder, FeatureKey key) {
    try {
      byte[] first = whole(JSON.writeValueAsString(key));
      NewFile.replace(folder.resolve(FILE), first);
      return new Journal(NewFile.resume(folder.resolve(FILE), first.length));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A record of strings can be written as JSON", e);
    }
  }

  /** Goes on with a journal after some of its batches; the others are cut off. */
  static Journal resume(Path folder, Content content, int batches) {
    return new Journal(NewFile.resume(folder.resolve(FILE), content.ends().get(batches)));
  }

  /**
   * Reads as far as lines are whole.
   *
   * @return empty if there is no journal
   * @throws InvalidDataException if not even the first line is whole
   */
  static Optional<Content> read(Path folder) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(folder.resolve(FILE));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    Optional<FeatureKey> key = Optional.empty();
    List<Long> ends = new ArrayList<>();
    List<Batch> batches = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != '\n') {
        continue;
      }
      Optional<String> line = checked(new String(bytes, begin, i - begin, StandardCharsets.UTF_8));
      Optional<Batch> batch = ends.isEmpty() ? Optional.empty() : line.flatMap(Batch::parse);
      if (ends.isEmpty()) {
        key = line.flatMap(Journal::key);
      }
      if (ends.isEmpty() ? key.isEmpty() : batch.isEmpty()) {
        break;
      }
      batch.ifPresent(batches::add);
      begin = i + 1;
      ends.add((long) begin);
    }
    if (key.isEmpty()) {
      throw new InvalidDataException(
          "'" + folder.resolve(FILE) + "' is damaged: it does not say of what it is.",
          "Remove '" + folder + "' to begin anew.");
    }
    return Optional.of(new Content(key.get(), ends, batches));
  }

  private static Optional<FeatureKey> key(String line) {
    try {
      return Optional.of(JSON.readValue(line, FeatureKey.class));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** The line without its checksum, if that is right. */
  private static Optional<String> checked(String line) {
    int space = line.lastIndexOf(' ');
    return space > 0 && line.substring(space + 1).equals(checksum(line.substring(0, space)))
        ? Optional.of(line.substring(0, space))
        : Optional.empty();
  }

  private static String checksum(String text) {
    return String.format("%08x", checksum(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The CRC-32C of some bytes. */
  static long checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length);
    return checksum.getValue();
  }

  /** Adds a batch; its rows and lines are in their files by now. */
  void add(Batch batch) {
    file.write(ByteBuffer.wrap(whole(batch.line())));
  }

  private static byte[] whole(String line) {
    return (line + " " + checksum(line) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    file.close();
  }
}
