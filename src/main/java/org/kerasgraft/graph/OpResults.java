package org.kerasgraft.graph;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * Where a named result of an op stands among its outputs. A function body says {@code node:y:0}, a
 * flat graph {@code node:k}; the two differ only for ops with several results. Those are listed in
 * {@code op-results.txt} (from TensorFlow's op registry; a test compares them), so that inlining
 * needs no native code.
 */
final class OpResults {

  /** One result: how many outputs it stands for is fixed or given by an attribute. */
  private record Result(String name, String countAttribute) {}

  private static final Map<String, List<Result>> SEVERAL = read();

  private OpResults() {}

  /** The index among all outputs of {@code node} of output {@code index} of {@code result}. */
  static int index(NodeDef node, String result, int index) {
    List<Result> results = SEVERAL.getOrDefault(node.getOp(), List.of());
    if (!results.isEmpty() && results.stream().noneMatch(r -> r.name().equals(result))) {
      throw new IllegalArgumentException("The op " + node.getOp() + " has no result " + result);
    }
    int offset = 0;
    for (Result known : results) {
      if (known.name().equals(result)) {
        break;
      }
      offset +=
          known.countAttribute().isEmpty() ? 1 : count(node.getAttrOrThrow(known.countAttribute()));
    }
    return offset + index;
  }

  /** The lines of the table, as the test makes them anew. */
  static List<String> lines() {
    var stream = OpResults.class.getResourceAsStream("op-results.txt");
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int count(AttrValue value) {
    return value.hasList() ? value.getList().getTypeCount() : Math.toIntExact(value.getI());
  }

  private static Map<String, List<Result>> read() {
    Map<String, List<Result>> table = new HashMap<>();
    for (String line : lines()) {
      List<String> words = List.of(line.split(" "));
      table.put(
          words.get(0), words.subList(1, words.size()).stream().map(OpResults::result).toList());
    }
    return table;
  }

  private static Result result(String word) {
    int star = word.indexOf('*');
    return star < 0
        ? new Result(word, "")
        : new Result(word.substring(0, star), word.substring(star + 1));
  }
}
