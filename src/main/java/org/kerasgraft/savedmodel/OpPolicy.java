package org.kerasgraft.savedmodel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.internal.NearNames;

/**
 * Which ops a model may hold, and where: a list of what is allowed, all else is denied. The list
 * stands in {@code allowed-ops.txt}.
 *
 * @param byUser ops that are allowed besides, anywhere: the user trusts this model with them
 */
public record OpPolicy(Set<String> byUser) {

  /** Where a node stands. */
  public enum Position {
    /** In the graph, or in any function, reachable or not. */
    COMPUTATION("computation"),
    /** Below the init op, which loaders run unasked. */
    INITIALIZATION("initialization"),
    /** Below the saver's ops: what {@code saver_def} names. */
    SAVER("saver");

    private final String section;

    Position(String section) {
      this.section = section;
    }
  }

  private static final Map<Position, Set<String>> LISTED = read();

  /** Copies, in the order of the alphabet. */
  public OpPolicy {
    byUser = Collections.unmodifiableSet(new TreeSet<>(byUser));
  }

  /**
   * The list alone.
   *
   * @return the policy without exceptions
   */
  public static OpPolicy listed() {
    return new OpPolicy(Set.of());
  }

  /**
   * The list, and ops that the user allows.
   *
   * @param ops names of ops that TensorFlow registers
   * @return the policy
   * @throws UnknownNameException if there is no such op, with near names
   */
  public static OpPolicy listedAnd(Collection<String> ops) {
    for (String op : ops) {
      if (!OpRegistry.names().contains(op)) {
        throw new UnknownNameException(
            "op",
            op,
            "TensorFlow",
            NearNames.of(op, OpRegistry.names()),
            "'graft scan MODEL' lists the ops of a model.");
      }
    }
    return new OpPolicy(Set.copyOf(ops));
  }

  /** Whether an op is listed for a position. The saver may do what any computation may. */
  static boolean lists(String op, Position position) {
    return LISTED.get(position).contains(op)
        || (position == Position.SAVER && LISTED.get(Position.COMPUTATION).contains(op));
  }

  /**
   * Whether a saver's op writes files.
   *
   * @param op its name
   * @return true for the two that do
   */
  public static boolean writes(String op) {
    return op.equals("SaveV2") || op.equals("MergeV2Checkpoints");
  }

  /**
   * Whether an op is listed for savers alone: it reads or writes files.
   *
   * @param op its name
   * @return true for those of that section of the list
   */
  public static boolean isSavers(String op) {
    return LISTED.get(Position.SAVER).contains(op);
  }

  private static Map<Position, Set<String>> read() {
    Map<Position, Set<String>> listed = new EnumMap<>(Position.class);
    var stream = OpPolicy.class.getResourceAsStream("allowed-ops.txt");
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      Set<String> section = Set.of();
      for (String line : reader.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
        if (line.startsWith("[")) {
          section = new TreeSet<>();
          listed.put(position(line.substring(1, line.length() - 1)), section);
        } else {
          section.addAll(Set.of(line.split(" ")));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return listed;
  }

  private static Position position(String section) {
    for (Position position : Position.values()) {
      if (position.section.equals(section)) {
        return position;
      }
    }
    throw new IllegalStateException("allowed-ops.txt has a section '" + section + "'");
  }
}
