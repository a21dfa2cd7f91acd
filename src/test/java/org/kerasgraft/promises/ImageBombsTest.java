package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.ImageSize;

/**
 * P8: what a small file of 400 megapixels costs. Its time is a figure, nothing is asserted of it.
 */
class ImageBombsTest {

  private static final int TIMES = 20;

  /** A header is read, never a file: it would be 1.5 MB. */
  private static final long MOST_MEMORY = 64L << 10;

  @TempDir private Path folder;

  @Test
  void aBombIsRefusedByItsHeader() throws IOException {
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(32, 32))) {
      byte[] jpeg = ImageBombs.jpeg();
      for (int i = 0; i < TIMES; i++) { // so that the first figure is none of a cold start
        decoder.decode(Files.write(folder.resolve("warm"), jpeg), new float[3072], 0);
      }
      requireCheap(decoder, "JPEG", jpeg);
      requireCheap(decoder, "PNG", ImageBombs.png(Promises.isNightly() ? 3 : 1));
      requireCheap(decoder, "GIF", ImageBombs.gif());
      requireCheap(decoder, "BMP", ImageBombs.bmp());
    }
  }

  /** Without the limit they are decoded, in seconds and gigabytes. */
  @Test
  @EnabledIfSystemProperty(
      named = "graft.promises",
      matches = "nightly",
      disabledReason = "decodes 400 megapixels; run it with -Pnightly")
  void theBombsAreRealImages() throws IOException {
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(2, 2), 1L << 30)) {
      for (byte[] bomb : List.of(ImageBombs.png(3), ImageBombs.jpeg())) {
        Path file = Files.write(folder.resolve("real"), bomb);
        assertEquals(DecodeResult.OK, decoder.decode(file, new float[12], 0));
      }
    }
  }

  private void requireCheap(ImageDecoder decoder, String kind, byte[] bomb) throws IOException {
    Path file = Files.write(folder.resolve(kind), bomb);
    float[] pixels = new float[decoder.imageValues()];
    long resident = resident();
    DecodeResult refused = new DecodeResult(DecodeStatus.TOO_LARGE, "20000x20000 pixels");
    assertEquals(refused, decoder.decode(file, pixels, 0), kind);
    long grown = Math.max(0, resident() - resident);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] nanos = new long[TIMES];
    long allocated = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < TIMES; i++) {
      long begin = System.nanoTime();
      decoder.decode(file, pixels, 0);
      nanos[i] = System.nanoTime() - begin;
    }
    long each = (threads.getCurrentThreadAllocatedBytes() - allocated) / TIMES;
    assertTrue(each < MOST_MEMORY, () -> kind + " took " + each + " bytes of the heap");
    Arrays.sort(nanos);
    Promises.of(8)
        .tried(kind + " of 400 megapixels", 1)
        .holds(
            String.format(
                Locale.ROOT,
                "%,d bytes, refused in %.2f ms (median of %d), %.3f MB of heap; resident memory"
                    + " +%.1f MB at the first",
                bomb.length,
                nanos[TIMES / 2] / 1e6,
                TIMES,
                each / 1e6,
                grown / 1e6));
  }

  /** Resident bytes of this process; 0 where the system does not tell. */
  private static long resident() throws IOException {
    Path statm = Path.of("/proc/self/statm");
    return Files.exists(statm) ? 4096 * Long.parseLong(Files.readString(statm).split(" ")[1]) : 0;
  }
}
