package org.kerasgraft.cli;

import org.apache.commons.cli.Option;

/** Options that mean the same in every command that has them. */
final class CommonOptions {

  static final Option FORMAT =
      OptionSection.valued(
          "format", "text|json", "Form of the result on standard output; default text.");
  static final Option QUIET = OptionSection.flag("quiet", "No progress on standard error.");
  static final Option DEBUG = OptionSection.flag("debug", "On an error, print the stack trace.");
  static final Option HELP = OptionSection.flag("help", "This page.");

  private CommonOptions() {}
}
