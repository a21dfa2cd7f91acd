package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The help pages are part of the contract, so they stand word for word in {@code
 * src/test/resources/help}. After a wanted change: {@code mvn test -Dtest=HelpPageTest
 * -Dhelp.write=true}, then read the difference.
 */
class HelpPageTest {

  private static final Path PAGES = Path.of("src/test/resources/help");

  @TestFactory
  Stream<DynamicTest> pagesAreAsWritten() {
    Stream<DynamicTest> overview =
        Stream.of(DynamicTest.dynamicTest("graft", () -> check("graft", "--help")));
    return Stream.concat(
        overview,
        Main.COMMANDS.stream()
            .map(Command::name)
            .map(n -> DynamicTest.dynamicTest(n, () -> check(n, n, "--help"))));
  }

  private static void check(String page, String... words) throws IOException {
    CommandRun run = CommandRun.of(words);
    Path golden = PAGES.resolve(page + ".txt");
    if (Boolean.getBoolean("help.write")) {
      Files.writeString(golden, run.out());
    }
    assertEquals(Files.readString(golden), run.out());
    assertEquals("", run.err());
    assertEquals(ExitCode.OK, run.code());
  }

  @Test
  void pagesFitIntoATerminal() {
    for (Command command : Main.COMMANDS) {
      List<String> tooLong = HelpPage.of(command).lines().filter(l -> l.length() > 100).toList();
      assertEquals(List.of(), tooLong);
      assertTrue(HelpPage.of(command).contains("Exit codes:"));
    }
  }

  @Test
  void everyOptionIsExplained() {
    for (Command command : Main.COMMANDS) {
      command.sections().stream()
          .flatMap(s -> s.options().stream())
          .forEach(
              option -> {
                assertTrue(option.getDescription().endsWith("."), option.toString());
                assertTrue(!option.hasArg() || option.hasArgName(), option.toString());
              });
    }
  }
}
