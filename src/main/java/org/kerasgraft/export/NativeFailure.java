package org.kerasgraft.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.kerasgraft.internal.NewFile;
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

  /**
   * What TensorFlow failed to write, as what a user is told; other failures as they are.
   *
   * @param prefix of the files that were written
   * @param needed their bytes, where that is known
   */
  static RuntimeException whenWriting(Path prefix, RuntimeException failure, OptionalLong needed) {
    return is(failure)
        ? NewFile.failed(prefix, new IOException(reason(failure), failure), needed)
        : failure;
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
