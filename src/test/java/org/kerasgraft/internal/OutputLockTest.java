package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.CannotCreateException;

/** Two that write the same output: the second is told so, and neither harms the other. */
class OutputLockTest {

  @TempDir private Path parent;

  private Path target() {
    return parent.resolve("run");
  }

  private List<String> left() throws IOException {
    try (Stream<Path> children = Files.list(parent)) {
      return children.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aSecondWriterInThisProcessIsToldSo() throws IOException {
    try (AtomicDirectory first = AtomicDirectory.create(target())) {
      var told = assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(target()));
      assertTrue(told.getMessage().contains("being written by this process"), told.getMessage());
      Path detour = parent.resolve("x").resolve("..").resolve("run");
      assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(detour));
      NewFile.text(first.staging().resolve("file"), "first");
      first.commit();
    }
    assertEquals(List.of("run"), left());
  }

  @Test
  void aSecondProcessIsToldSoByNumberAndHarmsNothing() throws Exception {
    try (LockHolder other = LockHolder.of(target())) {
      var told = assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(target()));
      assertTrue(
          told.getMessage().contains("another process (" + other.pid() + ")"), told.getMessage());
      assertThrows(
          CannotCreateException.class, () -> AtomicDirectory.resumable(target(), "train", true));
    }
    assertEquals("other's", Files.readString(target().resolve("file")));
    assertEquals(List.of("run"), left());
  }

  @Test
  void aRefusedSecondWriterDoesNotLoosenTheFirstOnesLock() throws Exception {
    try (AtomicDirectory first = AtomicDirectory.create(target())) {
      assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(target()));
      assertThrows(IOException.class, () -> LockHolder.of(target()));
      NewFile.text(first.staging().resolve("file"), "first");
      first.commit();
    }
    assertEquals("first", Files.readString(target().resolve("file")));
  }

  @Test
  void whatAKilledProcessLeftIsTakenOverAndCleaned() throws Exception {
    LockHolder other = LockHolder.of(target());
    other.kill();
    assertEquals(List.of(".run.lock", ".run.tmp"), left());
    try (AtomicDirectory next = AtomicDirectory.create(target())) {
      assertFalse(Files.exists(next.staging().resolve("file")));
      next.commit();
    }
    assertEquals(List.of("run"), left());
  }

  @Test
  void ofManyThreadsOneAtATimeHolds() throws Exception {
    Path file = parent.toRealPath().resolve("lock");
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    Callable<Void> worker =
        () -> {
          while (taken.get() < 200) {
            var lock = OutputLock.tryAcquire(file);
            if (lock.isPresent()) {
              try (OutputLock held = lock.get()) {
                assertEquals(1, holders.incrementAndGet());
                taken.incrementAndGet();
                holders.decrementAndGet();
              }
            }
          }
          return null;
        };
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<Void> done : threads.invokeAll(List.of(worker, worker, worker, worker))) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertFalse(Files.exists(file));
  }
}
