package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.FaultPoints.Point;

class NewFileTest {

  @TempDir private Path folder;

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void writesBehindAndOverWhatIsThere() throws IOException {
    Path path = folder.resolve("file");
    try (NewFile file = NewFile.create(path);
        OutputStream stream = file.stream()) {
      file.write(bytes("0123"));
      file.write(bytes("ab"), 1);
      stream.write('4');
      stream.write("x56".getBytes(StandardCharsets.UTF_8), 1, 2);
      file.sync();
    }
    assertEquals("0ab3456", Files.readString(path));
    try (NewFile file = NewFile.resume(path, 4)) {
      file.write(bytes("!"));
    }
    assertEquals("0ab3!", Files.readString(path));
    NewFile.replace(path, new byte[] {'n'});
    assertEquals("n", Files.readString(path));
    NewFile.copy(path, folder.resolve("copy"));
    assertEquals("n", Files.readString(folder.resolve("copy")));
  }

  @Test
  void aFileThatIsShorterThanItShouldBeIsNotResumed() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "12");
    var told = assertThrows(StorageException.class, () -> NewFile.resume(path, 3));
    assertTrue(told.getMessage().contains("it has 2 bytes, not 3"), told.getMessage());
    assertEquals("12", Files.readString(path));
  }

  @Test
  void eachWriteSyncAndRenamePassesItsPoint() {
    List<Point> passed = new ArrayList<>();
    try (var installed = FaultPoints.install((point, path) -> passed.add(point))) {
      assertThrows(IllegalStateException.class, () -> FaultPoints.install((point, path) -> {}));
      NewFile.replace(folder.resolve("file"), new byte[1]);
    }
    assertEquals(List.of(Point.WRITE, Point.WRITE, Point.SYNC, Point.RENAME, Point.SYNC), passed);
    NewFile.text(folder.resolve("file"), "unseen");
    assertEquals(5, passed.size());
  }

  @Test
  void aFailureNamesTheFileWhatItNeededAndWhatIsFree() {
    Path path = folder.resolve("file");
    try (NewFile file = NewFile.create(path);
        var installed =
            FaultPoints.install(
                (point, place) -> {
                  throw new IOException("No space left on device");
                })) {
      var told = assertThrows(StorageException.class, () -> file.write(ByteBuffer.allocate(1234)));
      assertTrue(
          told.getMessage()
              .matches(
                  "Cannot write '.*file' \\(1,234 bytes, [\\d,]+ free\\): No space left on device\\."),
          told.getMessage());
    }
  }

  @Test
  void aFailedReplacementLeavesTheOldFile() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "old");
    for (int failing = 0; failing < 4; failing++) {
      int[] left = {failing};
      try (var installed =
          FaultPoints.install(
              (point, place) -> {
                if (left[0]-- == 0) {
                  throw new IOException("no");
                }
              })) {
        assertThrows(StorageException.class, () -> NewFile.replace(path, new byte[] {'n'}));
      }
      assertEquals("old", Files.readString(path));
    }
  }

  @Test
  void reasonsAreWordsWithoutThePath() {
    Path missing = folder.resolve("missing");
    var told = assertThrows(StorageException.class, () -> NewFile.create(missing.resolve("file")));
    assertTrue(told.getMessage().endsWith("there is no such file or directory."), told::getMessage);
    told = assertThrows(StorageException.class, () -> NewFile.create(folder));
    assertTrue(told.getMessage().endsWith("Is a directory."), told::getMessage);
  }
}
