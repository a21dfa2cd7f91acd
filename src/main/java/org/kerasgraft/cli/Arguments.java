package org.kerasgraft.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import org.apache.commons.cli.AlreadySelectedException;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.NearNames;

/**
 * The parsed arguments of one command, read option by option with its type. Whatever cannot be read
 * is a {@link UsageException} that says which option, which value, and what was expected.
 */
final class Arguments {

  private final Command command;
  private final CommandLine line;

  private Arguments(Command command, CommandLine line) {
    this.command = command;
    this.line = line;
  }

  /**
   * Parses, with the options of the file that {@code --config} names, if it does.
   *
   * @throws UnknownNameException if there is no such option, with near names
   * @throws UsageException if an option lacks its value, comes twice, or an operand is left over
   */
  static Arguments parse(Command command, List<String> words) {
    Options options = options(command);
    Arguments typed = new Arguments(command, line(command, options, words));
    typed.refuseRepeated();
    typed.refuseOptionsAsValues(options);
    Arguments arguments = typed;
    Optional<Path> config = typed.path(ConfigFile.OPTION);
    if (config.isPresent()) {
      List<String> all = new ArrayList<>(words);
      all.addAll(new ConfigFile(config.get(), options).words(typed.given().keySet()));
      arguments = new Arguments(command, line(command, options, all));
    }
    if (!command.takesOperands() && !arguments.operands().isEmpty()) {
      throw new UsageException(
          "'" + arguments.operands().get(0) + "' belongs to no option.", seeHelp(command));
    }
    return arguments;
  }

  private static CommandLine line(Command command, Options options, List<String> words) {
    try {
      return DefaultParser.builder()
          .setAllowPartialMatching(false)
          .setStripLeadingAndTrailingQuotes(false)
          .get()
          .parse(options, words.toArray(String[]::new));
    } catch (UnrecognizedOptionException e) {
      throw unknown(command, options, e.getOption());
    } catch (MissingArgumentException e) {
      Option option = e.getOption();
      throw new UsageException(
          "--" + option.getLongOpt() + " needs a value, <" + option.getArgName() + ">.",
          seeHelp(command));
    } catch (AlreadySelectedException e) {
      throw new UsageException("--" + e.getOption().getLongOpt() + " is given twice.", "");
    } catch (ParseException e) {
      throw new UsageException(e.getMessage(), seeHelp(command), e);
    }
  }

  private static Options options(Command command) {
    Options options = new Options();
    command.sections().forEach(section -> section.options().forEach(options::addOption));
    return options;
  }

  private static UnknownNameException unknown(Command command, Options options, String received) {
    List<String> known = options.getOptions().stream().map(o -> "--" + o.getLongOpt()).toList();
    String name = received.replaceFirst("=.*", "");
    return new UnknownNameException(
        "option",
        name,
        "'graft " + command.name() + "'",
        NearNames.of(name, known),
        seeHelp(command));
  }

  private static String seeHelp(Command command) {
    return "'graft " + command.name() + " --help' lists the options.";
  }

  private void refuseRepeated() {
    for (Option option : line.getOptions()) {
      long times = Arrays.stream(line.getOptions()).filter(option::equals).count();
      if (times > 1 && !OptionSection.isListed(option)) {
        String remedy =
            option.getLongOpt().equals("input") ? InputChoice.ONE_ARRAY : "Give it once.";
        throw new UsageException("--" + option.getLongOpt() + " is given twice.", remedy);
      }
    }
  }

  /** A mistyped option after one that takes values is no value; a file of such a name is ./--x. */
  private void refuseOptionsAsValues(Options options) {
    for (Option option : line.getOptions()) {
      for (String value : option.hasArg() ? option.getValuesList() : List.<String>of()) {
        if (value.startsWith("--")) {
          throw unknown(command, options, value);
        }
      }
    }
  }

  /** What belongs to no option, in order. */
  List<String> operands() {
    return List.copyOf(line.getArgList());
  }

  /** The path that is the one and only operand. */
  Path onlyOperand(String name) {
    List<String> operands = operands();
    if (operands.isEmpty()) {
      throw missing(name);
    }
    if (operands.size() > 1) {
      throw new UsageException("'" + operands.get(1) + "' belongs to no option.", seeHelp(command));
    }
    return toPath(name, operands.get(0));
  }

  /** Whether the option is there. */
  boolean has(String option) {
    return line.hasOption(option);
  }

  /** Every option that was given, by name; flags have the value {@code true}. */
  Map<String, String> given() {
    Map<String, String> given = new LinkedHashMap<>();
    for (Option option : line.getOptions()) {
      given.merge(
          option.getLongOpt(),
          option.hasArg() ? String.join(" ", option.getValuesList()) : "true",
          (one, more) -> one + " " + more);
    }
    return given;
  }

