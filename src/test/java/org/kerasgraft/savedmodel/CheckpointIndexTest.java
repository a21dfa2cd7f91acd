package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;

/** Tables whose checksums are right, and which say more than their size lets expect. */
class CheckpointIndexTest {

  private static final byte[] NOTHING = {};

  @TempDir private Path directory;

  private Path prefix;
  private final ByteString.Output table = ByteString.newOutput();

  @BeforeEach
  void aShard() throws IOException {
    prefix = directory.resolve("variables");
    Files.write(Path.of(prefix + ".data-00000-of-00001"), new byte[8]);
  }

  private record Handle(long offset, long size) {
    byte[] bytes() throws IOException {
      ByteString.Output out = ByteString.newOutput();
      CodedOutputStream coded = CodedOutputStream.newInstance(out);
      coded.writeUInt64NoTag(offset);
      coded.writeUInt64NoTag(size);
      coded.flush();
      return out.toByteString().toByteArray();
    }
  }

  /** Entries of a block, one after the other. */
  private static final class Block {
    private final ByteString.Output bytes = ByteString.newOutput();

    Block add(int shared, byte[] own, byte[] value) throws IOException {
      CodedOutputStream coded = CodedOutputStream.newInstance(bytes);
      coded.writeUInt32NoTag(shared);
      coded.writeUInt32NoTag(own.length);
      coded.writeUInt32NoTag(value.length);
      coded.writeRawBytes(own);
      coded.writeRawBytes(value);
      coded.flush();
      return this;
    }
  }

  private static byte[] little(long value, int bytes) {
    ByteBuffer all = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    return Arrays.copyOf(all.array(), bytes);
  }

  private Handle write(Block block) throws IOException {
    Handle handle = new Handle(table.size(), block.bytes.size() + 8L);
    block.bytes.write(little(0, 4)); // the only restart
    block.bytes.write(little(1, 4));
    byte[] content = block.bytes.toByteString().toByteArray();
    CRC32C checksum = new CRC32C();
    checksum.update(content);
    checksum.update(0);
    table.write(content);
    table.write(0);
    table.write(little(Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8, 4));
    return handle;
  }

  private CheckpointIndex read(Block index) throws IOException {
    Handle last = write(index);
    ByteString.Output footer = ByteString.newOutput();
    footer.write(new Handle(0, 0).bytes());
    footer.write(last.bytes());
    table.write(Arrays.copyOf(footer.toByteString().toByteArray(), 40));
    table.write(little(0xdb4775248b80fb57L, 8));
    Files.write(Path.of(prefix + ".index"), table.toByteString().toByteArray());
    return CheckpointIndex.read(prefix);
  }

  private void assertRefused(Block index, String reason) {
    ModelRefusedException e = assertThrows(ModelRefusedException.class, () -> read(index));
    assertEquals("'" + prefix + ".index' " + reason + ".", e.getMessage());
  }

  private static Block data() throws IOException {
    return new Block()
        .add(0, NOTHING, BundleHeaderProto.newBuilder().setNumShards(1).build().toByteArray());
  }

  private static byte[] key(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] entry(int dimensions) {
    BundleEntryProto.Builder entry = BundleEntryProto.newBuilder().setSize(8);
    for (int i = 0; i < dimensions; i++) {
      entry.getShapeBuilder().addDimBuilder().setSize(1);
    }
    return entry.build().toByteArray();
  }

  @Test
  void twoBlocksInTheirOrderAreRead() throws IOException {
    Handle first = write(data().add(0, key("layer/bias"), entry(1)));
    Handle second = write(new Block().add(0, key("layer/kernel"), entry(2)));
    CheckpointIndex index =
        read(new Block().add(0, key("m"), first.bytes()).add(0, key("z"), second.bytes()));
    assertEquals("[layer/bias, layer/kernel]", index.tensors().keySet().toString());
  }

  @Test
  void aBlockThatIsNamedTwiceIsReadOnce() throws IOException {
    Handle once = write(data().add(0, key("k"), entry(1)));
    assertRefused(
        new Block().add(0, key("y"), once.bytes()).add(0, key("z"), once.bytes()),
        "names a block twice, or blocks out of their order");
  }

  @Test
  void aKeyThatGrowsByItsNeighboursIsNotMade() throws IOException {
    Block block = data().add(0, new byte[60_000], entry(1)).add(60_000, new byte[6_000], entry(1));
    Handle handle = write(block);
    assertRefused(
        new Block().add(0, key("z"), handle.bytes()),
        "has a key or an entry of more than 65536 bytes");
  }

  @Test
  void longKeysThatShareTheirBeginningsAreNotAllMade() throws IOException {
    Block block = data().add(0, new byte[65_000], entry(1));
    for (int i = 0; i < 1_100; i++) {
      block.add(64_990, new byte[10], entry(1));
    }
    Handle handle = write(block);
    assertRefused(
        new Block().add(0, key("z"), handle.bytes()),
        "has keys of more than 67108864 bytes in all");
  }

  @Test
  void aLongEntryIsNotParsed() throws IOException {
    Handle handle = write(data().add(0, key("k"), new byte[70_000]));
    assertRefused(
        new Block().add(0, key("z"), handle.bytes()),
        "has a key or an entry of more than 65536 bytes");
  }

  @Test
  void aMillionEntriesAreEnough() throws IOException {
    Block block = data();
    for (int i = 0; i < 1_000_000; i++) {
      block.add(0, NOTHING, NOTHING);
    }
    Handle handle = write(block);
    assertRefused(new Block().add(0, key("z"), handle.bytes()), "has more than 1000000 entries");
  }

  @Test
  void aShapeHasAtMostAsManyDimensionsAsATensor() throws IOException {
    Handle handle = write(data().add(0, key("k"), entry(255)));
    assertRefused(
        new Block().add(0, key("z"), handle.bytes()), "has a shape of more than 254 dimensions");
  }

  @Test
  void aFileTooLargeIsNotRead() throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(prefix + ".index", "rw")) {
      sparse.setLength(3L << 30);
    }
    ModelRefusedException e =
        assertThrows(ModelRefusedException.class, () -> CheckpointIndex.read(prefix));
    assertEquals("'" + prefix + ".index' has more than 268435456 bytes.", e.getMessage());
  }
}
