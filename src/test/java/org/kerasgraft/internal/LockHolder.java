package org.kerasgraft.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Another process that writes an output until its standard input ends, or until it is killed. */
final class LockHolder implements AutoCloseable {

  private final Process process;

  private LockHolder(Process process) {
    this.process = process;
  }

  static LockHolder of(Path target) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                target.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.getInputStream().read() != 'H') {
      throw new IOException("The other process does not hold '" + target + "'");
    }
    return new LockHolder(process);
  }

  long pid() {
    return process.pid();
  }

  /** Ends it as {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Lets it finish. */
  @Override
  public void close() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new IOException("The other process does not end");
    }
  }

  /** The other process. */
  public static void main(String[] arguments) throws IOException {
    try (AtomicDirectory directory = AtomicDirectory.create(Path.of(arguments[0]))) {
      NewFile.text(directory.staging().resolve("file"), "other's");
      System.out.write('H');
      System.out.flush();
      System.in.readAllBytes();
      directory.commit();
    }
  }
}
