package org.kerasgraft.data;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.kerasgraft.internal.ComputeThreads;
import org.kerasgraft.internal.NativeScope;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodeImage;
import org.tensorflow.op.image.ResizeBilinear;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Decodes and resizes images as Keras' {@code image_dataset_from_directory} does, pixel for pixel:
 * JPEG, PNG, BMP and the first frame of a GIF, three channels (grey is repeated, alpha dropped,
 * EXIF rotation ignored), bilinear with half-pixel centres, no antialiasing, no cropping. Owns a
 * small TensorFlow graph and session; decoding is safe from many threads; {@link #close()} is
 * idempotent.
 */
public final class ImageDecoder implements AutoCloseable {

  /**
   * Images of more pixels are not decoded, unless another limit is set: a small file can claim a
   * huge image. The number is the one at which Pillow warns of decompression bombs.
   */
  public static final long MOST_PIXELS = 89_478_485L;

  private static final int CHANNELS = 3;
  private static final int LONGEST_DETAIL = 200;

  private final ImageSize size;
  private final long mostPixels;
  private final NativeScope scope;
  private final Session session;
  private final String encoded;
  private final String pixels;
  private volatile boolean open = true;

  private ImageDecoder(ImageSize size, long mostPixels, NativeScope scope) {
    this.size = size;
    this.mostPixels = mostPixels;
    this.scope = scope;
    Graph graph = scope.own(new Graph());
    Ops tf = Ops.create(graph);
    Placeholder<TString> bytes = tf.placeholder(TString.class);
    Operand<TUint8> image =
        tf.image.decodeImage(
            bytes,
            TUint8.class,
            DecodeImage.channels((long) CHANNELS),
            DecodeImage.expandAnimations(false));
    Operand<TFloat32> resized =
        tf.image.resizeBilinear(
            tf.expandDims(image, tf.constant(0)),
            tf.constant(new int[] {size.height(), size.width()}),
            ResizeBilinear.halfPixelCenters(true));
    this.encoded = bytes.op().name();
    this.pixels = resized.op().name();
    this.session =
        scope.own(
            new Session(
                graph,
                ConfigProto.newBuilder()
                    .putDeviceCount("GPU", 0)
                    .setIntraOpParallelismThreads(ComputeThreads.claim(0))
                    .build()));
  }

  /**
   * Opens a decoder of images of up to {@link #MOST_PIXELS} pixels.
   *
   * @param size what images are resized to
   * @return the decoder, owned by the caller
   */
  public static ImageDecoder open(ImageSize size) {
    return open(size, MOST_PIXELS);
  }

  /**
   * Opens a decoder.
   *
   * @param size what images are resized to
   * @param mostPixels the pixels of the largest image that is decoded, 1 or more; decoding takes
   *     three bytes for each, and what takes more counts as more pixels
   * @return the decoder, owned by the caller
   */
  public static ImageDecoder open(ImageSize size, long mostPixels) {
    if (mostPixels < 1) {
      throw new IllegalArgumentException("mostPixels must be 1 or more, not " + mostPixels);
    }
    NativeScope scope = new NativeScope();
    try {
      return new ImageDecoder(size, mostPixels, scope);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /**
   * The number of values of an image.
   *
   * @return height × width × 3
   */
  public int imageValues() {
    return size.height() * size.width() * CHANNELS;
  }

  /**
   * Reads, decodes and resizes a file. A bad image never throws.
   *
   * @param file its path
   * @param target receives RGB, 0..255, row by row, channels last; untouched unless decoding
   *     succeeds
   * @param offset the first index in {@code target}; {@link #imageValues()} values are written
   * @return what became of it
   */
  public DecodeResult decode(Path file, float[] target, int offset) {
    return decode(EncodedImage.read(file, mostPixels), target, offset);
  }

  /**
   * Decodes and resizes an image in memory. A bad image never throws.
   *
   * @param image the encoded image
   * @param target receives RGB, 0..255, row by row, channels last; untouched unless decoding
   *     succeeds
   * @param offset the first index in {@code target}; {@link #imageValues()} values are written
   * @return what became of it
   * @throws IllegalStateException if the decoder is closed
   */
  public DecodeResult decode(EncodedImage image, float[] target, int offset) {
    Objects.checkFromIndexSize(offset, imageValues(), target.length);
    if (!open) {
      throw new IllegalStateException("The image decoder is closed.");
    }
    if (!image.result().isOk()) {
      return image.result();
    }
    byte[] bytes = image.bytes();
    Optional<ImageHeader> header = ImageHeader.of(bytes);
    DecodeResult verdict = ImageLimits.verdict(header, bytes.length, mostPixels);
    return verdict.isOk() ? decode(bytes, header.orElseThrow(), target, offset) : verdict;
  }

  private DecodeResult decode(byte[] bytes, ImageHeader header, float[] target, int offset) {
    if (header.pixels() == 0) {
      return broken(bytes, header, "its header is cut off or damaged");
    }
    try {
      run(bytes, target, offset);
      return DecodeResult.ok(header.remarks());
    } catch (TFResourceExhaustedException e) {
      return new DecodeResult(DecodeStatus.TOO_LARGE, detail(e));
    } catch (TensorFlowException | IllegalArgumentException e) {
      return broken(bytes, header, detail(e));
    }
  }

  private static DecodeResult broken(byte[] bytes, ImageHeader header, String detail) {
    return new DecodeResult(
        header.isComplete(bytes) ? DecodeStatus.DAMAGED : DecodeStatus.TRUNCATED, detail);
  }

  private void run(byte[] bytes, float[] target, int offset) {
    try (TString feed = TString.tensorOfBytes(NdArrays.scalarOfObject(bytes));
        Result result = session.runner().feed(encoded, feed).fetch(pixels).run()) {
      TFloat32 resized = (TFloat32) result.get(0);
      resized.asRawTensor().data().asFloats().read(target, offset, imageValues());
    }
  }

  /** The first sentence of a native message, without the graph's innards. */
  private static String detail(RuntimeException e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    String line = message.lines().findFirst().orElse("").replaceFirst("\\s*\\[\\[.*", "").strip();
    return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL);
  }

  @Override
  public void close() {
    open = false;
    scope.close();
  }
}
