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
import org.kerasgraft.FinishedRun;
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
    CommandRun other = train("run", "--resume", "--l2", "0.5");
    assertEquals(ExitCode.USAGE, other.code(), other.err());
    assertTrue(other.err().contains(".run.partial' is finished but for its name"), other.err());
    assertTrue(other.err().contains("--l2 0, not 0.5"), other.err());
    Path picture = onePicture();
    Path away = Files.move(picture, directory.resolve("away.png"));
    CommandRun changed = train("run", "--resume");
    assertEquals(ExitCode.BAD_DATA, changed.code(), changed.err());
    assertTrue(changed.err().contains("the training inputs changed"), changed.err());
    assertTrue(changed.err().contains(".run.partial"), changed.err());
    Files.move(away, picture);
    AtomicDirectory.deleteTree(directory.resolve(".run.partial/model"));
    CommandRun damaged = train("run", "--resume");
    assertEquals(ExitCode.BAD_DATA, damaged.code(), damaged.err());
    assertTrue(damaged.err().contains("' is missing"), damaged.err());
    assertTrue(damaged.err().contains("to begin anew"), damaged.err());
    assertTrue(Files.exists(directory.resolve(".run.partial/manifest.json")));
    assertFalse(Files.exists(directory.resolve("run")));
  }

  private Path onePicture() throws IOException {
    try (var files = Files.walk(directory.resolve("pictures"))) {
      return files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
    }
  }

  @Test
  void aFinishedRunOfOtherContentsIsAnotherOneWhereverThePicturesLie() throws IOException {
    CommandRun first = train("run", "--validation", pictures(2).toString());
    assertEquals(ExitCode.OK, first.code(), first.err());
    Path twin = directory.resolve("x/../twin");
    CommandRun same = train("run", "--resume", "--validation", twin.toString());
    assertEquals(ExitCode.NO_INPUT, same.code(), same.err());
    Files.createDirectory(directory.resolve("x"));
    Files.move(directory.resolve("validation"), directory.resolve("twin"));
    same = train("run", "--resume", "--validation", twin.toString());
    assertEquals(ExitCode.OK, same.code(), same.err());
    CommandRun without = train("run", "--resume");
    assertEquals(ExitCode.CANNOT_CREATE, without.code(), without.err());
    assertTrue(without.err().contains("--validation"), without.err());
    CommandRun other = train("run", "--resume", "--validation", pictures(3).toString());
    assertEquals(ExitCode.CANNOT_CREATE, other.code(), other.err());
    assertTrue(other.err().contains("the validation inputs changed"), other.err());
    Files.delete(onePicture());
    CommandRun changed = train("run", "--resume", "--validation", twin.toString());
    assertEquals(ExitCode.CANNOT_CREATE, changed.code(), changed.err());
    assertTrue(changed.err().contains("the training inputs changed"), changed.err());
  }

  private Path pictures(int seed) {
    Path folder = directory.resolve("validation");
    Pictures.writeClassFolders(folder, PictureFamily.TARGET.classes(), 1, seed);
    return folder;
  }

  /** Nothing goes before what is to be trained on was opened, and never what another began. */
  @Test
  void anInterruptedExtractionIsNotTrainsToRemove() throws IOException {
    Path partial = directory.resolve(".run.partial");
    try (AtomicDirectory features =
        AtomicDirectory.resumable(directory.resolve("run"), "features", false)) {
      Files.writeString(features.staging().resolve("journal"), "work of a night");
    }
    CommandRun resumed = train("run", "--resume");
    assertEquals(ExitCode.CANNOT_CREATE, resumed.code(), resumed.err());
    assertTrue(resumed.err().contains("begun by 'graft features'"), resumed.err());
    assertEquals("work of a night", Files.readString(partial.resolve("journal")));
    AtomicDirectory.deleteTree(partial);

    Files.writeString(Files.createDirectory(partial).resolve("mine.txt"), "a user's");
    resumed = train("run", "--resume");
    assertEquals(ExitCode.CANNOT_CREATE, resumed.code(), resumed.err());
    assertEquals("a user's", Files.readString(partial.resolve("mine.txt")));
    AtomicDirectory.deleteTree(partial);

    trainAndFail("run");
    Path half = Files.writeString(partial.resolve("half"), "of a model");
    CommandRun noModel = train("run", "--resume", "--at", "no_such_layer");
    assertEquals(ExitCode.USAGE, noModel.code(), noModel.err());
    assertTrue(Files.exists(half));
    resumed = train("run", "--resume");
    assertEquals(ExitCode.OK, resumed.code(), resumed.err());
    assertFalse(Files.exists(directory.resolve("run/half")));
    assertTrue(FinishedRun.at(directory.resolve("run")).isPresent());
  }
}
