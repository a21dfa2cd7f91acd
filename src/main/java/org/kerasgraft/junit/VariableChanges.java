package org.kerasgraft.junit;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.error.UnknownNameException;
import org.opentest4j.AssertionFailedError;

/** What happened to variables between two snapshots. */
final class VariableChanges {

  private final Snapshot before;
  private final Snapshot after;
  private final Failures failures = new Failures();

  VariableChanges(Snapshot before, Snapshot after) {
    this.before = before;
    this.after = after;
  }

  /** Every variable of the first snapshot must be in the second one with the same bits. */
  Failures requireUnchanged() {
    requireSome(before.names());
    for (String name : before.names()) {
      if (after.names().contains(name)) {
        failures.add(unchanged(name));
      } else {
        failures.add("variable '" + name + "' is gone. " + Text.hint(name, after.names()));
      }
    }
    return failures;
  }

  /** Those that match, and no others, must have changed or be new. */
  Failures requireExactly(List<String> patterns) {
    Set<String> all = new LinkedHashSet<>(before.names());
    all.addAll(after.names());
    requireSome(all);
    Set<String> chosen = new LinkedHashSet<>();
    for (String pattern : patterns) {
      try {
        chosen.addAll(Names.variables(List.of(pattern), all, "both snapshots"));
      } catch (UnknownNameException e) {
        failures.add(e.explain());
      }
    }
    for (String name : all) {
      if (!after.names().contains(name)) {
        failures.add("variable '" + name + "' is gone. Leave it out with before.without(…)");
      } else if (!before.names().contains(name)) {
        failures.add(chosen.contains(name) ? finite(name) : isNew(name));
      } else {
        failures.add(chosen.contains(name) ? changed(name) : unchanged(name));
      }
    }
    return failures;
  }

  private void requireSome(Set<String> names) {
    if (names.isEmpty()) {
      failures.add("there are no variables: comparing them shows nothing");
    }
  }

  private Optional<AssertionFailedError> isNew(String name) {
    return Optional.of(
        new AssertionFailedError("variable '" + name + "' is new: " + after.values(name)));
  }

  /** A chosen variable may not have become NaN or infinite. */
  private Optional<AssertionFailedError> finite(String name) {
    Values values = after.values(name);
    int broken = Comparison.firstNotFinite(values);
    if (broken < 0) {
      return Optional.empty();
    }
    String place = Text.place(values.shape(), broken);
    return Optional.of(
        new AssertionFailedError(
            "variable '" + name + "' is " + values.text(broken) + " at " + place));
  }

  private Optional<AssertionFailedError> changed(String name) {
    Values old = before.values(name);
    if (!old.sameBits(after.values(name))) {
      return finite(name);
    }
    return Optional.of(
        new AssertionFailedError(
            "variable '"
                + name
                + "' was to change, but all "
                + old.size()
                + " values are as before: "
                + old));
  }

  private Optional<AssertionFailedError> unchanged(String name) {
    Values old = before.values(name);
    Values now = after.values(name);
    if (old.sameBits(now)) {
      return Optional.empty();
    }
    if (old.dtype() != now.dtype() || !old.shape().equals(now.shape())) {
      return Optional.of(
          new AssertionFailedError(
              "variable '" + name + "' was " + old + " and is " + now,
              old.toString(),
              now.toString()));
    }
    return Optional.of(moved(name, old, now));
  }

  private static AssertionFailedError moved(String name, Values old, Values now) {
    int count = 0;
    int worst = -1;
    double largest = -1;
    for (int i = 0; i < old.size(); i++) {
      if (!old.text(i).equals(now.text(i))) {
        double difference = Math.abs(now.get(i) - old.get(i));
        count++;
        if (Double.isNaN(difference) || difference > largest) {
          worst = i;
          largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
        }
      }
    }
    if (worst < 0) {
      return new AssertionFailedError("variable '" + name + "' holds another kind of NaN");
    }
    String place = Text.place(old.shape(), worst);
    return new AssertionFailedError(
        "variable '"
            + name
            + "' was not to change, but "
            + count
            + " of "
            + old.size()
            + " values did, most at "
            + place
            + ": "
            + old.text(worst)
            + " became "
            + now.text(worst)
            + " ("
            + old
            + ")",
        old + "\n" + place + " " + old.text(worst),
        now + "\n" + place + " " + now.text(worst));
  }
}
