package org.kerasgraft.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/** The tiny models of each TensorFlow version, with an input and what that version computed. */
public record Fixture(Path directory) {

  private static final Path ALL = Path.of("src/test/resources/models/versions");
  private static final Pattern SHAPE = Pattern.compile("'shape': \\(([^)]*)\\)");

  /** All of them, {@code tf-2.4} to {@code tf-2.21}. */
  public static List<Fixture> all() throws IOException {
    try (Stream<Path> versions = Files.list(ALL)) {
      return versions.sorted().map(Fixture::new).toList();
    }
  }

  /** The one of a version. */
  public static Fixture of(String version) {
    return new Fixture(ALL.resolve("tf-" + version));
  }

  /** The SavedModel. */
  public Path model() {
    return directory.resolve("model");
  }

  /** What the writing version computed from the input. */
  public float[] expected() throws IOException {
    return floats(directory.resolve("output.npy"));
  }

  /** What this library computes with a model (this one's, or a changed copy) from the input. */
  public float[] run(Path model) throws IOException {
    Network network = Network.of(SavedModelReader.read(model));
    Path file = directory.resolve("input.npy");
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults());
        TFloat32 input = TFloat32.tensorOf(shape(file), DataBuffers.of(floats(file)));
        Result result =
            live.session()
                .runner()
                .feed(live.input(), input)
                .fetch(live.tensor(network.graph().outputs().values().iterator().next().tensor()))
                .run()) {
      TFloat32 output = (TFloat32) result.get(0);
      float[] values = new float[Math.toIntExact(output.size())];
      output.asRawTensor().data().asFloats().read(values);
      return values;
    }
  }

  private static String header(Path file) throws IOException {
    return new String(Files.readAllBytes(file), 0, headerEnd(file), StandardCharsets.ISO_8859_1);
  }

  /** Version 1 of the format: magic, version, two bytes of header length. */
  private static int headerEnd(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    return 10 + bytes.getShort(8);
  }

  private static Shape shape(Path file) throws IOException {
    Matcher matcher = SHAPE.matcher(header(file));
    assertEquals(true, matcher.find(), file.toString());
    List<Long> sizes = new ArrayList<>();
    for (String size : matcher.group(1).split(",", -1)) {
      if (!size.isBlank()) {
        sizes.add(Long.valueOf(size.strip()));
      }
    }
    return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  private static float[] floats(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int start = headerEnd(file);
    float[] values = new float[(all.length - start) / Float.BYTES];
    ByteBuffer.wrap(all, start, all.length - start)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }
}
