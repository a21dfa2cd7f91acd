package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kerasgraft.Graft;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.promises.FailingPoints.Attempt;
import org.kerasgraft.promises.FailingPoints.Mode;

/** Promise 4: wherever an export fails, the target is absent or whole, never half. */
class FailedExportsTest {

  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static SmallRun run;

  @BeforeAll
  static void train() {
    run = SmallRun.shared();
  }

  @Test
  void aModelIsAbsentOrWhole() throws IOException {
    int points = enumerate(run.model()::save, Manifest.Kind.MODEL, Mode.ONCE, 1);
    Promises.of(4)
        .tried("TrainedModel.save failing once at each write, sync, rename, delete", points)
        .holds("absent or whole each time");
  }

  /** Every point at night; in every build some, for most of a run is the model. */
  @ParameterizedTest
  @EnumSource(Mode.class)
  void aRunIsAbsentOrWhole(Mode mode) throws IOException {
    int points = enumerate(run::write, Manifest.Kind.RUN, mode, step(mode, 23));
    Promises.of(4)
        .tried("a run's directory failing at points, " + mode, points)
        .holds("absent or whole each time");
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void aReturnToKerasIsAbsentOrWhole(Mode mode) throws IOException {
    Path saved = shared.resolve("saved-" + mode);
    run.model().save(saved);
    int points =
        enumerate(
            target -> Graft.toKeras(saved, target), Manifest.Kind.KERAS, mode, step(mode, 61));
    Promises.of(4)
        .tried("to-keras failing at points, " + mode, points)
        .holds("absent or whole each time");
  }

  /** An older version is served while a newer one fails to appear beside it. */
  @Test
  void theVersionBeforeIsServedUntilTheNewOneIsWhole() throws IOException {
    Path versions = folder.resolve("model");
    run.model().save(versions.resolve("1"));
    var before = hashes(versions.resolve("1"));
    Attempt attempt;
    int step = Promises.size(6, 1);
    int tried = -1;
    int number = 1 - step;
    do {
      number += step;
      tried++;
      int failing = number;
      attempt =
          FailingPoints.attempt(
              failing, Mode.FROM_THERE_ON, () -> run.model().save(versions.resolve("2")));
      boolean renamed = Files.exists(versions.resolve("2"));
      if (renamed) {
        assertWhole(versions.resolve("2"), Manifest.Kind.MODEL);
      }
      if (renamed || tried % Promises.size(4, 1) == 0) {
        try (ServedModel served = Graft.load(versions)) {
          assertEquals(versions.resolve(renamed ? "2" : "1"), served.directory());
        }
      }
      assertEquals(before, hashes(versions.resolve("1")));
      AtomicDirectory.deleteTree(versions.resolve("2"));
    } while (attempt.failed());
    Promises.of(4)
        .tried("a version beside a served one, the disk gone from points on", tried)
        .holds("the old one is served until the new one is whole");
  }

  /** Every point at night, every n-th in every build, fewer of them with the disk gone. */
  private static int step(Mode mode, int n) {
    return Promises.size(mode == Mode.ONCE ? n : 2 * n, 1);
  }

  /** Tries every {@code step}-th point until nothing fails, then once more without a fault. */
  private int enumerate(Consumer<Path> export, Manifest.Kind kind, Mode mode, int step)
      throws IOException {
    Path target = folder.resolve("out");
    int tried = 0;
    int number = 1;
    Attempt attempt = FailingPoints.attempt(number, mode, () -> export.accept(target));
    while (attempt.failed()) {
      tried++;
      check(attempt, target, kind);
      number += step;
      attempt = FailingPoints.attempt(number, mode, () -> export.accept(target));
    }
    assertWhole(target, kind);
    assertEquals(List.of("out"), names(folder), "the run after a failure cleans up");
    assertTrue(number > 20, "only " + number + " points");
    return tried;
  }

  private static void check(Attempt attempt, Path target, Manifest.Kind kind) throws IOException {
    String told = attempt.failure().orElseThrow().getMessage();
    assertTrue(told.contains(target.getParent() + "/"), attempt + " does not name the path");
    assertTrue(told.contains("No space left on device"), told);
    for (String name : names(target.getParent())) {
      assertTrue(name.matches("out|\\.out\\.(tmp|lock)"), attempt + " left " + name);
    }
    if (Files.exists(target)) {
      assertWhole(target, kind);
      AtomicDirectory.deleteTree(target);
    }
  }

  private static void assertWhole(Path target, Manifest.Kind kind) {
    Manifest.find(kind, target).orElseThrow().verify(name -> true);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static TreeMap<String, String> hashes(Path directory) {
    TreeMap<String, String> hashes = new TreeMap<>();
    SmallRun.files(directory).forEach(f -> hashes.put(f, Sha256.of(directory.resolve(f))));
    return hashes;
  }
}
