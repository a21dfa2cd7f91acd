package org.kerasgraft.export;

import java.util.regex.Pattern;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * What TensorFlow reports. Its exceptions have no common parent (an invalid argument is an {@code
 * IllegalArgumentException}), only a common package, and their messages carry graph traces.
 */
final class NativeFailure {

  private static final Pattern TRACE = Pattern.compile("\\{\\{[^}]*}}\\s*");
  private static final int MOST = 300;

  private NativeFailure() {}

  /** Whether an exception comes from TensorFlow's native side. */
  static boolean is(RuntimeException failure) {
    return failure.getClass().getPackage().equals(TensorFlowException.class.getPackage());
  }

  /** The first line of a message, without traces, the last full stop, or excessive length. */
  static String reason(Throwable failure) {
    String message = failure.getMessage();
    if (message == null) {
      return failure.getClass().getSimpleName();
    }
    String line =
        TRACE.matcher(message).replaceAll("").strip().lines().findFirst().orElse("").strip();
    String text = line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    return text.length() <= MOST ? text : text.substring(0, MOST) + "…";
  }
}
