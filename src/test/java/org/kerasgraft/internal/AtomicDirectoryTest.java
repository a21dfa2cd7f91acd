package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.StorageException;

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

  @Test
  void resumableWorkIsKeptAndTakenUpAgain() throws IOException {
    try (AtomicDirectory begun = AtomicDirectory.resumable(target, "train", false)) {
      assertFalse(begun.resumed());
      NewFile.text(begun.staging().resolve("half"), "1");
    }
    assertEquals(List.of(".run.partial"), left());
    try (AtomicDirectory next = AtomicDirectory.resumable(target, "train", true)) {
      assertTrue(next.resumed());
      assertEquals("1", Files.readString(next.staging().resolve("half")));
      next.commit();
    }
    assertEquals(List.of("run"), left());
  }

  @Test
  void unfinishedWorkIsNeverOverwrittenUnasked() throws IOException {
    try (AtomicDirectory begun = AtomicDirectory.resumable(target, "train", false)) {
      NewFile.text(begun.staging().resolve("half"), "1");
    }
    for (Executable again :
        List.<Executable>of(
            () -> AtomicDirectory.resumable(target, "train", false),
            () -> AtomicDirectory.create(target))) {
      var told = assertThrows(CannotCreateException.class, again);
      assertTrue(told.explain().contains(".run.partial"), told.explain());
      assertTrue(told.explain().contains("--resume"), told.explain());
      assertTrue(told.explain().contains("remove"), told.explain());
    }
    assertEquals(List.of(".run.partial"), left());
  }

  @Test
  void emptyOrDiscardedWorkIsNotKept() throws IOException {
    AtomicDirectory.resumable(target, "train", false).close();
    assertEquals(List.of(), left());
    try (AtomicDirectory begun = AtomicDirectory.resumable(target, "train", true)) {
      assertFalse(begun.resumed());
      NewFile.text(begun.staging().resolve("half"), "1");
      begun.discard();
    }
    assertEquals(List.of(), left());
  }

  @Test
  void whatIsNoPartOfTheResultIsWholeUntilTheEnd() throws IOException {
    for (int failing = 1; failing < 30; failing++) {
      int[] left = {failing};
      Path work = parent.resolve(".run.partial").resolve(".work");
      try (AtomicDirectory directory = AtomicDirectory.resumable(target, "train", true)) {
        NewFile.text(directory.staging().resolve("file"), "new");
        NewFile.text(NewFile.directories(work).resolve("one"), "1");
        NewFile.text(work.resolve("two"), "2");
        try (var installed =
            FaultPoints.install(
                (point, path) -> {
                  if (--left[0] == 0) {
                    throw new IOException("No space left on device");
                  }
                })) {
          directory.commitWithout(work);
        }
      } catch (StorageException e) {
        assertFalse(Files.exists(work) && !Files.exists(work.resolve("one")), "half is left");
        assertFalse(Files.exists(work) && !Files.exists(work.resolve("two")), "half is left");
      }
      if (Files.exists(target)) {
        assertEquals(List.of(target.resolve("file")), content(target));
        AtomicDirectory.deleteTree(target);
      }
    }
  }

  private static List<Path> content(Path directory) throws IOException {
    try (Stream<Path> list = Files.list(directory)) {
      return list.toList();
    }
  }

  @Test
  void sharedDirectoriesAreWrittenSideBySideAndTheFirstWins() throws IOException {
    try (AtomicDirectory first = AtomicDirectory.shared(target);
        AtomicDirectory second = AtomicDirectory.shared(target)) {
      NewFile.text(first.staging().resolve("file"), "first");
      NewFile.text(second.staging().resolve("file"), "second");
      second.commit();
      assertThrows(CannotCreateException.class, first::commit);
      first.discard();
    }
    assertEquals("second", Files.readString(target.resolve("file")));
    assertEquals(List.of("run"), left());
  }

  @Test
  void whatAKilledSharerLeftIsSwept() throws IOException {
    Files.createDirectory(parent.resolve(".run.tmp-00000000-0000-4000-8000-000000000001"));
    Files.writeString(parent.resolve(".run.tmp-00000000-0000-4000-8000-000000000001.lock"), "");
    try (AtomicDirectory first = AtomicDirectory.shared(target)) {
      assertEquals(List.of(".run.lock", ".run.partial"), left());
      AtomicDirectory second = AtomicDirectory.shared(target);
      assertEquals(4, left().size());
      second.close();
      assertEquals(List.of(".run.lock", ".run.partial"), left());
      first.discard();
    }
    assertEquals(List.of(), left());
  }

  @Test
  void whatOnlyLooksLikeASharersPlaceStays() throws IOException {
    List<String> foreign = List.of(".run.tmp-2.partial", ".run.tmp-mine");
    for (String name : foreign) {
      Files.createDirectory(parent.resolve(name));
    }
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      directory.commit();
    }
    assertTrue(left().containsAll(foreign), left()::toString);
  }

  @Test
  void ancestorsAreMadeAndRemovedAgain() throws IOException {
    Path deep = parent.resolve("a/b/run");
    AtomicDirectory.create(deep).close();
    assertEquals(List.of(), left());
    try (AtomicDirectory directory = AtomicDirectory.create(deep)) {
      directory.commit();
    }
    assertTrue(Files.isDirectory(deep));
  }

  /** Fails at the first, second, … place, once or from there on, until nothing fails any more. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whereverItFailsTheTargetIsAbsentOrWhole(boolean fromThereOn) throws IOException {
    int places = 0;
    boolean failed = true;
    while (failed) {
      int failing = ++places;
      AtomicInteger passed = new AtomicInteger();
      try (var installed =
          FaultPoints.install(
              (point, path) -> {
                int now = passed.incrementAndGet();
                if (now == failing || (fromThereOn && now > failing)) {
                  throw new IOException("No space left on device");
                }
              })) {
        failed = false;
        try (AtomicDirectory directory = AtomicDirectory.create(parent.resolve("a/run"))) {
          NewFile.text(directory.staging().resolve("one"), "1");
          NewFile.text(NewFile.directories(directory.staging().resolve("b")).resolve("two"), "2");
          directory.commit();
        } catch (CannotCreateException | StorageException e) {
          failed = true;
          assertTrue(e.getMessage().contains("run") || e.getMessage().contains("'"), e::toString);
        }
      }
      Path run = parent.resolve("a/run");
      if (Files.exists(run)) {
        assertEquals("1", Files.readString(run.resolve("one")));
        assertEquals("2", Files.readString(run.resolve("b/two")));
        AtomicDirectory.deleteTree(run);
      }
    }
    try (AtomicDirectory next = AtomicDirectory.create(parent.resolve("a/run"))) {
      next.commit();
    }
    assertEquals(List.of("a"), left());
    try (Stream<Path> children = Files.list(parent.resolve("a"))) {
      assertEquals(List.of(parent.resolve("a/run")), children.toList());
    }
    assertTrue(places > 12, "only " + places + " places");
  }
}
