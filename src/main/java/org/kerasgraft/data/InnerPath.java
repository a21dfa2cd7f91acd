package org.kerasgraft.data;

import java.util.Arrays;
import java.util.regex.Pattern;

/** Names, read from a file, of what lies in a folder or an archive; always with {@code /}. */
final class InnerPath {

  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:/.*", Pattern.DOTALL);

  private InnerPath() {}

  /** Whether a name is no relative path of plain segments. */
  static boolean leadsOut(String name) {
    return name.chars().anyMatch(c -> c == '\\' || Character.isISOControl(c))
        || DRIVE.matcher(name).matches()
        || Arrays.stream(name.split("/", -1)).anyMatch(s -> s.matches("\\.{0,2}"));
  }
}
