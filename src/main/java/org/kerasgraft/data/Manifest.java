package org.kerasgraft.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.NewFile;

/**
 * The file of an output that is written last: what the output is, and size and SHA-256 of every
 * other file. Its own last line is the SHA-256 of all lines above ({@code head -n -2 manifest.json
 * | sha256sum} prints it), so that a change to the manifest is not taken for a change to what it
 * names. Readers verify both.
 */
public final class Manifest {

  private static final String FILES = "files";
  private static final String SEAL = "sha256OfAllAbove";
  private static final Pattern END =
      Pattern.compile(",\\n(  \"" + SEAL + "\" : \"([0-9a-f]{64})\"\\n\\}\\n)\\z");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  /** The longest that is read: a file of an output takes some 150 bytes of it. */
  private static final long MOST_BYTES = 64L << 20;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** The outputs that have a manifest. */
  public enum Kind {
    /** A training's directory. */
    RUN("manifest.json", "kind", "graft-run"),
    /** An exported model; TensorFlow ignores {@code assets.extra}. */
    MODEL("assets.extra/graft.json", "format", "graft-model"),
    /** Stored features. */
    FEATURES("manifest.json", "kind", "graft-features"),
    /** What {@code to-keras} writes. */
    KERAS("manifest.json", "kind", "graft-keras"),
    /** The state of a training that is not finished. */
    CHECKPOINT("manifest.json", "kind", "graft-checkpoint");

    private final String path;
    private final String key;
    private final String id;

    Kind(String path, String key, String id) {
      this.path = path;
      this.key = key;
      this.id = id;
    }

    /**
     * Where the manifest lies.
     *
     * @return relative to the output's directory, with {@code /}
     */
    public String path() {
      return path;
    }

    /** A link, whose content is not read: even an error could tell what stands elsewhere. */
    private GraftException leadingOut(Path file) {
      return this == MODEL
          ? new ModelRefusedException(
              "'" + file + "' in the directory: it is a link that leads out of the model.",
              "Copy the model whole and without links (cp -rL).")
          : damaged(file, "is a link that leads out of the folder");
    }

    private GraftException damaged(Path file, String problem) {
      String text = "'" + file + "' " + problem + ".";
      return switch (this) {
        case MODEL -> new InvalidModelException(text, "Copy the model again, or export it again.");
        case FEATURES -> new InvalidDataException(text, "Compute the features again.");
        case RUN ->
            new InvalidDataException(
                text, "Copy the run again, or give its folder 'model' to use the model alone.");
        case KERAS -> new InvalidDataException(text, "Write it again with 'graft to-keras'.");
        case CHECKPOINT ->
            new InvalidDataException(
                text, "Remove the folder of checkpoints to train from the beginning.");
      };
    }
  }

  /**
   * A file as it was written.
   *
   * @param bytes its size
   * @param sha256 its hash, 64 lower-case hexadecimal digits
   */
  private record Written(long bytes, String sha256) {}

  private final Kind kind;
  private final Path directory;
  private final ObjectNode content;
  private final SortedMap<String, Written> files;

  private Manifest(
      Kind kind, Path directory, ObjectNode content, SortedMap<String, Written> files) {
    this.kind = kind;
    this.directory = directory;
    this.content = content;
    this.files = files;
  }

  /**
   * Hashes every file below a directory and writes its manifest.
   *
   * @param kind what the directory is
   * @param directory holds all its files but the manifest
   * @param content what else the manifest says; not modified
   * @throws StorageException if a file cannot be read, or the manifest not be written
   */
  public static void write(Kind kind, Path directory, ObjectNode content) {
    write(kind, directory, content, name -> true);
  }

