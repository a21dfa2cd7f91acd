package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs command lines from a file in the working directory; ends with the first failing code. */
public final class ReadmeLines {

  private ReadmeLines() {}

  public static void main(String[] args) throws IOException {
    Console console = Console.system();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      console.err().println("$ " + line);
      List<String> words = List.of(line.strip().split(" +"));
      ExitCode code = Main.run(words.subList(1, words.size()), console);
      console.out().flush();
      console.err().flush();
      if (code != ExitCode.OK) {
        System.exit(code.code());
      }
    }
  }
}
