package org.kerasgraft.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.kerasgraft.backbone.MemoryExhaustion;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.LastWord;
import org.kerasgraft.internal.MappingFault;
import org.kerasgraft.internal.NearNames;

/** The program {@code graft}: finds the command, runs it, turns failures into exit codes. */
public final class Main {

  /** Every command, in the order of the help page. */
  static final List<Command> COMMANDS =
      List.of(
          new DemoCommand(),
          new InspectCommand(),
          new ScanCommand(),
          new FeaturesCommand(),
          new TrainCommand(),
          new EvaluateCommand(),
          new PredictCommand(),
          new ToKerasCommand(),
          new PicturesCommand());

  private Main() {}

  /**
   * Runs a command and ends the process with its exit code.
   *
   * @param args the command's name and its arguments
   */
  public static void main(String[] args) {
    Console console = Console.system();
    Interruption interruption = Interruption.listen(console, patience(args));
    MemoryWatch.start(console);
    ExitCode code = ExitCode.INTERNAL;
    try {
      code = run(List.of(args), console);
      if (console.out().checkError() && (code == ExitCode.OK || code == ExitCode.UNMET)) {
        console.say("The result could not be written to standard output.");
        code = ExitCode.STORAGE;
      }
      console.err().flush();
    } finally {
      interruption.commandEnded();
    }
    int status =
        code == ExitCode.INTERRUPTED ? interruption.code().orElse(code.code()) : code.code();
    LastWord.say(status);
    System.exit(status);
  }

  /** How long the command may take to end after Ctrl-C. */
  private static Duration patience(String[] args) {
    return COMMANDS.stream()
        .filter(c -> args.length > 0 && c.name().equals(args[0]))
        .findFirst()
        .map(Command::patience)
        .orElse(Interruption.AT_ONCE);
  }

  /** Runs a command within this process. */
  static ExitCode run(List<String> words, Console console) {
    try {
      return dispatch(words, console);
    } catch (ChildFailure failure) {
      return failure.code();
    } catch (Throwable failure) { // else the process would end with Java's own code, 1
      return report(failure, words.contains("--debug"), console);
    }
  }

  private static ExitCode dispatch(List<String> words, Console console) {
    String first = words.isEmpty() ? "" : words.get(0);
    switch (first) {
      case "" -> throw new UsageException("No command was given.", "'graft --help' lists them.");
      case "--help", "-h", "help" -> {
        console
            .out()
            .print(words.size() < 2 ? HelpPage.of(COMMANDS) : HelpPage.of(command(words.get(1))));
        return ExitCode.OK;
      }
      case "--version", "-V" -> {
        Version.print(console);
        return ExitCode.OK;
      }
      default -> {
        Command command = command(first);
        List<String> rest = words.subList(1, words.size());
        if (rest.contains("--help") || rest.contains("-h")) {
          console.out().print(HelpPage.of(command));
          return ExitCode.OK;
        }
        return command.run(Arguments.parse(command, rest), console);
      }
    }
  }

  private static Command command(String name) {
    return COMMANDS.stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> unknown(name));
  }

  private static UnknownNameException unknown(String name) {
    List<String> known = COMMANDS.stream().map(Command::name).toList();
    return new UnknownNameException(
        name.startsWith("-") ? "option" : "command",
        name,
        "graft",
        NearNames.of(name, known),
        "'graft --help' lists the commands.");
  }

  /** One line for the user; the trace only when asked for. */
  private static ExitCode report(Throwable failure, boolean debug, Console console) {
    if (failure instanceof GraftException known) {
      console.say(known.explain());
    } else if (MemoryExhaustion.is(failure)) {
      console.say(
          "Memory ran out ("
              + Objects.toString(failure.getMessage(), "").lines().findFirst().orElse("")
              + "). Use a smaller --batch-size or --image-size.");
    } else if (MappingFault.is(failure)) {
      console.say("A file was cut off while it was read, or the disk is full.");
    } else {
      String text = failure.getMessage() == null ? "" : ": " + failure.getMessage();
      console.say(
          "Internal error, "
              + failure.getClass().getSimpleName()
              + text.lines().findFirst().orElse("")
              + (debug ? "" : " (run again with --debug for the details)"));
    }
    if (debug) {
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace, true));
      trace.toString().lines().map(Console::printable).forEach(console.err()::println);
    }
    return ExitCode.of(failure);
  }
}
