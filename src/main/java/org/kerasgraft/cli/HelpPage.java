package org.kerasgraft.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.help.OptionFormatter;

/** The text of {@code --help}. */
final class HelpPage {

  private static final int WIDTH = 100;
  private static final int INDENT = 2;
  private static final int COLUMN = 34;

  private HelpPage() {}

  /** The page of one command. */
  static String of(Command command) {
    StringBuilder page = new StringBuilder();
    append(page, "Usage: graft " + command.name() + " ", command.synopsis(), 4);
    page.append('\n');
    append(page, "", command.purpose(), 0);
    for (OptionSection section : command.sections()) {
      page.append('\n').append(section.title()).append(":\n");
      section.options().forEach(option -> appendOption(page, option));
    }
    page.append("\nExamples:\n");
    command.examples().forEach(e -> append(page, "  ", e, 4));
    page.append("\nExit codes:\n");
    append(page, "  ", exitCodes(), INDENT);
    return page.toString();
  }

  /** The page of the program. */
  static String of(List<Command> commands) {
    StringBuilder page = new StringBuilder();
    page.append("Usage: graft COMMAND [options]\n\n");
    append(page, "", "Reuses Keras-trained models: cut, new head, fine-tune, save, use.", 0);
    page.append("\nCommands:\n");
    for (Command command : commands) {
      row(page, "  " + command.name(), command.purpose(), 14);
    }
    page.append("\nOptions:\n");
    row(page, "  --help", "This page, or a command's: graft COMMAND --help.", 14);
    row(page, "  --version", "Graft's and TensorFlow's versions.", 14);
    page.append("\nExit codes:\n");
    append(page, "  ", exitCodes(), INDENT);
    return page.toString();
  }

  private static String exitCodes() {
    return Arrays.stream(ExitCode.values())
        .map(c -> c.code() + " " + c.meaning())
        .collect(Collectors.joining(" · "));
  }

  private static void appendOption(StringBuilder page, Option option) {
    OptionFormatter format = OptionFormatter.from(option);
    String name = "  " + format.getLongOpt();
    if (option.hasArg()) {
      name += " " + format.getArgName() + (OptionSection.isListed(option) ? " …" : "");
    }
    row(page, name, option.getDescription(), COLUMN);
  }

  /** A name and its description; the description starts in its column, or a line below. */
  private static void row(StringBuilder page, String name, String description, int column) {
    String start = name;
    if (name.length() > column - 2) {
      page.append(name).append('\n');
      start = "";
    }
    append(page, start + " ".repeat(column - start.length()), description, column);
  }

  /** Wraps at spaces; later lines are indented. */
  private static void append(StringBuilder page, String start, String text, int indent) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(start);
    boolean empty = true;
    for (String word : text.split(" ", -1)) {
      if (!empty && line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder(" ".repeat(indent));
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      empty = false;
    }
    lines.add(line.toString());
    lines.forEach(l -> page.append(l).append('\n'));
  }
}
