package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.FaultPoints.Point;

/** Whose unfinished work is whose, how its name lasts, and what is told when two things fail. */
class BegunByTest {

  @TempDir private Path temporary;
  private Path parent;
  private Path target;
  private Path partial;

  @BeforeEach
  void name() throws IOException {
    parent = temporary.toRealPath();
    target = parent.resolve("run");
    partial = parent.resolve(".run.partial");
  }

  private List<String> left(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private void begin(String command) {
    try (AtomicDirectory begun = AtomicDirectory.resumable(target, command, false)) {
      NewFile.text(begun.staging().resolve("half"), "1");
    }
  }

  @Test
  void anotherCommandsWorkIsNeitherGoneOnWithNorTouched() throws IOException {
    begin("features");
    var told =
        assertThrows(
            CannotCreateException.class, () -> AtomicDirectory.resumable(target, "train", true));
    assertTrue(told.explain().contains("begun by 'graft features'"), told.explain());
    assertTrue(told.explain().contains("Go on with it by 'graft features'"), told.explain());
    assertTrue(told.explain().contains(partial.toString()), told.explain());
    var unasked = assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(target));
    assertTrue(unasked.explain().contains("begun by 'graft features'"), unasked.explain());
    assertEquals(List.of(".begun-by-features", "half"), left(partial));
    assertEquals(List.of(".run.partial"), left(parent));
    try (AtomicDirectory own = AtomicDirectory.resumable(target, "features", true)) {
      assertTrue(own.resumed());
      own.requireOwn();
      own.commit();
    }
    assertEquals(List.of("half"), left(target));
  }

  @Test
  void whatNobodyBeganIsForWhoeverKnowsIt() throws IOException {
    Files.writeString(Files.createDirectory(partial).resolve("mine"), "a user's");
    try (AtomicDirectory found = AtomicDirectory.resumable(target, "train", true)) {
      var told = assertThrows(CannotCreateException.class, found::requireOwn);
      assertTrue(told.explain().contains(partial.toString()), told.explain());
    }
    assertEquals(List.of("mine"), left(partial));
  }

  @Test
  void aMarkAloneIsNothingBegun() throws IOException {
    Files.createFile(Files.createDirectory(partial).resolve(".begun-by-features"));
    try (AtomicDirectory next = AtomicDirectory.resumable(target, "train", false)) {
      assertFalse(next.resumed());
      next.requireOwn();
      assertEquals(List.of(".begun-by-train"), left(partial));
    }
    assertEquals(List.of(), left(parent));
  }

  @Test
  void theNameOfUnfinishedWorkReachesTheDisk() throws IOException {
    Path deep = parent.resolve("a").resolve("b").resolve("run");
    List<Path> synced = new ArrayList<>();
    try (var installed =
            FaultPoints.install(
                (point, path) -> {
                  if (point == Point.SYNC) {
                    synced.add(path);
                  }
                });
        AtomicDirectory begun = AtomicDirectory.resumable(deep, "train", false)) {
      assertEquals(
          List.of(begun.staging(), deep.getParent(), deep.getParent().getParent(), parent), synced);
    }
    try (var installed =
        FaultPoints.install(
            (point, path) -> {
              if (point == Point.SYNC) {
                throw new IOException("Input/output error");
              }
            })) {
      assertThrows(
          CannotCreateException.class, () -> AtomicDirectory.resumable(deep, "train", false));
    }
    assertEquals(List.of(), left(parent));
  }

  @Test
  void whatFailsWhileCleaningUpDoesNotReplaceTheFirstFailure() throws IOException {
    try (var installed =
        FaultPoints.install(
            (point, path) -> {
              if (path.endsWith(".run.tmp") || point == Point.DELETE) {
                throw new IOException("No space left on device");
              }
            })) {
      var told = assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(target));
      assertTrue(told.getMessage().startsWith("Cannot create"), told.getMessage());
      assertTrue(told.getSuppressed()[0].getMessage().startsWith("Cannot clean up"));
    }
    AtomicDirectory directory = AtomicDirectory.create(target);
    try (var installed =
        FaultPoints.install(
            (point, path) -> {
              if (point == Point.DELETE) {
                throw new IOException("Permission denied");
              }
            })) {
      var told = assertThrows(StorageException.class, directory::close);
      assertTrue(told.getMessage().startsWith("Cannot remove"), told.getMessage());
      assertTrue(told.getSuppressed()[0].getMessage().startsWith("Cannot clean up"));
    }
  }
}
