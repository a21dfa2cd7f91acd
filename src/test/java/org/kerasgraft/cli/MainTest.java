package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.TensorFlow;

class MainTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          trian           | graft: No command 'trian' in graft. Did you mean 'train'? 'graft --help' lists the commands.
          --verison       | graft: No option '--verison' in graft. 'graft --help' lists the commands.
          ''              | graft: No command was given. 'graft --help' lists them.
          pictures --sed 3 --out x | graft: No option '--sed' in 'graft pictures'. Did you mean '--seed'? 'graft pictures --help' lists the options.
          pictures        | graft: --out is missing. Usage: graft pictures --out DIR [options]
          pictures --out  | graft: --out needs a value, <DIR>. 'graft pictures --help' lists the options.
          pictures --out a --out b | graft: --out is given twice. Give it once.
          pictures --out a b | graft: 'b' belongs to no option. 'graft pictures --help' lists the options.
          pictures --out a --seed -1 | graft: --seed was '-1'; expected a whole number, 0 to 4294967295.
          pictures --out a --seed x | graft: --seed was 'x'; expected a whole number, 0 to 4294967295.
          pictures --out a --per-class 0 | graft: --per-class was '0'; expected a whole number, 1 or more.
          pictures --out a --family dogs | graft: --family was 'dogs'; expected source or target.
          pictures --ou a | graft: No option '--ou' in 'graft pictures'. Did you mean '--out'? 'graft pictures --help' lists the options.
          """)
  void aMistakeIsOneLineAndExitCode2(String line, String message) {
    CommandRun run = CommandRun.of(line.isEmpty() ? new String[0] : line.split(" "));

    assertEquals(message + "\n", run.err().replace(System.lineSeparator(), "\n"));
    assertEquals("", run.out());
    assertEquals(2, run.code().code());
  }

  @Test
  void helpListsEveryCommand() {
    CommandRun run = CommandRun.of("--help");

    assertEquals(ExitCode.OK, run.code());
    assertEquals("", run.err());
    for (Command command : Main.COMMANDS) {
      assertTrue(run.out().contains("  " + command.name() + " "), command.name());
      assertTrue(run.out().contains(command.purpose()), command.name());
    }
  }

  @Test
  void helpAfterACommandWinsOverMissingOptions() {
    assertEquals(CommandRun.of("help", "pictures"), CommandRun.of("pictures", "--help"));
    assertEquals(CommandRun.of("help", "pictures"), CommandRun.of("pictures", "-h"));
  }

  @Test
  void versionNamesTheTensorFlowThatRuns() {
    CommandRun run = CommandRun.of("--version");

    assertEquals(ExitCode.OK, run.code());
    assertEquals(TensorFlow.version(), Version.TENSORFLOW);
    assertTrue(run.out().contains("TensorFlow " + TensorFlow.version()), run.out());
    assertTrue(run.out().contains("TensorFlow Java 1."), run.out());
    assertTrue(run.out().contains("JavaCPP 1."), run.out());
    assertTrue(run.out().contains("Memory limit none"), run.out());
  }

  @Test
  void versionNamesTheInstructionSetsThatBitsDependOn() throws IOException {
    Path description =
        Files.writeString(
            folder.resolve("cpuinfo"),
            "processor: 0\nflags\t\t: fpu avx2 sse4_2 mmx\nflags: avx\n");

    assertTrue(Version.processor(description).endsWith(" (avx2 sse4_2)"));
    assertEquals(System.getProperty("os.arch"), Version.processor(folder.resolve("absent")));
  }

  @Test
  void debugAddsTheStackTrace() {
    CommandRun plain = CommandRun.of("pictures", "--out", "a", "--seed", "x");
    CommandRun debug = CommandRun.of("pictures", "--out", "a", "--seed", "x", "--debug");

    assertFalse(plain.err().contains("UsageException"), plain.err());
    assertTrue(debug.err().contains("org.kerasgraft.error.UsageException"), debug.err());
    assertTrue(debug.err().contains("\tat "), debug.err());
  }

  @Test
  void theStackTraceDoesNotSteerTheTerminal() {
    CommandRun debug = CommandRun.of("pictures", "--out", "a", "--seed", "\u001b[2J", "--debug");

    assertTrue(debug.err().contains("Exception: --seed was '?[2J'"), debug.err());
    assertFalse(debug.err().contains("\u001b"), debug.err());
  }

  @Test
  void controlCharactersNeverReachTheTerminal() {
    CommandRun run = CommandRun.of("\u001b[31mred\u202e");

    assertTrue(run.err().contains("'?[31mred?'"), run.err());
    assertFalse(run.err().contains("\u001b"));
  }

  @Test
  void everyCommandHasExamplesOfItself() {
    List<Command> commands = Main.COMMANDS;
    assertFalse(commands.isEmpty());
    for (Command command : commands) {
      assertEquals(2, command.examples().size(), command.name());
      for (String example : command.examples()) {
        assertTrue(example.startsWith("graft " + command.name()), example);
      }
    }
  }
}
