package org.kerasgraft.features;

import java.nio.file.Path;
import org.kerasgraft.internal.AtomicDirectory;

/** What an extraction makes of work that an earlier one left unfinished beside its target. */
enum Beginning {
  /** Unfinished work is an error that names it. */
  ANEW("'graft features … --resume' goes on after the last whole batch."),
  /** Goes on with it; that of other inputs is an error. */
  RESUMED(ANEW.wayOn),
  /**
   * An entry of the store: goes on with it where it fits and no input has crashed, otherwise begins
   * anew.
   */
  STORED("The next run with the same inputs goes on after the last whole batch."),
  /** The same for a process that is watched: crashed inputs stay so. */
  STORED_WATCHED(STORED.wayOn),
  /** An entry of a store that goes with the command. */
  PASSING("");

  private static final String COMMAND = "features";

  private final String wayOn;

  Beginning(String wayOn) {
    this.wayOn = wayOn;
  }

  AtomicDirectory open(Path target) {
    return switch (this) {
      case ANEW -> AtomicDirectory.resumable(target, COMMAND, false);
      case RESUMED -> AtomicDirectory.resumable(target, COMMAND, true);
      case STORED, STORED_WATCHED, PASSING -> AtomicDirectory.shared(target);
    };
  }

  /** Whether it is an entry of a store, which any process may make, and only of one content. */
  boolean isStored() {
    return this == STORED || this == STORED_WATCHED || this == PASSING;
  }

  /** Whether crashed inputs are taken for what they were then, or may have crashed by chance. */
  boolean trustsCrashed() {
    return this != STORED && this != PASSING;
  }

  /** How an interrupted extraction can be gone on with, as a sentence; empty if it cannot. */
  String wayOn() {
    return wayOn;
  }
}
