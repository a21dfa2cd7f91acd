package org.kerasgraft.savedmodel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The ops that the runtime's TensorFlow registers, from {@code ops.txt} (made from the op registry;
 * a test compares them), so that reading a model needs no native code.
 */
public final class OpRegistry {

  private static final Set<String> NAMES =
      lines().stream()
          .map(line -> line.substring(0, line.indexOf('|')))
          .collect(Collectors.toUnmodifiableSet());

  private OpRegistry() {}

  /**
   * The names of all registered ops.
   *
   * @return the names, without order
   */
  public static Set<String> names() {
    return NAMES;
  }

  /**
   * The file's lines, one an op: name, results, attributes, arguments, with {@code |} between.
   *
   * @return the lines in the order of the alphabet
   */
  public static List<String> lines() {
    var stream = OpRegistry.class.getResourceAsStream("ops.txt");
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
