package org.kerasgraft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the order of the packages: imports go only downward, without cycles. */
class ArchitectureTest {

  private static final String ROOT = "org.kerasgraft";
  private static final int MOST_LINES = 350;

  /** Package to its place in the order; a class may use only its own package and higher numbers. */
  private static final Map<String, Integer> ORDER =
      Map.ofEntries(
          Map.entry("cli", 0),
          Map.entry("", 1),
          Map.entry("report", 2),
          Map.entry("junit", 2),
          Map.entry("export", 3),
          Map.entry("train", 4),
          Map.entry("features", 5),
          Map.entry("head", 5),
          Map.entry("backbone", 6),
          Map.entry("data", 6),
          Map.entry("graph", 7),
          Map.entry("savedmodel", 8),
          Map.entry("internal", 9),
          Map.entry("error", 10));

  /** The methods of {@link Files} that change something. */
  private static final String WRITING =
      "write.*|new(OutputStream|BufferedWriter|ByteChannel)|move|copy|create.*|delete.*|set.*";

  private static final Set<String> WRITERS =
      Set.of("java.io.FileOutputStream", "java.io.FileWriter", "java.io.RandomAccessFile");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void everyPackageHasAPlaceInTheOrder() {
    TreeSet<String> found = new TreeSet<>();
    CLASSES.forEach(c -> found.add(stage(c)));
    assertEquals(new TreeSet<>(ORDER.keySet()), found);
    assertTrue(CLASSES.size() > 50, "only " + CLASSES.size() + " classes were examined");
  }

  @Test
  void importsGoOnlyDownward() {
    List<String> upward = new ArrayList<>();
    for (JavaClass origin : CLASSES) {
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass();
        if (!target.getPackageName().startsWith(ROOT) || stage(origin).equals(stage(target))) {
          continue;
        }
        if (ORDER.get(stage(origin)) >= ORDER.get(stage(target))) {
          upward.add(dependency.getDescription());
        }
      }
    }
    assertEquals(List.of(), upward);
  }

  @Test
  void packagesAreFreeOfCycles() {
    SlicesRuleDefinition.slices()
        .matching(ROOT + ".(*)..")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineTouchesStreamsOrExits() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".cli..")
        .should(ACCESS_STANDARD_STREAMS)
        .check(CLASSES);
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + ".cli.Main")
        .should()
        .callMethod(System.class, "exit", int.class)
        .check(CLASSES);
  }

  /** Else it has no fault point, and nothing tests what becomes of the output when it fails. */
  @Test
  void onlyInternalWritesMovesOrDeletesFiles() {
    List<String> calls = new ArrayList<>();
    for (JavaClass origin : CLASSES) {
      if (stage(origin).equals("internal")) {
        continue;
      }
      origin.getMethodCallsFromSelf().stream()
          .filter(call -> call.getTargetOwner().isEquivalentTo(Files.class))
          .filter(call -> call.getName().matches(WRITING))
          .forEach(call -> calls.add(call.getDescription()));
      origin.getFieldAccessesFromSelf().stream()
          .filter(use -> use.getTargetOwner().isEquivalentTo(StandardOpenOption.class))
          .filter(use -> !use.getName().equals(StandardOpenOption.READ.name()))
          .forEach(use -> calls.add(use.getDescription()));
      origin.getDirectDependenciesFromSelf().stream()
          .filter(d -> WRITERS.contains(d.getTargetClass().getName()))
          .forEach(d -> calls.add(d.getDescription()));
    }
    assertEquals(List.of(), calls);
  }

  @Test
  void theFrameworkNeverMinimizes() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.tensorflow.framework.optimizers..")
        .check(CLASSES);
  }

  @Test
  void onlyTheJUnitKitNeedsJUnit() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".junit")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.opentest4j..", "org.junit..", ROOT + ".junit")
        .check(CLASSES);
  }

  @Test
  void everySourceFileStaysReadable() throws IOException {
    List<String> tooLong = new ArrayList<>();
    int examined = 0;
    try (Stream<Path> sources = Files.walk(Path.of("src"))) {
      for (Path source : sources.filter(p -> p.toString().endsWith(".java")).toList()) {
        examined++;
        long lines;
        try (Stream<String> text = Files.lines(source)) {
          lines = text.count();
        }
        if (lines > MOST_LINES) {
          tooLong.add(source + ": " + lines + " lines");
        }
      }
    }
    assertTrue(examined > 50, "only " + examined + " files were examined");
    assertEquals(List.of(), tooLong);
  }

  /** The stage of a class: the first package below the root; empty for the facade. */
  private static String stage(JavaClass type) {
    String below = type.getPackageName().substring(ROOT.length());
    if (below.isEmpty()) {
      return "";
    }
    int end = below.indexOf('.', 1);
    return end < 0 ? below.substring(1) : below.substring(1, end);
  }
}
