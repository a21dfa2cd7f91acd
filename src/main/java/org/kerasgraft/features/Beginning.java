package org.kerasgraft.features;

import java.nio.file.Path;
import org.kerasgraft.internal.AtomicDirectory;

/** What an extraction makes of work that an earlier one left unfinished beside its target. */
enum Beginning {
  /** Unfinished work is an error that names it. */
  ANEW("'graft features … --resume' goes on after the last whole batch."),
  /** Goes on with it; that of other inputs is an error. */
  RESUMED(ANEW.wayOn),
  /** An entry of the store: goes on with it where it fits, otherwise begins anew. */
  STORED("The next run with the same inputs goes on after the last whole batch.");

  private final String wayOn;

  Beginning(String wayOn) {
    this.wayOn = wayOn;
  }

  AtomicDirectory open(Path target) {
    return switch (this) {
      case ANEW -> AtomicDirectory.resumable(target, false);
      case RESUMED -> AtomicDirectory.resumable(target, true);
      case STORED -> AtomicDirectory.shared(target);
    };
  }

  /** How an interrupted extraction can be gone on with, as a sentence. */
  String wayOn() {
    return wayOn;
  }
}
