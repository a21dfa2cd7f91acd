package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.Manifest.Kind;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;

/** A manifest vouches for every file of an output, itself included. */
class ManifestTest {

  @TempDir private Path folder;
  private Path file;

  private static ObjectNode content() {
    return JsonNodeFactory.instance.objectNode().put("seed", 7).put("text", "Kätzchen");
  }

  @BeforeEach
  void writeOne() throws IOException {
    Files.writeString(folder.resolve("one.txt"), "one");
    Files.writeString(Files.createDirectories(folder.resolve("a/b")).resolve("two"), "");
    Manifest.write(Kind.RUN, folder, content());
    file = folder.resolve("manifest.json");
  }

  private void verify() {
    Manifest.find(Kind.RUN, folder).orElseThrow().verify(name -> true);
  }

  @Test
  void listsEveryOtherFileWithSizeAndHash() throws IOException {
    verify();
    JsonNode root = new ObjectMapper().readTree(file.toFile());
    assertEquals("graft-run", root.get("kind").asText());
    assertEquals(2, root.get("files").size(), root.toString());
    assertEquals(3, root.get("files").get("one.txt").get("bytes").asLong());
    assertEquals(
        Sha256.of("one".getBytes(StandardCharsets.US_ASCII)),
        root.get("files").get("one.txt").get("sha256").asText());
    assertEquals(0, root.get("files").get("a/b/two").get("bytes").asLong());
    assertEquals(content(), Manifest.find(Kind.RUN, folder).orElseThrow().content());
  }

  @Test
  void aLinkThatLeadsOutIsRefusedBeforeItIsRead() throws IOException {
    Path elsewhere = Files.createTempFile("graft-test-", ".txt");
    try {
      Files.writeString(elsewhere, "one");
      Files.delete(folder.resolve("one.txt"));
      Files.createSymbolicLink(folder.resolve("one.txt"), elsewhere);
      InvalidDataException e = assertThrows(InvalidDataException.class, this::verify);
      assertTrue(e.getMessage().contains("one.txt' is a link that leads out"), e.getMessage());
    } finally {
      Files.delete(elsewhere);
    }
    Files.delete(folder.resolve("one.txt"));
    Files.writeString(folder.resolve("inside.txt"), "one");
    Files.createSymbolicLink(folder.resolve("one.txt"), Path.of("inside.txt"));
    verify();
  }

  @Test
  void itsLastLineIsTheHashOfAllAbove() throws IOException {
    List<String> lines = Files.readAllLines(file);
    String above = String.join("\n", lines.subList(0, lines.size() - 2)) + "\n";
    String hash = Sha256.of(above.getBytes(StandardCharsets.UTF_8));
    assertEquals(
        "  \"sha256OfAllAbove\" : \"" + hash + "\"", lines.get(lines.size() - 2), lines::toString);
  }

  @Test
  void eachBitOfTheManifestCounts() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] changed = whole.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(file, changed);
      var told = assertThrows(InvalidDataException.class, this::verify, "bit " + bit);
      assertTrue(told.getMessage().contains("manifest.json"), told.getMessage());
    }
  }

  @Test
  void eachLengthOfTheManifestCounts() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      var told = assertThrows(InvalidDataException.class, this::verify, "length " + length);
      assertTrue(told.getMessage().contains("manifest.json"), told.getMessage());
    }
  }

  @Test
  void aFileThatIsMissingLongerOrChangedIsNamed() throws IOException {
    Path one = folder.resolve("one.txt");
    for (String changed : List.of("two", "ones", "on", "")) {
      Files.writeString(one, changed);
      var told = assertThrows(InvalidDataException.class, this::verify, changed);
      assertTrue(told.getMessage().contains("one.txt"), told.getMessage());
    }
    Files.delete(one);
    var told = assertThrows(InvalidDataException.class, this::verify);
    assertTrue(told.getMessage().endsWith("one.txt' is missing."), told.getMessage());
    Manifest.find(Kind.RUN, folder).orElseThrow().verify(name -> name.startsWith("a/"));
  }

  @Test
  void whatIsNotOursIsLeftAlone() throws IOException {
    assertEquals(Optional.empty(), Manifest.find(Kind.MODEL, folder));
    assertEquals(Optional.empty(), Manifest.find(Kind.FEATURES, folder));
    Files.writeString(file, "{\"name\": \"an app\", \"files\": 3}");
    assertEquals(Optional.empty(), Manifest.find(Kind.RUN, folder));
    for (String damaged : List.of("", "null", "[]", "{\"kind\": \"graft-run\"}", "{\"kind\": ")) {
      Files.writeString(file, damaged);
      assertThrows(GraftException.class, () -> Manifest.find(Kind.RUN, folder), damaged);
    }
  }

  @Test
  void aModelsManifestFailsAsAModel() throws IOException {
    Files.createDirectory(folder.resolve("assets.extra"));
    Manifest.write(Kind.MODEL, folder, content());
    Files.writeString(folder.resolve("one.txt"), "two");
    Manifest manifest = Manifest.find(Kind.MODEL, folder).orElseThrow();
    assertThrows(InvalidModelException.class, () -> manifest.verify(name -> true));
  }

  @Test
  void aModelsLinkThatLeadsOutIsRefusedAsTheScanRefusesIt(@TempDir Path elsewhere)
      throws IOException {
    Files.createDirectory(folder.resolve("assets.extra"));
    Manifest.write(Kind.MODEL, folder, content());
    Path one = folder.resolve("one.txt");
    Path secret = Files.writeString(elsewhere.resolve("secret"), "more than was written");
    Files.delete(one);
    Files.createSymbolicLink(one, secret);
    Manifest manifest = Manifest.find(Kind.MODEL, folder).orElseThrow();
    ModelRefusedException e =
        assertThrows(ModelRefusedException.class, () -> manifest.verify(name -> true));
    assertEquals(
        "'" + one + "' in the directory: it is a link that leads out of the model.",
        e.getMessage());
  }
}
