package org.kerasgraft.export;

/** What an exception of TensorFlow's says, without the traces it appends. */
final class FirstLine {

  private static final int MOST = 300;

  private FirstLine() {}

  static String of(Throwable failure) {
    String message = failure.getMessage();
    if (message == null) {
      return failure.getClass().getSimpleName();
    }
    String line = message.strip().lines().findFirst().orElse("").strip();
    String stripped = line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    return stripped.length() <= MOST ? stripped : stripped.substring(0, MOST) + "…";
  }
}