  /** The command's name and all that was given, without one option, as on a command line. */
  List<String> wordsWithout(String option) {
    List<String> words = new ArrayList<>();
    words.add(command.name());
    for (Option given : line.getOptions()) {
      if (!given.getLongOpt().equals(option)) {
        words.add("--" + given.getLongOpt());
        words.addAll(given.hasArg() ? given.getValuesList() : List.of());
      }
    }
    words.addAll(operands());
    return words;
  }

  /** The option's text. */
  Optional<String> text(String option) {
    return Optional.ofNullable(line.getOptionValue(option));
  }

  /** The option's path. */
  Optional<Path> path(String option) {
    return text(option).map(value -> toPath("--" + option, value));
  }

  /** All values of an option that takes several; empty if it is not there. */
  List<String> texts(String option) {
    return has(option) ? List.of(line.getOptionValues(option)) : List.of();
  }

  /** The same as paths. */
  List<Path> paths(String option) {
    return texts(option).stream().map(value -> toPath("--" + option, value)).toList();
  }

  /** The path of an option that must be there. */
  Path requiredPath(String option) {
    return path(option).orElseThrow(() -> missing("--" + option));
  }

  /** The error for something that must be there. */
  UsageException missing(String what) {
    return new UsageException(
        what + " is missing.", "Usage: graft " + command.name() + " " + command.synopsis());
  }

  private static Path toPath(String what, String value) {
    if (value.isEmpty()) {
      throw invalid(what, value, "a path");
    }
    try {
      return Path.of(value);
    } catch (InvalidPathException e) {
      throw invalid(what, value, "a path");
    }
  }

  /** The option's whole number, at least {@code least}. */
  OptionalInt count(String option, int least) {
    Optional<String> value = text(option);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    String expected = "a whole number, " + least + " or more";
    try {
      int number = Integer.parseInt(value.get());
      if (number >= least) {
        return OptionalInt.of(number);
      }
    } catch (NumberFormatException e) {
      throw invalid("--" + option, value.get(), expected);
    }
    throw invalid("--" + option, value.get(), expected);
  }

  /** The seed: 0 … 2^32−1, as NumPy and Keras take it. */
  long seed(String option, long byDefault) {
    Optional<String> value = text(option);
    if (value.isEmpty()) {
      return byDefault;
    }
    String expected = "a whole number, 0 to 4294967295";
    try {
      long seed = Long.parseLong(value.get());
      if (seed >= 0 && seed <= 0xffff_ffffL) {
        return seed;
      }
    } catch (NumberFormatException e) {
      throw invalid("--" + option, value.get(), expected);
    }
    throw invalid("--" + option, value.get(), expected);
  }

  /** The option's number within a range. */
  OptionalDouble number(String option, Range range) {
    Optional<String> value = text(option);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      double number = Double.parseDouble(value.get());
      if (range.contains(number)) {
        return OptionalDouble.of(number);
      }
    } catch (NumberFormatException e) {
      throw invalid("--" + option, value.get(), range.words());
    }
    throw invalid("--" + option, value.get(), range.words());
  }

  /** One of an enum's constants by its name on the command line. */
  <E extends Enum<E>> E choice(String option, E byDefault, Function<E, String> id) {
    Optional<String> value = text(option);
    if (value.isEmpty()) {
      return byDefault;
    }
    E[] all = byDefault.getDeclaringClass().getEnumConstants();
    for (E constant : all) {
      if (id.apply(constant).equals(value.get().toLowerCase(Locale.ROOT))) {
        return constant;
      }
    }
    List<String> names = Arrays.stream(all).map(id).toList();
    throw invalid("--" + option, value.get(), String.join(" or ", names));
  }

  static UsageException invalid(String what, String value, String expected) {
    return new UsageException(what + " was '" + value + "'; expected " + expected + ".", "");
  }

  /** Numbers an option may have. */
  enum Range {
    POSITIVE("a number above 0") {
      @Override
      boolean contains(double x) {
        return x > 0 && x < Double.POSITIVE_INFINITY;
      }
    },
    NOT_NEGATIVE("a number, 0 or more") {
      @Override
      boolean contains(double x) {
        return x >= 0 && x < Double.POSITIVE_INFINITY;
      }
    },
    PART("a number from 0 to 1") {
      @Override
      boolean contains(double x) {
        return x >= 0 && x <= 1;
      }
    },
    BELOW_ONE("a number, 0 or more and below 1") {
      @Override
      boolean contains(double x) {
        return x >= 0 && x < 1;
      }
    },
    INNER_PART("a number above 0 and below 1") {
      @Override
      boolean contains(double x) {
        return x > 0 && x < 1;
      }
    };

    private final String words;

    Range(String words) {
      this.words = words;
    }

    abstract boolean contains(double x);

    String words() {
      return words;
    }
  }
}
