package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.FinishedRun;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.FaultPoints;
import org.kerasgraft.promises.Promises;

/**
 * Whole commands that fail at a write, sync, rename or delete: exit 73 or 74, the path named,
 * nothing half under the final name, and the same command, with {@code --resume} where it has that,
 * ends with the same bytes as one that never failed. In every build at some of the points, at night
 * at each.
 */
class FailingCommandsTest {

  private static final String MODEL = "src/test/resources/models/tiny-vgg-keras3";

  @TempDir private Path folder;
  private Path place;
  private Path out;

  @BeforeEach
  void place() throws IOException {
    place = Files.createDirectory(folder.resolve("place"));
    out = place.resolve("out");
  }

  /**
   * Whether only one call fails, or the disk is gone from there on, so that nothing is cleaned up.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pictures(boolean forGood) throws IOException {
    String[] words = {"pictures", "--per-class", "1"};
    enumerate(4, forGood, attempt -> words);
    assertEquals(4, files(out).size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void features(boolean forGood) throws IOException {
    String pictures = drawn();
    String[] words = {
      "features", "--model", MODEL, "--at", "block5_pool", "--images", pictures, "--batch-size", "2"
    };
    enumerate(5, forGood, attempt -> words);
  }

  /** Each attempt has a store of its own, whose writing fails as well. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void train(boolean forGood) throws IOException {
    String[] words = {
      "train",
      "--model",
      MODEL,
      "--images",
      drawn(),
      "--head-epochs",
      "1",
      "--fine-tune-epochs",
      "1",
      "--batch-size",
      "4",
      "--head",
      "flatten,dense(classes)"
    };
    enumerate(4, forGood, attempt -> with(words, "--cache", folder + "/cache" + attempt));
  }

  /** Takes a minute or two for each late point, so at the first, second, fourth, … only. */
  @Test
  void demo() throws IOException {
    String row = "demo failing at points";
    if (!Promises.isNightly()) {
      Promises.of(4).skipped(row, "takes minutes; tried at night only (-Pnightly)");
      return;
    }
    int tried = 0;
    int number = 1;
    while (fails(number, false, "demo", "--quiet")) {
      tried++;
      assertNothingHalf("demo at " + number);
      number *= 2;
    }
    Manifest.find(Manifest.Kind.RUN, out).orElseThrow().verify(name -> true);
    Promises.of(4).tried(row, tried).holds("absent or whole each time");
  }

  @Test
  void aSecondCommandIsToldThatTheOutputIsBeingWritten() throws IOException {
    String pictures = drawn();
    try (AtomicDirectory first = AtomicDirectory.create(out)) {
      for (String[] words :
          List.of(
              new String[] {"pictures", "--per-class", "1"},
              new String[] {"demo"},
              new String[] {
                "features", "--model", MODEL, "--at", "block5_pool", "--images", pictures
              },
              new String[] {"train", "--model", MODEL, "--images", pictures})) {
        CommandRun second = run(ExitCode.CANNOT_CREATE, words);
        assertTrue(second.err().contains("is being written by this process"), second.err());
        assertTrue(second.err().contains(out.toString()), second.err());
      }
      Files.writeString(first.staging().resolve("mine"), "mine");
      first.commit();
    }
    assertEquals(List.of("out"), names());
    assertEquals("mine", Files.readString(out.resolve("mine")));
  }

  /** The words of a command, but for {@code --out}. */
  private interface Words {
    String[] of(int attempt);
  }

