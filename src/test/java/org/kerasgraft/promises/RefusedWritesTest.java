package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Promise 5: a full disk, a limit on files' sizes, a read-only folder. Each command ends with 73 or
 * 74, names the path and leaves nothing under the final name.
 */
@DisabledOnOs(OS.WINDOWS)
class RefusedWritesTest {

  /** In KiB for the disk, in half KiB for the largest file: less than any output needs. */
  private static final int LITTLE = 8;

  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static SmallRun small;
  private static Path saved;

  @BeforeAll
  static void train() {
    small = SmallRun.shared();
    saved = shared.resolve("saved");
    small.model().save(saved);
  }

  /** A command without {@code --out}. */
  private static List<List<Object>> commands() {
    return List.of(
        List.of("pictures"),
        List.of("demo"),
        List.of("to-keras", "--model", saved),
        List.of(
            "features",
            "--model",
            SmallRun.MODEL,
            "--at",
            "block1_conv1",
            "--images",
            small.pictures()),
        List.of(
            "train",
            "--model",
            SmallRun.MODEL,
            "--images",
            small.pictures(),
            "--cache",
            small.cache(),
            "--head-epochs",
            1,
            "--fine-tune-epochs",
            0));
  }

  @ParameterizedTest
  @EnumSource(Refusal.class)
  void eachCommandSaysSoAndLeavesNothingHalf(Refusal refusal) throws IOException {
    Optional<String> missing = refusal.missing(folder);
    String what = refusal.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    if (missing.isPresent()) {
      Promises.of(5).skipped("each command on: " + what, missing.get());
      Assumptions.abort(missing.get());
    }
    for (List<Object> command : commands()) {
      Path place = Files.createDirectory(folder.resolve(command.get(0).toString()));
      Path out = place.resolve("out");
      Refusal.Outcome outcome = refusal.run(place, LITTLE, java(command, out));
      String told = command.get(0) + ": exit " + outcome.code() + ", " + outcome.err();
      assertTrue(outcome.code() == 73 || outcome.code() == 74, told);
      assertTrue(outcome.err().contains(place.toString()), told);
      assertFalse(outcome.err().contains("\tat "), told);
      for (String left : outcome.left()) {
        assertTrue(left.matches(place + "/\\.out\\.(tmp|partial|lock).*"), told + " left " + left);
      }
    }
    Promises.of(5)
        .tried("each command on: " + what, commands().size())
        .holds("exit 73 or 74, the path named, nothing under the final name");
  }

  private static List<String> java(List<Object> command, Path out) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.add("org.kerasgraft.cli.Main");
    command.stream().map(Object::toString).forEach(words::add);
    words.addAll(List.of("--out", out.toString()));
    return words;
  }
}
