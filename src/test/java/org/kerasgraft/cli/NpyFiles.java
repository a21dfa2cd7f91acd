package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small {@code .npy} files of integers, which Graft itself never writes. */
final class NpyFiles {

  private NpyFiles() {}

  /** Writes numbers of four bytes as an array of one dimension that says it is of some type. */
  static Path write(Path file, String type, int... values) throws IOException {
    String header =
        "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + values.length + ",), }";
    String padded = String.format("%-117s%n", header).replace("\r", "");
    ByteBuffer bytes = ByteBuffer.allocate(128 + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) 1).put((byte) 0).putShort((short) 118);
    bytes.put(padded.getBytes(StandardCharsets.US_ASCII));
    for (int value : values) {
      bytes.putInt(value);
    }
    return Files.write(file, bytes.array());
  }
}
