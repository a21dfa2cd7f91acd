package org.kerasgraft.data.pictures;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.kerasgraft.data.pictures.Patch.Pose;
import org.kerasgraft.error.RunInterruptedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.internal.NewFile;

/**
 * Draws pictures of given classes: a subject of the class's outline and texture, anywhere, at any
 * turn, in any two colours, among and partly behind clutter, in uneven light, with grain. The same
 * class and seed give the same bytes on every machine: the random numbers are {@link Random}'s
 * specified sequence, the arithmetic is strict, the files are stored uncompressed.
 */
public final class Pictures {

  /** Height and width of every picture, in pixels. */
  public static final int SIZE = 64;

  private static final int MOST_BEHIND = 5;
  private static final int MOST_BEFORE = 2;

  private Pictures() {}

  /**
   * Draws one picture.
   *
   * @param type what it shows
   * @param seed which of the class's pictures
   * @return {@value #SIZE} × {@value #SIZE} × RGB bytes, rows from the top; a new array
   */
  public static byte[] draw(PictureClass type, long seed) {
    Random random = new Random(mix(mix(seed) ^ type.name().hashCode()));
    Canvas canvas = new Canvas(SIZE);
    canvas.wash(Colour.any(random), Colour.any(random), 1 + random.nextInt(5), random);
    for (int i = random.nextInt(MOST_BEHIND + 1); i > 0; i--) {
      canvas.paint(clutter(random));
    }
    canvas.paint(subject(type, random));
    for (int i = random.nextInt(MOST_BEFORE + 1); i > 0; i--) {
      canvas.paint(clutter(random));
    }
    canvas.light(range(random, 0.6, 1.2), range(random, -0.3, 0.3), range(random, -0.3, 0.3));
    canvas.grain(range(random, 0.01, 0.06), random);
    return canvas.toBytes();
  }

  /**
   * Draws one picture as a PNG file's bytes.
   *
   * @param type what it shows
   * @param seed which of the class's pictures
   * @return the bytes of an RGB PNG file of {@value #SIZE} × {@value #SIZE} pixels; a new array
   */
  public static byte[] png(PictureClass type, long seed) {
    return PngFile.encode(draw(type, seed), SIZE, SIZE);
  }

  /**
   * Writes class folders: {@code out/heart-waves/0000.png} and so on. Two calls with different
   * seeds give different pictures of the same classes, for training and for validation.
   *
   * @param out the folder above the class folders; absent or empty
   * @param classes the classes, at least one
   * @param perClass pictures a class, at least one
   * @param seed which pictures
   * @throws UsageException if there is no class, or no picture a class
   * @throws org.kerasgraft.error.CannotCreateException if {@code out} has content
   * @throws StorageException if a folder or a file cannot be written
   */
  public static void writeClassFolders(
      Path out, List<PictureClass> classes, int perClass, long seed) {
    writeClassFolders(out, classes, perClass, seed, new Cancellation());
  }

  /**
   * The same, until somebody wishes that it should end.
   *
   * @param out as for {@link #writeClassFolders(Path, List, int, long)}
   * @param classes the classes, at least one
   * @param perClass pictures a class, at least one
   * @param seed which pictures
   * @param cancellation looked at before each picture
   * @throws RunInterruptedException if that is wished; what was written stays
   */
  public static void writeClassFolders(
      Path out, List<PictureClass> classes, int perClass, long seed, Cancellation cancellation) {
    if (classes.isEmpty() || perClass < 1) {
      throw new UsageException(
          classes.size() + " classes of " + perClass + " pictures; expected at least one of each.",
          "");
    }
    AtomicDirectory.requireFree(out);
    for (PictureClass type : classes) {
      Path folder = NewFile.directories(out.resolve(type.name()));
      for (int i = 0; i < perClass; i++) {
        cancellation.stopIfWished("Stopped while drawing pictures.");
        Path file = folder.resolve(String.format(Locale.ROOT, "%04d.png", i));
        NewFile.bytes(file, png(type, mix(seed) + i));
      }
    }
  }

  private static Patch subject(PictureClass type, Random random) {
    double radius = range(random, 19, 28);
    double margin = 0.75 * radius;
    double x = range(random, margin, SIZE - margin);
    double y = range(random, margin, SIZE - margin);
    Colour first = Colour.any(random);
    return new Patch(
        type.outline(),
        Pose.turned(x, y, radius, range(random, 0.75, 1), random),
        type.texture(),
        Pose.turned(random.nextDouble(), random.nextDouble(), range(random, 7, 12), 1, random),
        first,
        first.other(random, 0.6));
  }

  private static Patch clutter(Random random) {
    double x = SIZE * random.nextDouble();
    double y = SIZE * random.nextDouble();
    Colour colour = Colour.any(random);
    return new Patch(
        random.nextBoolean() ? Outline.BAR : Outline.PEBBLE,
        Pose.turned(x, y, range(random, 3, 13), 1, random),
        Texture.PLAIN,
        Pose.turned(0, 0, 1, 1, random),
        colour,
        colour);
  }

  private static double range(Random random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /** Spreads neighbouring seeds over all longs (the finalizer of SplitMix64). */
  private static long mix(long seed) {
    long z = seed + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