  /**
   * Hashes files below a directory and writes its manifest.
   *
   * @param kind what the directory is
   * @param directory holds all its files but the manifest
   * @param content what else the manifest says; not modified
   * @param which of the files belong to the output, by their paths relative to the directory, with
   *     {@code /}
   * @throws StorageException if a file cannot be read, or the manifest not be written
   */
  public static void write(Kind kind, Path directory, ObjectNode content, Predicate<String> which) {
    Path manifest = directory.resolve(kind.path);
    ObjectNode root = JSON.createObjectNode().put(kind.key, kind.id);
    root.setAll(content.deepCopy());
    ObjectNode files = root.putObject(FILES);
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path file : tree.filter(Files::isRegularFile).sorted().toList()) {
        String name = directory.relativize(file).toString().replace('\\', '/');
        if (!file.equals(manifest) && which.test(name)) {
          files.putObject(name).put("bytes", Files.size(file)).put("sha256", Sha256.of(file));
        }
      }
    } catch (IOException e) {
      throw new StorageException(
          "Cannot read '" + directory + "': " + NewFile.reason(e) + ".", "", e);
    }
    NewFile.text(manifest, sealed(root));
  }

  private static String sealed(ObjectNode root) {
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
    try {
      String text = JSON.writer(printer).writeValueAsString(root);
      String above = text.substring(0, text.lastIndexOf('\n')) + ",\n";
      String seal = Sha256.of(above.getBytes(StandardCharsets.UTF_8));
      return above + "  \"" + SEAL + "\" : \"" + seal + "\"\n}\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree is always JSON", e);
    }
  }

  /**
   * Checks an output against its manifest, if it has one.
   *
   * @param kind what the directory should be
   * @param directory the output, or what somebody else made
   * @throws InvalidModelException for a model, InvalidDataException for the others, naming the file
   *     that is not as it was written
   */
  public static void check(Kind kind, Path directory) {
    find(kind, directory).ifPresent(manifest -> manifest.verify(name -> true));
  }

  /**
   * Reads a directory's manifest and checks it against its own last line.
   *
   * @param kind what the directory should be
   * @param directory the output
   * @return empty if there is none, or another program's
   * @throws InvalidModelException for a model, InvalidDataException for the others, if the manifest
   *     is not as it was written
   */
  public static Optional<Manifest> find(Kind kind, Path directory) {
    Path file = directory.resolve(kind.path);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    byte[] bytes;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw kind.damaged(file, "has more than " + MOST_BYTES + " bytes");
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + NewFile.reason(e) + ".", "", e);
    }
    Matcher end = END.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    if (!end.find()) {
      if (isAnothers(kind, bytes)) {
        return Optional.empty();
      }
      throw kind.damaged(file, "is cut off or changed: its last line is not the one it ends with");
    }
    if (!Sha256.of(Arrays.copyOf(bytes, end.start(1))).equals(end.group(2))) {
      throw kind.damaged(file, "is not what was written: its SHA-256 differs from its last line");
    }
    return Optional.of(parsed(kind, directory, bytes)).filter(m -> m.isOf(kind));
  }

  /** Whether it is whole JSON that says nothing of us. */
  private static boolean isAnothers(Kind kind, byte[] bytes) {
    try {
      JsonNode root = JSON.readTree(bytes);
      return root.isObject() && !root.has(SEAL) && !root.path(kind.key).asText().equals(kind.id);
    } catch (IOException e) {
      return false;
    }
  }

  private static Manifest parsed(Kind kind, Path directory, byte[] bytes) {
    try {
      ObjectNode root = (ObjectNode) JSON.readTree(bytes);
      SortedMap<String, Written> files = files(kind, directory, (ObjectNode) root.required(FILES));
      root.remove(FILES);
      root.remove(SEAL);
      return new Manifest(kind, directory, root, files);
    } catch (GraftException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw kind.damaged(directory.resolve(kind.path), "is no readable manifest");
    }
  }

  private static SortedMap<String, Written> files(Kind kind, Path directory, ObjectNode listed) {
    SortedMap<String, Written> files = new TreeMap<>();
    for (Map.Entry<String, JsonNode> file : listed.properties()) {
      if (InnerPath.leadsOut(file.getKey())) {
        throw kind.damaged(
            directory.resolve(kind.path),
            "names '" + file.getKey() + "', which is no file in its folder");
      }
      JsonNode bytes = file.getValue().required("bytes");
      String hash = file.getValue().required("sha256").asText();
      if (!bytes.canConvertToExactIntegral() || !HASH.matcher(hash).matches()) {
        throw new IllegalArgumentException(file.getKey());
      }
      files.put(file.getKey(), new Written(bytes.longValue(), hash));
    }
    return files;
  }

  private boolean isOf(Kind expected) {
    return content.path(expected.key).asText().equals(expected.id);
  }

  /**
   * What the manifest says, without the list of files.
   *
   * @return a copy
   */
  public ObjectNode content() {
    ObjectNode copy = content.deepCopy();
    copy.remove(kind.key);
    return copy;
  }

  /**
   * Where the manifest lies.
   *
   * @return its path
   */
  public Path path() {
    return directory.resolve(kind.path);
  }

  /**
   * Checks files against the manifest; files that it does not name are of no interest.
   *
   * @param which of the named ones, by their paths relative to the directory, with {@code /}
   * @throws InvalidModelException for a model, InvalidDataException for the others, naming the
   *     first file that is missing, of another size, or changed, or a link that leads out
   * @throws ModelRefusedException if that is a model's
   */
  public void verify(Predicate<String> which) {
    files.forEach(
        (name, written) -> {
          if (which.test(name)) {
            verify(directory.resolve(name), written);
          }
        });
  }

  private void verify(Path file, Written written) {
    try {
      if (!Files.isRegularFile(file)) {
        throw kind.damaged(file, "is missing");
      }
      if (!file.toRealPath().startsWith(directory.toRealPath())) {
        throw kind.leadingOut(file);
      }
      long bytes = Files.size(file);
      if (bytes != written.bytes()) {
        throw kind.damaged(
            file, "has " + bytes + " bytes, not the " + written.bytes() + " it was written with");
      }
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + NewFile.reason(e) + ".", "", e);
    }
    if (!Sha256.of(file).equals(written.sha256())) {
      throw kind.damaged(file, "is not what was written: its SHA-256 differs");
    }
  }
}
