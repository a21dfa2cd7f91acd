package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.CannotCreateException;

class AtomicDirectoryTest {

  @TempDir private Path parent;
  private Path target;

  @BeforeEach
  void name() {
    target = parent.resolve("run");
  }

  private AtomicDirectory written() throws IOException {
    AtomicDirectory directory = AtomicDirectory.create(target);
    Files.writeString(directory.staging().resolve("file"), "new");
    return directory;
  }

  private List<String> left() throws IOException {
    try (Stream<Path> children = Files.list(parent)) {
      return children.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void nothingIsSeenBeforeTheCommit() throws IOException {
    try (AtomicDirectory directory = written()) {
      assertFalse(Files.exists(target));
      assertEquals(target, directory.commit());
    }
    assertEquals("new", Files.readString(target.resolve("file")));
    assertEquals(List.of("run"), left());
  }

  @Test
  void closingWithoutACommitLeavesNothing() throws IOException {
    AtomicDirectory directory = written();
    directory.close();
    directory.close();
    assertEquals(List.of(), left());
    assertThrows(IllegalStateException.class, directory::commit);
  }

  @Test
  void aSecondCommitIsRefused() throws IOException {
    try (AtomicDirectory directory = written()) {
      directory.commit();
      assertThrows(IllegalStateException.class, directory::commit);
    }
    assertTrue(Files.exists(target.resolve("file")));
  }

  @Test
  void anEmptyDirectoryIsFilled() throws IOException {
    Files.createDirectory(target);
    try (AtomicDirectory directory = written()) {
      directory.commit();
    }
    assertEquals("new", Files.readString(target.resolve("file")));
  }

  @Test
  void aLinkToAnEmptyDirectoryStaysALink() throws IOException {
    Path real = Files.createDirectory(parent.resolve("real"));
    Files.createSymbolicLink(target, real);
    try (AtomicDirectory directory = written()) {
      directory.commit();
    }
    assertTrue(Files.isSymbolicLink(target));
    assertEquals("new", Files.readString(real.resolve("file")));
  }

  @Test
  void aTargetWithContentIsRefusedAtOnce() throws IOException {
    Files.writeString(target, "a file");
    assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(target));
    Files.delete(target);
    Files.createDirectories(target.resolve("child"));
    assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(target));
    assertEquals(List.of("run"), left());
  }

  @Test
  void aParentThatIsAFileIsRefused() throws IOException {
    Files.writeString(target, "a file");
    assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(target.resolve("run")));
  }

  @Test
  void whatAppearedMeanwhileIsLeftAsItIs() throws IOException {
    try (AtomicDirectory directory = written()) {
      Files.writeString(target, "another's");
      assertThrows(CannotCreateException.class, directory::commit);
    }
    assertEquals("another's", Files.readString(target));
    Files.delete(target);
    try (AtomicDirectory directory = written()) {
      Files.createDirectory(target);
      Files.writeString(target.resolve("other"), "another's");
      assertThrows(CannotCreateException.class, directory::commit);
    }
    assertEquals("another's", Files.readString(target.resolve("other")));
    assertEquals(List.of("run"), left());
  }

  @Test
  void deletingATreeRemovesLinksButNotWhatTheyPointTo() throws IOException {
    Path outside = Files.writeString(parent.resolve("outside"), "kept");
    Files.createDirectories(target.resolve("a/b"));
    Files.createSymbolicLink(target.resolve("a/link"), outside);
    AtomicDirectory.deleteTree(target);
    AtomicDirectory.deleteTree(target);
    assertEquals(List.of("outside"), left());
  }
}
