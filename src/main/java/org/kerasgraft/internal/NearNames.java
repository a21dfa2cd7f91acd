package org.kerasgraft.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the names that a mistyped one was most likely meant to be. */
public final class NearNames {

  private static final int MOST = 5;

  private NearNames() {}

  /**
   * The known names nearest to a received one: those within an edit distance of a third of its
   * length (at least 2), or that contain it, best first.
   *
   * @param received the name that matched nothing
   * @param known all names there are
   * @return at most five names, best first
   */
  public static List<String> of(String received, Collection<String> known) {
    int most = Math.max(2, received.length() / 3);
    String wanted = received.toLowerCase(Locale.ROOT);
    record Candidate(String name, int distance) {}
    return known.stream()
        .distinct()
        .map(name -> new Candidate(name, distance(wanted, name.toLowerCase(Locale.ROOT))))
        .filter(c -> c.distance() <= most || contains(c.name(), wanted))
        .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
        .limit(MOST)
        .map(Candidate::name)
        .toList();
  }

  private static boolean contains(String name, String wanted) {
    return wanted.length() >= 3 && name.toLowerCase(Locale.ROOT).contains(wanted);
  }

  /** Levenshtein distance: insertions, deletions and substitutions cost one each. */
  static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
