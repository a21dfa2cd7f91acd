package org.kerasgraft.graph;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * The ops that the runtime's TensorFlow registers: their attributes and results. It stands in
 * {@code ops.txt} (from the op registry; a test compares them), so that reading a model needs no
 * native code. A line is {@code Op|result result*attribute|attribute attribute}; a result with
 * {@code *} is as many outputs as its attribute says.
 */
final class OpTable {

  /** One result: how many outputs it stands for is fixed or given by an attribute. */
  private record Result(String name, String countAttribute) {}

  private record Known(List<Result> results, Set<String> attributes) {}

  private static final Map<String, Known> OPS = read();

  private OpTable() {}

  /** The attributes that the runtime's op has; empty if it does not have the op. */
  static Optional<Set<String>> attributes(String op) {
    return Optional.ofNullable(OPS.get(op)).map(Known::attributes);
  }

  /**
   * The index among all outputs of {@code node} of output {@code index} of {@code result}: a
   * function body says {@code node:result:0}, a flat graph {@code node:k}.
   */
  static int index(NodeDef node, String result, int index) {
    Known known = OPS.get(node.getOp());
    int offset = 0;
    for (Result next : known == null ? List.<Result>of() : known.results()) {
      if (next.name().equals(result)) {
        return offset + index;
      }
      offset +=
          next.countAttribute().isEmpty() ? 1 : count(node.getAttrOrThrow(next.countAttribute()));
    }
    if (known == null) {
      return index;
    }
    throw new IllegalArgumentException("The op " + node.getOp() + " has no result " + result);
  }

  /** The lines of the table, as the test makes them anew. */
  static List<String> lines() {
    var stream = OpTable.class.getResourceAsStream("ops.txt");
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int count(AttrValue value) {
    return value.hasList() ? value.getList().getTypeCount() : Math.toIntExact(value.getI());
  }

  private static Map<String, Known> read() {
    Map<String, Known> table = new HashMap<>();
    for (String line : lines()) {
      String[] parts = line.split("\\|", -1);
      table.put(
          parts[0],
          new Known(
              words(parts[1]).stream().map(OpTable::result).toList(), Set.copyOf(words(parts[2]))));
    }
    return table;
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(" "));
  }

  private static Result result(String word) {
    int star = word.indexOf('*');
    return star < 0
        ? new Result(word, "")
        : new Result(word.substring(0, star), word.substring(star + 1));
  }
}
