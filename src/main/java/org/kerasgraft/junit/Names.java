package org.kerasgraft.junit;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.internal.NearNames;

/** Chooses layers or variables by exact names and globs; each must match something. */
final class Names {

  private Names() {}

  /** The layers that match at least one pattern, in their own order. */
  static Set<String> layers(List<String> patterns, Collection<String> known, String place) {
    return select(patterns, known, "layer", place, Names::matches);
  }

  /** The variables that match, by whole name or by their layer: {@code fc1} is all of its. */
  static Set<String> variables(List<String> patterns, Collection<String> known, String place) {
    return select(
        patterns,
        known,
        "variable",
        place,
        (pattern, name) -> matches(pattern, name) || matches(pattern, layer(name)));
  }

  /** A variable's name without its last component. */
  private static String layer(String variable) {
    return variable.contains("/") ? variable.substring(0, variable.lastIndexOf('/')) : variable;
  }

  private static Set<String> select(
      List<String> patterns,
      Collection<String> known,
      String kind,
      String place,
      BiPredicate<String, String> matching) {
    Set<String> chosen = new LinkedHashSet<>();
    for (String pattern : patterns) {
      List<String> matched = known.stream().filter(name -> matching.test(pattern, name)).toList();
      if (matched.isEmpty()) {
        throw new UnknownNameException(
            kind,
            pattern,
            place,
            NearNames.of(pattern.replaceAll("[*?]", ""), known),
            "It has " + (known.isEmpty() ? "none" : Text.some(known)) + ".");
      }
      chosen.addAll(matched);
    }
    Set<String> ordered = new LinkedHashSet<>(known);
    ordered.retainAll(chosen);
    return ordered;
  }

  /** {@code *} is any text, {@code ?} any one character, everything else itself. */
  private static boolean matches(String pattern, String name) {
    String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return name.matches(regex);
  }
}
