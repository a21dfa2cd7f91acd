package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.pictures.PictureFamily;
import org.kerasgraft.data.pictures.Pictures;

/**
 * Runs the README's snippets as they stand, in a fresh folder, in a process of their own. The two
 * set-up commands and the Python lines are run by {@code .ci/run}.
 */
class ReadmeTest {

  private static final String IMPORTS =
      """
      import static org.kerasgraft.head.Activation.RELU;
      import java.nio.file.Files;
      import java.nio.file.Path;
      import java.util.List;
      import org.kerasgraft.*;
      import org.kerasgraft.data.ImageFolder;
      import org.kerasgraft.export.ServedModel;
      import org.kerasgraft.head.Head;
      import org.kerasgraft.train.*;
      public class Snippet {
        public static void main(String[] args) throws Exception {
      """;

  @TempDir static Path folder;
  private static String readme;

  @BeforeAll
  static void prepare() throws IOException {
    readme = Files.readString(Path.of("README.md"));
    Files.createSymbolicLink(
        folder.resolve("savedmodels"), Path.of("savedmodels").toAbsolutePath());
  }

  private static List<String> blocks(String language) {
    List<String> blocks = new ArrayList<>();
    Matcher matcher =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme);
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    return blocks;
  }

  @Test
  void everyLineOfTheTutorialRuns() throws Exception {
    List<String> lines =
        blocks("bash").stream()
            .flatMap(String::lines)
            .filter(line -> line.startsWith("./graft ") && !line.startsWith("./graft demo"))
            .toList();
    assertTrue(lines.size() >= 7, lines.toString());
    Path script = Files.write(folder.resolve("lines.txt"), lines);
    run("org.kerasgraft.cli.ReadmeLines", System.getProperty("java.class.path"), script);
    assertTrue(Files.isRegularFile(folder.resolve("run/model/1/saved_model.pb")));
    assertTrue(Files.isRegularFile(folder.resolve("run/report.html")));
    assertTrue(Files.isRegularFile(folder.resolve("features/features.npy")));
  }

  @Test
  void theLibrarySnippetCompilesAndRuns() throws Exception {
    List<String> snippets = blocks("java");
    assertEquals(1, snippets.size());
    Path home = Files.createDirectories(folder.resolve("snippet"));
    Files.createSymbolicLink(home.resolve("savedmodels"), Path.of("savedmodels").toAbsolutePath());
    var classes = PictureFamily.TARGET.classes().subList(0, 2);
    Pictures.writeClassFolders(home.resolve("pictures"), classes, 6, 3);
    Files.write(home.resolve("picture.png"), Pictures.png(classes.get(0), 9));
    Path source = Files.writeString(home.resolve("Snippet.java"), IMPORTS + snippets.get(0) + "}}");
    String classPath = System.getProperty("java.class.path");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-cp", classPath, source.toString());
    assertEquals(0, compiled);
    String printed = run("Snippet", home + java.io.File.pathSeparator + classPath, home);
    assertTrue(printed.contains("Accuracy"), printed);
    assertTrue(Files.isRegularFile(home.resolve("cats-dogs/saved_model.pb")));
  }

  /** Runs a class with the given argument, in its folder if it is one, else in the test's. */
  private static String run(String mainClass, String classPath, Path argument) throws Exception {
    Path directory = Files.isDirectory(argument) ? argument : folder;
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx2g",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                classPath,
                mainClass,
                argument.toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    process.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
    process.environment().put("GRAFT_CACHE", folder.resolve("cache").toString());
    Process started = process.start();
    int code;
    try (var input = started.getOutputStream()) {
      code = started.waitFor();
    }
    String text = Files.readString(output);
    assertEquals(0, code, text);
    return text;
  }
}