  /** Tries some of the points, evenly spread, in every build; all at night. */
  private void enumerate(int some, boolean forGood, Words command) throws IOException {
    AtomicInteger points = new AtomicInteger();
    try (var installed = FaultPoints.install((point, path) -> points.incrementAndGet())) {
      run(ExitCode.OK, command.of(0));
    }
    Map<String, String> expected = content();
    AtomicDirectory.deleteTree(out);
    String name = command.of(0)[0];
    boolean resumes = CommandRun.of(name, "--help").out().contains("--resume");
    int tried = 0;
    int step = Promises.size(Math.max(1, points.get() / some), 1);
    for (int number = step; fails(number, forGood, command.of(number)); number += step) {
      tried++;
      String what = name + " at " + number;
      assertNothingHalf(what);
      if (Files.exists(out)) {
        Files.deleteIfExists(place.resolve(".out.lock")); // only its removal may have failed
      } else {
        String[] words = command.of(number);
        run(ExitCode.OK, resumes ? with(words, "--resume") : words);
      }
      assertEquals(List.of("out"), names(), what + ": the run after it cleans up");
      assertEquals(expected, content(), what);
      AtomicDirectory.deleteTree(out);
    }
    assertEquals(expected, content());
    assertTrue(tried > 1, "only " + tried + " points");
    Promises.of(4)
        .tried(
            name
                + (forGood ? " failing from one of its points on" : " failing at one of its points")
                + ", then run again",
            tried)
        .holds("absent or whole; then the same bytes (" + points + " points)");
  }

  /** Runs a command whose one call fails; false if it has fewer calls and came through. */
  private boolean fails(int number, boolean forGood, String... words) {
    AtomicInteger passed = new AtomicInteger();
    CommandRun run;
    try (var installed =
        FaultPoints.install(
            (point, path) -> {
              int now = passed.incrementAndGet();
              if (now == number || (forGood && now > number)) {
                throw new IOException("No space left on device");
              }
            })) {
      run = CommandRun.of(with(words, "--out", out.toString()));
    }
    String told = words[0] + " at " + number + ": " + run.err();
    if (passed.get() < number) {
      assertEquals(ExitCode.OK, run.code(), told);
      return false;
    }
    assertTrue(
        run.code() == ExitCode.CANNOT_CREATE || run.code() == ExitCode.STORAGE,
        run.code() + ", " + told);
    assertTrue(run.err().contains(folder.toString()), told);
    assertFalse(run.err().contains("\tat "), told);
    return true;
  }

  private void assertNothingHalf(String what) throws IOException {
    for (String name : names()) {
      assertTrue(name.matches("out|\\.out\\.(tmp|partial|lock)"), what + " left " + name);
    }
    if (Files.exists(out)) {
      assertFalse(files(out).isEmpty(), what + " left an empty directory");
    }
  }

  private CommandRun run(ExitCode code, String... words) {
    CommandRun run = CommandRun.of(with(words, "--out", out.toString()));
    assertEquals(code, run.code(), run.err());
    return run;
  }

  private String drawn() {
    Path pictures = folder.resolve("pictures");
    CommandRun run = CommandRun.of("pictures", "--per-class", "2", "--out", pictures.toString());
    assertEquals(ExitCode.OK, run.code(), run.err());
    return pictures.toString();
  }

  private static String[] with(String[] words, String... more) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> list = Files.list(place)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.filter(Files::isRegularFile).toList();
    }
  }

  /**
   * Hashes of what does not depend on the clock: a run's history and what tells of it do. What has
   * a manifest is as its manifest says.
   */
  private Map<String, String> content() throws IOException {
    Map<String, String> content = new TreeMap<>();
    if (Files.exists(out.resolve("history.csv"))) {
      assertTrue(FinishedRun.at(out).isPresent());
    } else if (Files.exists(out.resolve("features.npy"))) {
      Manifest.find(Manifest.Kind.FEATURES, out).orElseThrow().verify(name -> true);
    }
    for (Path file : files(out)) {
      String name = out.relativize(file).toString();
      boolean ofRun = Files.exists(out.resolve("history.csv"));
      if (!ofRun || !name.matches("history.csv|report.html|manifest.json|logs/.*")) {
        content.put(name, Sha256.of(file));
      }
    }
    return content;
  }
}
