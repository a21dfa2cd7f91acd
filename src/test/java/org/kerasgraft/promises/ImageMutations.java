package org.kerasgraft.promises;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Spoilt images: the n-th of a seed is always the same. */
final class ImageMutations {

  private static final Path GOLDENS = Path.of("src/test/resources/golden/images");
  private static final int HEADER = 64;

  /** What sizes, counts and offsets are set to. */
  private static final int[] EXTREMES = {0, 1, -1, 0x7fff_ffff, 0x8000_0000, 0x0001_0000, 0xffff};

  private final long seed;
  private final List<Whole> wholes = new ArrayList<>();

  /** An image that is not spoilt. */
  private record Whole(String ending, byte[] bytes) {}

  /** A spoilt image; the ending is the one of the image that it was made of. */
  record Mutation(String ending, byte[] bytes) {}

  ImageMutations(long seed) throws IOException {
    this.seed = seed;
    for (int type : new int[] {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_BYTE_GRAY}) {
      for (String format : List.of("png", "jpeg", "bmp", "gif")) {
        wholes.add(new Whole(format, encoded(picture(type), format, false)));
      }
      wholes.add(new Whole("jpg", encoded(picture(type), "jpeg", true)));
    }
    wholes.add(new Whole("png", encoded(picture(BufferedImage.TYPE_INT_ARGB), "png", true)));
    wholes.add(new Whole("png", encoded(picture(BufferedImage.TYPE_BYTE_INDEXED), "png", false)));
    wholes.add(new Whole("png", encoded(picture(BufferedImage.TYPE_USHORT_GRAY), "png", false)));
    for (String name : List.of("animated.gif", "turned.jpg", "palette.png")) {
      wholes.add(
          new Whole(name.replaceFirst(".*\\.", ""), Files.readAllBytes(GOLDENS.resolve(name))));
    }
  }

  private static BufferedImage picture(int type) {
    BufferedImage picture = new BufferedImage(29, 23, type);
    Graphics2D pen = picture.createGraphics();
    pen.setPaint(new GradientPaint(0, 0, Color.ORANGE, 29, 23, Color.BLUE));
    pen.fillRect(0, 0, 29, 23);
    pen.setColor(Color.GREEN);
    pen.fillOval(5, 4, 13, 11);
    pen.dispose();
    return picture;
  }

  private static byte[] encoded(BufferedImage picture, String format, boolean progressive)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ImageWriteParam settings = writer.getDefaultWriteParam();
    if (progressive) {
      settings.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    }
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(picture, null, null), settings);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** The n-th spoilt image. */
  Mutation get(int n) {
    Random random = new Random(seed + 1_000_003L * n);
    Whole whole = wholes.get(n % wholes.size());
    byte[] bytes = whole.bytes().clone();
    for (int times = 1 + random.nextInt(2); times > 0; times--) {
      bytes = mutated(bytes, random);
    }
    return new Mutation(whole.ending(), bytes);
  }

  private byte[] mutated(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length);
    return switch (random.nextInt(7)) {
      case 0 -> Arrays.copyOf(bytes, Math.max(1, at));
      case 1 -> flipped(bytes, random);
      case 2 -> overwritten(bytes, random.nextInt(Math.min(HEADER, bytes.length)), random);
      case 3 -> overwritten(bytes, at, random);
      case 4 -> {
        int end = Math.min(bytes.length, at + random.nextInt(64));
        Arrays.fill(bytes, at, end, (byte) random.nextInt(256));
        yield bytes;
      }
      case 5 -> spliced(bytes, at, wholes.get(random.nextInt(wholes.size())).bytes(), random);
      default -> spliced(bytes, at, bytes, random);
    };
  }

  private static byte[] flipped(byte[] bytes, Random random) {
    for (int i = random.nextInt(8); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private static byte[] overwritten(byte[] bytes, int at, Random random) {
    if (at + 4 > bytes.length) {
      bytes[at] = (byte) random.nextInt(256);
    } else if (random.nextBoolean()) {
      ByteBuffer.wrap(bytes).putInt(at, EXTREMES[random.nextInt(EXTREMES.length)]);
    } else {
      ByteBuffer.wrap(bytes).putShort(at, (short) random.nextInt());
    }
    return bytes;
  }

  /** A piece of another image in the middle, in place of as much or of nothing. */
  private static byte[] spliced(byte[] bytes, int at, byte[] other, Random random) {
    int from = random.nextInt(other.length);
    int length = Math.min(other.length - from, 1 + random.nextInt(200));
    int rest = random.nextBoolean() ? at : Math.min(bytes.length, at + length);
    ByteBuffer joined = ByteBuffer.allocate(at + length + bytes.length - rest);
    joined.put(bytes, 0, at).put(other, from, length).put(bytes, rest, bytes.length - rest);
    return joined.array();
  }
}
