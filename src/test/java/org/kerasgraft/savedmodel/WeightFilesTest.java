package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.InvalidModelException;

/** Whoever reads weights later can tell whether they are still those of the model. */
class WeightFilesTest {

  @TempDir private Path model;
  private Path data;
  private WeightFiles then;

  @BeforeEach
  void someWeights() throws IOException {
    data = Files.createDirectory(model.resolve("variables")).resolve("variables.data");
    Files.writeString(data, "old");
    then = WeightFiles.of(model);
    then.requireSame();
  }

  private void assertChanged(Path file) {
    InvalidModelException e = assertThrows(InvalidModelException.class, then::requireSame);
    assertEquals("'" + file + "' has changed since the model was read.", e.getMessage());
  }

  @Test
  void anotherFileOfTheSameSizeAndTimeIsAnother() throws IOException {
    Path other = Files.writeString(model.resolve("other"), "new");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(data));
    Files.move(other, data, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertChanged(data);
  }

  @Test
  void aFileThatGrowsOrGoesIsNotTheSame() throws IOException {
    Files.writeString(data, "longer");
    assertChanged(data);
    Files.delete(data);
    assertChanged(data);
  }

  @Test
  void aFileThatCameIsNamed() throws IOException {
    assertChanged(Files.writeString(data.resolveSibling("another"), ""));
  }
}
