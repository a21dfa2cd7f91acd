package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturesCommandTest {

  @TempDir private Path directory;

  @Test
  void writesClassFolders() throws IOException {
    Path out = directory.resolve("pictures");

    CommandRun run = CommandRun.of("pictures", "--out", out.toString(), "--per-class", "2");

    assertEquals("", run.err());
    assertEquals(ExitCode.OK, run.code());
    assertEquals("8 pictures of 4 classes in " + out, run.out().strip());
    try (Stream<Path> folders = Files.list(out)) {
      for (Path folder : folders.toList()) {
        try (Stream<Path> files = Files.list(folder)) {
          assertEquals(2, files.count(), folder.toString());
        }
      }
    }
  }

  @Test
  void sameSeedSamePictures() throws IOException {
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");

    CommandRun.of("pictures", "--out", first.toString(), "--per-class", "1", "--seed", "5");
    CommandRun.of("pictures", "--out", second.toString(), "--per-class", "1", "--seed", "5");

    List<Path> files;
    try (Stream<Path> tree = Files.walk(first)) {
      files = tree.filter(Files::isRegularFile).toList();
    }
    assertEquals(4, files.size());
    for (Path file : files) {
      assertArrayEquals(
          Files.readAllBytes(file),
          Files.readAllBytes(second.resolve(first.relativize(file))),
          file.toString());
    }
  }

  @Test
  void anExistingOutputIsLeftAlone() throws IOException {
    Files.writeString(directory.resolve("mine.txt"), "mine");

    CommandRun run = CommandRun.of("pictures", "--out", directory.toString());

    assertEquals(73, run.code().code());
    assertTrue(run.err().startsWith("graft: '" + directory + "' exists already"), run.err());
    try (Stream<Path> content = Files.list(directory)) {
      assertEquals(1, content.count());
    }
  }
}
