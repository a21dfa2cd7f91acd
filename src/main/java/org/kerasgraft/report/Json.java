package org.kerasgraft.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * Turns records, maps and lists into JSON text: keys in declared order, nulls kept. Characters that
 * steer a terminal or turn text are written as JSON's own escapes.
 */
public final class Json {

  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  /**
   * Several lines, indented by two spaces, {@code \n} at their ends.
   *
   * @param value a record, map or list of such
   * @return the text, with a last line end
   */
  public static String pretty(Object value) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(DefaultPrettyPrinter.NopIndenter.instance);
    try {
      return printable(MAPPER.writer(printer).writeValueAsString(value)) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a JSON value: " + value, e);
    }
  }

  /**
   * An object as a tree, to be put into another one.
   *
   * @param value a record or map
   * @return its members in declared order; a new tree
   */
  public static ObjectNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /**
   * One line, for JSON Lines.
   *
   * @param value a record, map or list of such
   * @return the text without a line end
   */
  public static String line(Object value) {
    try {
      return printable(MAPPER.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a JSON value: " + value, e);
    }
  }

  /** Jackson escapes what is below a blank; such others can only stand within texts. */
  private static String printable(String json) {
    StringBuilder text = new StringBuilder(json.length());
    json.codePoints()
        .forEach(
            c -> {
              if (c != '\n' && isUnprintable(c)) {
                for (char half : Character.toChars(c)) {
                  text.append(String.format(Locale.ROOT, "\\u%04x", (int) half));
                }
              } else {
                text.appendCodePoint(c);
              }
            });
    return text.toString();
  }

  private static boolean isUnprintable(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
