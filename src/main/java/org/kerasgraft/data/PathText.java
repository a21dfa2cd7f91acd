package org.kerasgraft.data;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/**
 * Paths as texts that can be shown anywhere and lead back to the file. A name may hold any byte; in
 * its text a backslash is doubled, and each byte of what is no valid UTF-8, of a control character,
 * or of a character that separates lines or turns the direction of text, is written {@code \xHH}.
 * Different names have different texts. Python's {@code codecs.escape_decode} reads them, too.
 */
public final class PathText {

  /** Python stands for a byte that is no valid UTF-8 with this and the byte's value. */
  private static final int ESCAPED_BYTE = 0xdc00;

  private static final boolean BYTES_ARE_UTF_8 =
      "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding", ""));

  private PathText() {}

  /**
   * The text of a path.
   *
   * @param path any
   * @return the text, {@code /} between names
   */
  public static String of(Path path) {
    StringBuilder text = new StringBuilder(path.getRoot() == null ? "" : path.getRoot().toString());
    for (Path name : path) {
      text.append(text.length() == 0 || text.charAt(text.length() - 1) == '/' ? "" : "/");
      text.append(printable(name(name)));
    }
    return text.toString();
  }

  /**
   * The path of a text.
   *
   * @param folder what a text begins in that is no absolute path
   * @param text made by {@link #of}
   * @return the path that has this text
   */
  public static Path resolve(Path folder, String text) {
    byte[] bytes = bytes(text);
    if (isPlain(bytes)) {
      return folder.resolve(new String(bytes, StandardCharsets.UTF_8));
    }
    StringBuilder uri = new StringBuilder("file://");
    if (bytes[0] != '/') {
      String start = folder.toUri().getRawPath();
      uri.append(start).append(start.endsWith("/") ? "" : "/");
    }
    for (byte b : bytes) {
      uri.append(b == '/' ? "/" : String.format(Locale.ROOT, "%%%02X", Byte.toUnsignedInt(b)));
    }
    return Path.of(URI.create(uri.toString()));
  }

  private static boolean isPlain(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return BYTES_ARE_UTF_8 ? text.indexOf('\ufffd') < 0 : text.chars().allMatch(c -> c < 0x80);
  }

  /** The bytes that a text stands for. */
  private static byte[] bytes(String text) {
    byte[] from = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream to = new ByteArrayOutputStream(from.length);
    for (int i = 0; i < from.length; i++) {
      if (from[i] != '\\') {
        to.write(from[i]);
      } else if (i + 1 < from.length && from[i + 1] == '\\') {
        to.write('\\');
        i++;
      } else if (i + 3 < from.length && from[i + 1] == 'x') {
        to.write(Integer.parseInt(new String(from, i + 2, 2, StandardCharsets.US_ASCII), 16));
        i += 3;
      } else {
        throw new IllegalArgumentException("'" + text + "' is no text of a path");
      }
    }
    return to.toByteArray();
  }

  /** One name as Python has it: a byte that is no valid UTF-8 is a surrogate without a partner. */
  static String name(Path name) {
    String text = name.toString();
    boolean unix =
        File.separatorChar == '/' && name.getFileSystem().equals(FileSystems.getDefault());
    boolean exact =
        BYTES_ARE_UTF_8 ? text.indexOf('\ufffd') < 0 : text.chars().allMatch(c -> c < 0x80);
    return !unix || exact ? text : decoded(rawName(name));
  }

  /** The name's bytes: only a URI shows them. */
  private static byte[] rawName(Path name) {
    String path = name.toUri().getRawPath().replaceFirst("/$", "");
    String last = path.substring(path.lastIndexOf('/') + 1);
    return bytes(last.replace("%", "\\x"));
  }

  private static String decoded(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer from = ByteBuffer.wrap(bytes);
    CharBuffer to = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(from, to, true);
    while (result.isError()) {
      for (int i = 0; i < result.length(); i++) {
        to.put((char) (ESCAPED_BYTE + Byte.toUnsignedInt(from.get())));
      }
      result = decoder.decode(from, to, true);
    }
    return to.flip().toString();
  }

  /** The text of names that are joined by {@code /}. */
  static String printable(String names) {
    StringBuilder text = new StringBuilder(names.length());
    names
        .codePoints()
        .forEach(
            c -> {
              if (c == '\\') {
                text.append("\\\\");
              } else if (c >= ESCAPED_BYTE && c <= ESCAPED_BYTE + 0xff) {
                escape(text, (byte) (c - ESCAPED_BYTE));
              } else if (isUnprintable(c)) {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                  escape(text, b);
                }
              } else {
                text.appendCodePoint(c);
              }
            });
    return text.toString();
  }

  private static void escape(StringBuilder text, byte b) {
    text.append(String.format(Locale.ROOT, "\\x%02x", Byte.toUnsignedInt(b)));
  }

  /**
   * Whether a text is fit to be shown anywhere as it is, as every text that {@link #of} makes.
   *
   * @param text a name from outside
   * @return false if it has a control character, a line or paragraph separator, or a mark of
   *     direction
   */
  public static boolean isPrintable(String text) {
    return text.codePoints().noneMatch(PathText::isUnprintable);
  }

  /**
   * Checks names that a file of somebody else's gives.
   *
   * @param names any
   * @param what they are, for the message
   * @throws IllegalArgumentException if one cannot be shown as it is; the message can
   */
  public static void requirePrintable(Collection<String> names, String what) {
    for (String name : names) {
      if (!isPrintable(name)) {
        throw new IllegalArgumentException(
            what
                + " '"
                + printable(name)
                + "' has control characters, line ends or marks of direction");
      }
    }
  }

  /** Controls, line and paragraph separators, and marks of direction. */
  private static boolean isUnprintable(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || c == 0x061c
        || (c >= 0x200e && c <= 0x200f)
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069);
  }

  /** Python's order of strings. {@code String.compareTo} differs for supplementary characters. */
  static final Comparator<String> BY_CODE_POINT =
      (a, b) -> {
        int i = 0;
        while (i < a.length() && i < b.length()) {
          int left = a.codePointAt(i);
          int right = b.codePointAt(i);
          if (left != right) {
            return Integer.compare(left, right);
          }
          i += Character.charCount(left);
        }
        return Integer.compare(a.length(), b.length());
      };
}
