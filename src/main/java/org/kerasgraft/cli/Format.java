package org.kerasgraft.cli;

import java.util.Locale;

/** The form of a command's result. */
enum Format {
  TEXT,
  JSON;

  /** Its name on the command line. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
