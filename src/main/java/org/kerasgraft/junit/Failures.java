package org.kerasgraft.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.MultipleFailuresError;

/** Collects what is wrong, and reports all of it at once, as JUnit's {@code assertAll} does. */
final class Failures {

  private final List<AssertionFailedError> failures = new ArrayList<>();

  void add(Optional<AssertionFailedError> failure) {
    failure.ifPresent(failures::add);
  }

  void add(String message) {
    failures.add(new AssertionFailedError(message));
  }

  int count() {
    return failures.size();
  }

  /**
   * Throws if there is any: one as it is, several under a heading.
   *
   * @param message the caller's own words, put first; asked for only now; may be null
   * @param heading what the failures have in common
   */
  void report(Supplier<String> message, String heading) {
    if (failures.isEmpty()) {
      return;
    }
    String own = message == null ? null : message.get();
    String prefix = own == null || own.isBlank() ? "" : own + " ==> ";
    if (failures.size() > 1) {
      throw new MultipleFailuresError(prefix + heading, failures);
    }
    AssertionFailedError only = failures.get(0);
    if (prefix.isEmpty()) {
      throw only;
    }
    throw only.isExpectedDefined()
        ? new AssertionFailedError(
            prefix + only.getMessage(), only.getExpected(), only.getActual(), only.getCause())
        : new AssertionFailedError(prefix + only.getMessage(), only.getCause());
  }
}
