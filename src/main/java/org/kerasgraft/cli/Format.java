package org.kerasgraft.cli;

import java.util.Locale;
import java.util.function.Supplier;

/** The form of a command's result. */
enum Format {
  TEXT,
  JSON;

  /** Its name on the command line. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Prints a result in this form.
   *
   * @param text for people, some lines
   * @param json for programs; printed as it is
   * @param console where to
   */
  void print(Supplier<String> text, Supplier<String> json, Console console) {
    switch (this) {
      case TEXT -> text.get().lines().map(Console::printable).forEach(console.out()::println);
      case JSON -> console.out().print(json.get());
    }
  }
}
