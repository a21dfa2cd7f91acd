package org.kerasgraft.leaks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.internal.MappedPart;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/** Each kind of thing is counted while it is open, and no longer when it is closed. */
class OpenResourcesTest {

  @TempDir private Path folder;
  private OpenResources before;

  @BeforeEach
  void count() {
    before = OpenResources.now();
  }

  private List<String> left() {
    return OpenResources.now().since(before);
  }

  @Test
  void aTensorIsOnePointer() {
    try (TFloat32 tensor = TFloat32.scalarOf(1)) {
      assertEquals(List.of("1 × pointer TF_Tensor"), left());
    }
    assertEquals(List.of(), left());
  }

  @Test
  void aGraphIsCountedAndItsSessionTwice() {
    try (Graph graph = new Graph()) {
      assertEquals(List.of("1 × graph"), left());
      try (Session session = new Session(graph)) {
        assertEquals(
            List.of("1 × graph", "1 × pointer TF_Session", "1 × reference to a graph"), left());
      }
    }
    assertEquals(List.of(), left());
  }

  /** Else the collector could free what nobody closed, just before it is counted. */
  @Test
  void theCollectorFreesNothing() {
    List<String> threads =
        Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    assertFalse(threads.contains("JavaCPP Deallocator"), threads.toString());
  }

  @Test
  void whatStaysIsNotCounted() {
    TFloat32 first = OpenResources.staying(() -> TFloat32.scalarOf(1));
    assertEquals(List.of(), left());
    try (TFloat32 second = TFloat32.scalarOf(2)) {
      assertEquals(List.of("1 × pointer TF_Tensor"), left());
    }
    assertEquals(1f, first.getFloat());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileIsCountedWhileItIsOpenAndWhileItIsMapped() throws Exception {
    Path file = Files.writeString(folder.toRealPath().resolve("file"), "text");
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    assertEquals(List.of("1 × descriptor of " + file), left());
    MappedPart part = MappedPart.of(channel, FileChannel.MapMode.READ_ONLY, 0, 4);
    channel.close();
    assertEquals(List.of("1 × mapped file " + file), left());
    part.close();
    part.close();
    assertEquals(List.of(), left());
  }

  @Test
  void aThreadIsCountedUntilItEnds() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Thread thread = new Thread(() -> await(end), "somebody's");
    thread.start();
    assertEquals(List.of("1 × thread somebody's"), left());
    end.countDown();
    thread.join();
    assertEquals(List.of(), left());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
