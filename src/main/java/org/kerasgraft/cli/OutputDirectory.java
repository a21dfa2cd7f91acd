package org.kerasgraft.cli;

import java.nio.file.Path;
import org.kerasgraft.internal.AtomicDirectory;

/**
 * A command's output directory, created before the long work begins, so that a path that cannot be
 * written fails at once. Interrupting the process removes it too.
 */
final class OutputDirectory implements AutoCloseable {

  private final AtomicDirectory directory;
  private final Thread removal;

  OutputDirectory(Path target) {
    directory = AtomicDirectory.create(target);
    removal = new Thread(directory::close, "remove-unfinished-output");
    Runtime.getRuntime().addShutdownHook(removal);
  }

  /** Where to write until the commit. */
  Path staging() {
    return directory.staging();
  }

  /** Gives the directory its name. */
  Path commit() {
    return directory.commit();
  }

  /** Removes what was written unless it was committed. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(removal);
    } catch (IllegalStateException e) {
      // The process is ending; the hook is at work already.
      return;
    }
    directory.close();
  }
}
