package org.kerasgraft.promises;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes a JSON object: its values, its keys, or its text. */
public final class JsonMutations {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Pattern NUMBER = Pattern.compile("(?<=: )-?\\d+(\\.\\d+)?");
  private static final Pattern MEMBER = Pattern.compile("\"[^\"\\\\]*\" : [^\\[{,\\s]+,");

  /** Texts that are paths out, no paths, or no texts that a parser expects. */
  static final List<String> TEXTS =
      List.of(
          "",
          ".",
          "..",
          "../../x",
          "/etc/hostname",
          "\\\\server\\x",
          "C:/x",
          "a\u0000b",
          "\u001b[31m",
          "line\nbreak",
          "\ud800",
          "ünïcödé",
          "x".repeat(5000),
          "NaN",
          "-1",
          "%s%n",
          "null");

  private static final List<String> NUMBERS =
      List.of(
          "NaN",
          "Infinity",
          "1e999",
          "-1e999",
          "1e-999999999",
          "9".repeat(400),
          "0x10",
          "007",
          "1.5",
          "9223372036854775807",
          "-2147483649");

  private JsonMutations() {}

  /**
   * Changes one to three things.
   *
   * @param json a JSON object as UTF-8; not modified
   * @param random decides what and where
   * @return text that mostly is JSON still
   */
  public static byte[] mutated(byte[] json, RandomGenerator random) {
    try {
      JsonNode root = JSON.readTree(json);
      for (int times = 1 + random.nextInt(2); times > 0 && root.size() > 0; times--) {
        change(root, random);
      }
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
      if (random.nextInt(3) == 0) {
        text = retyped(text, random);
      }
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return random.nextInt(12) == 0 ? ByteMutations.mutated(bytes, random) : bytes;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A container somewhere below, and a change of one of its elements. */
  private static void change(JsonNode root, RandomGenerator random) {
    List<JsonNode> places = new ArrayList<>();
    collect(root, places);
    JsonNode place = places.get(random.nextInt(places.size()));
    if (place instanceof ObjectNode object) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      String key = keys.get(random.nextInt(keys.size()));
      JsonNode value = object.get(key);
      switch (random.nextInt(6)) {
        case 0 -> object.remove(key);
        case 1 -> object.set(text(key, random), object.remove(key));
        case 2 -> object.set(text(key, random), value.deepCopy());
        case 3 -> object.set(key, object.get(keys.get(random.nextInt(keys.size()))).deepCopy());
        default -> object.set(key, other(value, random));
      }
    } else if (place instanceof ArrayNode array) {
      int at = random.nextInt(array.size());
      switch (random.nextInt(5)) {
        case 0 -> array.remove(at);
        case 1 -> array.insert(at, array.get(at).deepCopy());
        case 2 -> array.removeAll();
        default -> array.set(at, other(array.get(at), random));
      }
    }
  }

  private static void collect(JsonNode node, List<JsonNode> places) {
    if (node.isContainerNode() && node.size() > 0) {
      places.add(node);
      node.forEach(child -> collect(child, places));
    }
  }

  private static JsonNode other(JsonNode old, RandomGenerator random) {
    return switch (random.nextInt(12)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(random.nextBoolean());
      case 2 -> NODES.numberNode(-1);
      case 3 -> NODES.numberNode(random.nextInt(3));
      case 4 -> NODES.numberNode(random.nextBoolean() ? Integer.MAX_VALUE : Long.MAX_VALUE);
      case 5 -> NODES.numberNode(BigInteger.ONE.shiftLeft(63 + random.nextInt(100)));
      case 6 -> NODES.numberNode(random.nextDouble() * 10);
      case 7 -> random.nextBoolean() ? NODES.arrayNode() : NODES.objectNode();
      case 8 -> NODES.arrayNode().add(old.deepCopy());
      case 9 -> NODES.objectNode().set("x", old.deepCopy());
      default -> NODES.textNode(text(old.asText(), random));
    };
  }

  /** Another text; half of the time not far from the old one. */
  static String text(String old, RandomGenerator random) {
    int at = random.nextInt(old.length() + 1);
    return switch (random.nextInt(6)) {
      case 0 -> old + "x";
      case 1 -> old.substring(at);
      case 2 -> old.substring(0, at) + TEXTS.get(random.nextInt(TEXTS.size())) + old.substring(at);
      default -> TEXTS.get(random.nextInt(TEXTS.size()));
    };
  }

  /** What no tree can say: numbers that are none, keys that are there twice, deep nesting. */
  private static String retyped(String text, RandomGenerator random) {
    return switch (random.nextInt(6)) {
      case 0 -> replaced(text, NUMBER, NUMBERS.get(random.nextInt(NUMBERS.size())), random);
      case 1 -> replaced(text, MEMBER, "$0 $0", random);
      case 2 -> {
        int depth = 500 << random.nextInt(8);
        yield replaced(text, NUMBER, "[".repeat(depth) + "]".repeat(depth), random);
      }
      case 3 -> replaced(text, Pattern.compile("[a-z]"), "\\\\u0000", random);
      case 4 -> "\ufeff" + text;
      default -> replaced(text, Pattern.compile("[,:\\[{]"), "$0$0", random);
    };
  }

  private static String replaced(
      String text, Pattern pattern, String replacement, RandomGenerator random) {
    int from = random.nextInt(text.length());
    Matcher matcher = pattern.matcher(text);
    return matcher.find(from)
        ? text.substring(0, matcher.start())
            + pattern.matcher(matcher.group()).replaceFirst(replacement)
            + text.substring(matcher.end())
        : text;
  }
}
