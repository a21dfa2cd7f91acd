package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only what a reader takes whole has a limit: weights of any form may lie beside a model. */
class LargeFilesTest {

  @TempDir private Path directory;

  /** A file with nothing in it, which takes no room. */
  private void sparse(String name, long bytes) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
  }

  private List<String> findings() {
    return new HostileModel().scan(directory).findings().stream().map(ScanFinding::text).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.h5",
        "model.keras",
        "weights/saved_model.pb",
        "assets/vocabulary.txt",
        "variables/variables.data-00000-of-00001"
      })
  void whatIsReadPieceByPieceOrNotAtAllMayHaveAnySize(String name) throws IOException {
    sparse(name, 300L << 20);
    assertEquals(List.of(), findings());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "saved_model.pb",
        "keras_metadata.pb",
        "fingerprint.pb",
        "variables/variables.index",
        "assets.extra/graft.json"
      })
  void whatIsReadWholeMayNot(String name) throws IOException {
    sparse(name, 256 << 20);
    assertEquals(List.of(), findings());
    sparse(name, (256 << 20) + 1);
    assertEquals(
        List.of("'" + name + "' in the directory: it has more than 268,435,456 bytes"), findings());
  }

  @Test
  void aLinkInsideIsAsLargeAsWhatItLeadsTo() throws IOException {
    sparse("model.h5", 300L << 20);
    Files.createSymbolicLink(directory.resolve("keras_metadata.pb"), Path.of("model.h5"));
    assertEquals(
        List.of("'keras_metadata.pb' in the directory: it has more than 268,435,456 bytes"),
        findings());
  }
}
