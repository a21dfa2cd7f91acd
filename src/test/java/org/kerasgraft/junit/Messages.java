package org.kerasgraft.junit;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.MultipleFailuresError;

/** What assertions say when they fail. */
final class Messages {

  private Messages() {}

  /** Of the only failure. */
  static String failure(Executable assertion) {
    return assertThrows(AssertionFailedError.class, assertion).getMessage();
  }

  /** Of the first one of several. */
  static String firstOf(Executable assertion) {
    return assertThrows(MultipleFailuresError.class, assertion).getFailures().get(0).getMessage();
  }

  static void assertContains(String part, String message) {
    assertTrue(message.contains(part), message);
  }
}
