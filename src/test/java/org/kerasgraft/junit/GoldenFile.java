package org.kerasgraft.junit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.tensorflow.ndarray.Shape;

/** Writes float32 arrays into a golden file, as {@code numpy.savez} does. */
final class GoldenFile {

  private final Map<String, Values> arrays = new LinkedHashMap<>();

  GoldenFile with(String name, Values values) {
    arrays.put(name, values);
    return this;
  }

  GoldenFile with(String name, Shape shape, float... values) {
    return with(name, Values.of(shape, values));
  }

  Golden in(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "golden", ".npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, Values> array : arrays.entrySet()) {
        zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
        zip.write(npy(array.getValue()));
      }
    }
    return Golden.read(file);
  }

  /** Version 1.0: magic, length of the header, header, little-endian data. */
  private static byte[] npy(Values values) {
    String shape = Text.shape(values.shape());
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n";
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + 4 * values.size())
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
            .putShort((short) header.length())
            .put(header.getBytes(StandardCharsets.ISO_8859_1));
    for (float value : values.floats()) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }
}
