package org.kerasgraft.cli;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;

/**
 * Options that belong together on a help page.
 *
 * @param title what they are about
 * @param options in order
 */
record OptionSection(String title, List<Option> options) {

  /** Copies. */
  OptionSection {
    options = List.copyOf(options);
  }

  static OptionSection of(String title, Option... options) {
    return new OptionSection(title, List.of(options));
  }

  /** This section with more options at its end. */
  OptionSection and(Option... more) {
    List<Option> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return new OptionSection(title, all);
  }

  /** An option with one value. */
  static Option valued(String name, String value, String description) {
    return Option.builder().longOpt(name).hasArg().argName(value).desc(description).get();
  }

  /** An option with one value or more. */
  static Option listed(String name, String value, String description) {
    return Option.builder().longOpt(name).hasArgs().argName(value).desc(description).get();
  }

  /** An option with one value that may be given again. */
  static Option repeated(String name, String value, String description) {
    return Option.builder()
        .longOpt(name)
        .hasArg()
        .type(List.class)
        .argName(value)
        .desc(description)
        .get();
  }

  /** Whether an option may have several values, after one name or several. */
  static boolean isListed(Option option) {
    return option.getArgs() == Option.UNLIMITED_VALUES || option.getType().equals(List.class);
  }

  /** An option that is there or not. */
  static Option flag(String name, String description) {
    return Option.builder().longOpt(name).desc(description).get();
  }
}
