package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.StorageException;

/** Files that let only read: an original's, or those of a program that runs. */
class DirectoryTreeTest {

  @TempDir private Path folder;

  @BeforeEach
  void posix() throws IOException {
    Assumptions.assumeTrue(
        Files.getFileStore(folder).supportsFileAttributeView("posix"),
        "permissions are a matter of POSIX; run it on Linux or macOS");
  }

  @Test
  void theCopyOfAReadOnlyFileMayBeWrittenTo() throws IOException {
    Path original = Files.writeString(folder.resolve("original"), "content");
    Files.setPosixFilePermissions(original, PosixFilePermissions.fromString("r--r--r--"));
    Path copy = folder.resolve("copy");
    NewFile.copy(original, copy);
    assertEquals("content", Files.readString(copy));
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(copy));
    assertTrue(mode.startsWith("rw-"), mode);
    DirectoryTree.sync(folder); // fails for whoever is not root if it opens for writing only
  }

  /** Even root opens no program for writing while it runs. */
  @Test
  void whatCannotBeOpenedForWritingIsSyncedAllTheSame() throws IOException {
    Path sleep = Path.of("/bin/sleep");
    Assumptions.assumeTrue(
        Files.isExecutable(sleep), "no program to copy; run it where there is /bin/sleep");
    Path program = folder.resolve("sleep");
    Files.copy(sleep, program, StandardCopyOption.COPY_ATTRIBUTES);
    Process running = new ProcessBuilder(program.toString(), "60").start();
    try {
      assertDoesNotThrow(() -> DirectoryTree.sync(folder));
    } finally {
      running.destroyForcibly();
    }
  }

  @Test
  void whatCannotBeReadIsNamedNotWhatItShouldBeCopiedTo() {
    Path missing = folder.resolve("missing");
    var told =
        assertThrows(StorageException.class, () -> NewFile.copy(missing, folder.resolve("copy")));
    assertEquals(
        "Cannot read '" + missing + "': there is no such file or directory.", told.getMessage());
  }
}
