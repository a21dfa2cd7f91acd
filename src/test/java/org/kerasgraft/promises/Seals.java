package org.kerasgraft.promises;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.data.Sha256;

/** Manifests whose last line is right, whatever stands above. */
public final class Seals {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SEAL = "sha256OfAllAbove";

  private Seals() {}

  /**
   * What a manifest says, without its last line.
   *
   * @param manifest a file that Graft wrote
   * @return a JSON object
   */
  public static byte[] content(Path manifest) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(Files.readAllBytes(manifest));
    root.remove(SEAL);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }

  /**
   * Adds the last line.
   *
   * @param content of a manifest; may be no JSON
   * @return the file's bytes
   */
  public static byte[] sealed(byte[] content) {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    String above = text.substring(0, Math.max(0, text.lastIndexOf('}'))).stripTrailing() + ",\n";
    String seal = Sha256.of(above.getBytes(StandardCharsets.ISO_8859_1));
    return (above + "  \"" + SEAL + "\" : \"" + seal + "\"\n}\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * Makes a manifest speak of a file as it is now.
   *
   * @param kind the output's
   * @param directory the output
   * @param name a file that the manifest lists
   */
  public static void reseal(Manifest.Kind kind, Path directory, String name) throws IOException {
    Path manifest = directory.resolve(kind.path());
    ObjectNode root = (ObjectNode) JSON.readTree(content(manifest));
    Path file = directory.resolve(name);
    ((ObjectNode) root.required("files").required(name))
        .put("bytes", Files.size(file))
        .put("sha256", Sha256.of(file));
    Files.write(manifest, sealed(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root)));
  }
}
