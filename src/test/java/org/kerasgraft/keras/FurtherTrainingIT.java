package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.cli.CommandLine;

/**
 * Python trains an exported model with BatchNormalization further: the loss falls, what was frozen
 * stays frozen, and the result can be saved and loaded again.
 */
@Tag("keras")
class FurtherTrainingIT {

  @TempDir Path folder;

  @Test
  void anExportedModelTrainsOnInPython() {
    KerasPeer keras = KerasPeer.orSkip();
    keras.run("peer_further.py", "make", folder);
    Path pictures = folder.resolve("pictures");
    run("pictures", "--out", pictures, "--per-class", "2");
    for (String name : new String[] {"keras3", "keras2"}) {
      Path out = folder.resolve(name + "-run");
      run(
          "train",
          "--model",
          folder.resolve(name),
          "--images",
          pictures,
          "--out",
          out,
          "--cache",
          folder.resolve("cache"),
          "--at",
          "out_relu",
          "--head",
          "keras-guide",
          "--preprocessing",
          "tf",
          "--head-epochs",
          "1",
          "--fine-tune-epochs",
          "1",
          "--quiet");
      keras.run("peer_further.py", "train", out.resolve("model/1"), folder.resolve(name + "-on"));
    }
  }

  private static void run(Object... words) {
    CommandLine.Outcome outcome = CommandLine.run(words);
    assertEquals(0, outcome.code(), outcome.err());
  }
}
