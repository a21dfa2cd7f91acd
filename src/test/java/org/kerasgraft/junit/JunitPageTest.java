package org.kerasgraft.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kit's page says what is so: its example is compiled and its tests are run as they stand. */
class JunitPageTest {

  private static final String IMPORTS =
      """
      import static org.kerasgraft.junit.GraphAssertions.*;
      import static org.kerasgraft.junit.KerasAssertions.*;
      import java.nio.file.Path;
      import java.util.List;
      import java.util.Map;
      import org.junit.jupiter.api.Test;
      import org.kerasgraft.Graft;
      import org.kerasgraft.backbone.LiveNetwork;
      import org.kerasgraft.backbone.RuntimeOptions;
      import org.kerasgraft.graph.Network;
      import org.kerasgraft.junit.Golden;
      import org.kerasgraft.junit.Snapshot;
      """;

  @TempDir private Path folder;

  @Test
  void theExampleCompilesAndItsTestsPass() throws Exception {
    Path page = Path.of("src/docs/junit.md");
    Matcher block =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(page));
    assertTrue(block.find());
    Path source = Files.writeString(folder.resolve("SurgeryTest.java"), IMPORTS + block.group(1));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                source.toString());
    assertEquals(0, compiled);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Class<?> example = loader.loadClass("SurgeryTest");
      List<Method> tests =
          Arrays.stream(example.getDeclaredMethods())
              .filter(m -> m.isAnnotationPresent(Test.class))
              .toList();
      assertEquals(3, tests.size());
      for (Method test : tests) {
        Constructor<?> constructor = example.getDeclaredConstructor();
        constructor.setAccessible(true);
        test.setAccessible(true);
        test.invoke(constructor.newInstance());
      }
    }
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
