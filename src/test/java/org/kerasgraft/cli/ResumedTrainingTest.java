package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.data.pictures.PictureFamily;
import org.kerasgraft.data.pictures.Pictures;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.FaultPoints;

/** {@code train --resume}, where there is a run to go on with, a finished one, or none. */
class ResumedTrainingTest {

  private static final String MODEL = "src/test/resources/models/tiny-vgg-keras3";
  private static final String VARIABLES = "model/1/variables/variables.data-00000-of-00001";

  @TempDir private Path directory;

  private CommandRun train(String out, String... more) {
    Path pictures = directory.resolve("pictures");
    if (!Files.exists(pictures)) {
      Pictures.writeClassFolders(pictures, PictureFamily.TARGET.classes(), 2, 1);
    }
    List<String> words = new ArrayList<>(List.of("train", "--model", MODEL));
    words.addAll(List.of("--images", pictures.toString()));
    words.addAll(List.of("--out", directory.resolve(out).toString()));
    words.addAll(List.of("--cache", directory.resolve("cache").toString()));
    words.addAll(List.of("--head-epochs", "2", "--fine-tune-epochs", "0"));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray(String[]::new));
  }

  /** Fails as a full disk does when the model's graph is about to be written. */
  private void trainAndFail(String out) {
    try (var full =
        FaultPoints.install(
            (point, path) -> {
              if (path.endsWith("saved_model.pb")) {
                throw new IOException("No space left on device");
              }
            })) {
      CommandRun run = train(out);
      assertEquals(ExitCode.STORAGE, run.code(), run.err());
    }
    assertFalse(Files.exists(directory.resolve(out)));
  }

  @Test
  void whatFailedToBeWrittenGoesOnWithoutTrainingAgain() {
    assertEquals(ExitCode.OK, train("whole").code());
    trainAndFail("run");

    CommandRun without = train("run");
    assertEquals(ExitCode.CANNOT_CREATE, without.code(), without.err());
    assertTrue(without.err().contains("Go on with it by --resume"), without.err());

    CommandRun other = train("run", "--resume", "--seed", "1");
    assertEquals(ExitCode.USAGE, other.code(), other.err());
    assertTrue(other.err().contains("has seed '0', this one '1'"), other.err());

    CommandRun resumed = train("run", "--resume");
    assertEquals(ExitCode.OK, resumed.code(), resumed.err());
    assertTrue(
        resumed.err().contains("Going on in phase head, epoch 3, after step 0"), resumed.err());
    assertEquals(hash("whole"), hash("run"));
    assertFalse(Files.exists(directory.resolve("run/.checkpoints")));
    assertFalse(Files.exists(directory.resolve(".run.partial")));
  }

  private String hash(String run) {
    return Sha256.of(directory.resolve(run).resolve(VARIABLES));
  }

  @Test
  void changedPicturesAreNotMixedIntoARunThatHadBegun() throws IOException {
    trainAndFail("run");
    Path first = directory.resolve("pictures");
    try (var files = Files.walk(first)) {
      Path picture = files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
      Files.delete(picture);
    }

    CommandRun resumed = train("run", "--resume");
    assertEquals(ExitCode.BAD_DATA, resumed.code(), resumed.err());
    assertTrue(resumed.err().contains("the training inputs changed"), resumed.err());
    assertTrue(Files.exists(directory.resolve(".run.partial/.checkpoints")));
  }

  @Test
  void withoutAnythingToResumeItBeginsAndAFinishedRunIsLeftAsItIs() throws IOException {
    CommandRun first = train("run", "--resume");
    assertEquals(ExitCode.OK, first.code(), first.err());
    assertTrue(first.err().contains("Nothing to resume; beginning at the first step"), first.err());
    assertFalse(Files.readString(directory.resolve("run/manifest.json")).contains("resume"));

    Path history = directory.resolve("run/history.csv");
    String written = Files.readString(history);
    CommandRun again = train("run", "--resume");
    assertEquals(ExitCode.OK, again.code(), again.err());
    assertTrue(again.err().contains("is finished already; nothing was done"), again.err());
    assertEquals(written, Files.readString(history));

    CommandRun other = train("run", "--resume", "--l2", "0.5");
    assertEquals(ExitCode.CANNOT_CREATE, other.code(), other.err());
    assertTrue(other.err().contains("--l2 0, not 0.5"), other.err());

    Files.writeString(history, written + "\n");
    CommandRun damaged = train("run", "--resume");
    assertEquals(ExitCode.BAD_DATA, damaged.code(), damaged.err());
    assertTrue(damaged.err().contains("history.csv"), damaged.err());
  }

  @Test
  void aRunThatLacksOnlyItsNameGetsIt() throws IOException {
    assertEquals(ExitCode.OK, train("run").code());
    String manifest = Files.readString(directory.resolve("run/manifest.json"));
    Files.move(directory.resolve("run"), directory.resolve(".run.partial"));

    CommandRun resumed = train("run", "--resume");
    assertEquals(ExitCode.OK, resumed.code(), resumed.err());
    assertTrue(resumed.err().contains("was finished but for its name"), resumed.err());
    assertEquals(manifest, Files.readString(directory.resolve("run/manifest.json")));

    Files.move(directory.resolve("run"), directory.resolve(".run.partial"));
    AtomicDirectory.deleteTree(directory.resolve(".run.partial/model"));
    CommandRun half = train("run", "--resume");
    assertEquals(ExitCode.OK, half.code(), half.err());
    assertTrue(half.err().contains("Nothing to resume"), half.err());
  }
}
