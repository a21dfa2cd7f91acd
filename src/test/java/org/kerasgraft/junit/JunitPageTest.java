package org.kerasgraft.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kit's page says what is so: its examples are compiled and their tests are run as they stand.
 */
class JunitPageTest {

  private static final String IMPORTS =
      """
      import static org.kerasgraft.head.Activation.RELU;
      import static org.kerasgraft.junit.GraphAssertions.*;
      import static org.kerasgraft.junit.KerasAssertions.*;
      import java.nio.file.Path;
      import java.util.List;
      import java.util.Map;
      import org.junit.jupiter.api.Test;
      import org.junit.jupiter.api.io.TempDir;
      import org.kerasgraft.*;
      import org.kerasgraft.backbone.*;
      import org.kerasgraft.data.ImageFolder;
      import org.kerasgraft.data.pictures.*;
      import org.kerasgraft.features.FeatureStore;
      import org.kerasgraft.graph.Network;
      import org.kerasgraft.head.Head;
      import org.kerasgraft.junit.*;
      import org.kerasgraft.train.*;
      """;

  @TempDir private Path folder;

  /** Class name to source. */
  private static Map<String, String> examples() throws IOException {
    Map<String, String> examples = new LinkedHashMap<>();
    Pattern.compile("```java\n(class (\\w+) .*?)```", Pattern.DOTALL)
        .matcher(Files.readString(Path.of("src/docs/junit.md")))
        .results()
        .forEach(block -> examples.put(block.group(2), IMPORTS + block.group(1)));
    return examples;
  }

  @Test
  void theExamplesCompileAndTheirTestsPass() throws Exception {
    List<String> options =
        List.of(
            "-proc:none", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
    List<String> arguments = new ArrayList<>(options);
    for (Map.Entry<String, String> example : examples().entrySet()) {
      Path source = folder.resolve(example.getKey() + ".java");
      arguments.add(Files.writeString(source, example.getValue()).toString());
    }
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertEquals(0, compiled);
    List<String> run = new ArrayList<>();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      for (String example : examples().keySet()) {
        run.addAll(run(loader.loadClass(example)));
      }
    }
    Collections.sort(run);
    assertEquals(
        List.of(
            "block5AndTheHeadLearnAndTheExportAnswersAlike",
            "everyCutIsKeras",
            "nothingIsLeftBeyondTheCut",
            "onlyWhatWasMeantToChangeChanges"),
        run);
  }

  private List<String> run(Class<?> example) throws ReflectiveOperationException {
    List<String> run = new ArrayList<>();
    for (Method test : example.getDeclaredMethods()) {
      if (test.isAnnotationPresent(Test.class)) {
        Constructor<?> constructor = example.getDeclaredConstructor();
        constructor.setAccessible(true);
        test.setAccessible(true);
        Object[] folders = new Object[test.getParameterCount()];
        Arrays.fill(folders, folder);
        test.invoke(constructor.newInstance(), folders);
        run.add(test.getName());
      }
    }
    return run;
  }

  @Test
  void everyAssertionIsOnThePage() throws Exception {
    String page = Files.readString(Path.of("src/docs/junit.md"));
    List<String> missing =
        Stream.of(GraphAssertions.class, KerasAssertions.class)
            .flatMap(type -> Arrays.stream(type.getMethods()))
            .map(Method::getName)
            .filter(name -> name.startsWith("assert"))
            .distinct()
            .filter(name -> !page.contains("`" + name + "("))
            .toList();
    assertEquals(List.of(), missing);
  }
}
