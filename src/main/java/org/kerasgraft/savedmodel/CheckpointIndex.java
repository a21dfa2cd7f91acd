package org.kerasgraft.savedmodel;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph;

/**
 * The index of a checkpoint (TensorFlow's tensor bundle, a LevelDB table): what is stored where.
 * Reading it checks that the data files are long enough, so that a truncated model is refused
 * before TensorFlow sees it. Format: TensorFlow {@code core/util/tensor_bundle}.
 */
final class CheckpointIndex {

  private static final long MAGIC = 0xdb4775248b80fb57L;
  private static final int FOOTER = 48;

  /** A block's trailer: one byte of compression type and a masked crc32c. */
  private static final int TRAILER = 5;

  /** Bytes of a key, and of what stands under it; real ones have hundreds. */
  private static final int LONGEST = 64 << 10;

  /** Characters of all keys; the largest exports have a hundred thousand. */
  private static final long MOST_OF_KEYS = 64L << 20;

  /** Entries; each variable has one. */
  private static final int MOST = 1_000_000;

  /** TensorFlow's own limit. */
  private static final int DIMENSIONS = 254;

  /** The key of the checkpoint's own object graph. */
  private static final String OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH";

  /** One stored tensor and where its bytes are. */
  record Entry(DataType dtype, Shape shape, Path shard, long offset, long size, int crc32c) {

    /** Whether both hold the same bytes, going by their checksums. */
    boolean sameValue(Entry other) {
      return size == other.size && crc32c == other.crc32c;
    }
  }

  private final Path file;
  private final Map<String, Entry> entries;

  private CheckpointIndex(Path file, Map<String, Entry> entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * Reads {@code variables.index} and checks every data file's length.
   *
   * @param prefix the path without its ending, {@code …/variables/variables}
   */
  static CheckpointIndex read(Path prefix) {
    Path file = Path.of(prefix + ".index");
    if (!Files.isRegularFile(file)) {
      throw new InvalidModelException(
          "The model's weights are missing: there is no '" + file + "'.",
          "Copy the whole SavedModel directory, 'variables' included.");
    }
    try {
      byte[] table = WholeFile.read(file, ModelLimits.STANDARD.fileBytes());
      return new CheckpointIndex(file, new Table(table, file, prefix).entries());
    } catch (InvalidModelException | ModelRefusedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw damaged(file, e);
    }
  }

  /** Every key with the tensor stored under it, sorted by key. */
  Map<String, TensorSpec> tensors() {
    Map<String, TensorSpec> tensors = new TreeMap<>();
    entries.forEach((key, e) -> tensors.put(key, new TensorSpec(key, e.dtype(), e.shape())));
    return tensors;
  }

  /**
   * The object graph stored with the values; the empty graph if there is none.
   *
   * <p>A string tensor is stored as its elements' lengths (varints), their masked crc32c (4 bytes),
   * then the bytes.
   */
  TrackableObjectGraph objectGraph() {
    Entry entry = entries.get(OBJECT_GRAPH);
    if (entry == null) {
      return TrackableObjectGraph.getDefaultInstance();
    }
    if (entry.size() > ModelLimits.STANDARD.fileBytes()) {
      throw refused(file, "names an object graph of " + entry.size() + " bytes");
    }
    try (FileChannel channel = FileChannel.open(entry.shard())) {
      ByteBuffer stored = ByteBuffer.allocate(Math.toIntExact(entry.size()));
      int read = 0;
      while (stored.hasRemaining() && read >= 0) {
        read = channel.read(stored, entry.offset() + stored.position());
      }
      CodedInputStream in = CodedInputStream.newInstance(stored.array());
      int length = in.readRawVarint32();
      in.skipRawBytes(4);
      byte[] graph = in.readRawBytes(length);
      PartCount.require(
          entry.shard(), graph, TrackableObjectGraph.getDescriptor(), ModelLimits.STANDARD);
      return TrackableObjectGraph.parseFrom(graph);
    } catch (ModelRefusedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw damaged(entry.shard(), e);
    }
  }

  /**
   * Checks that a variable's value is there.
   *
   * @throws InvalidModelException if it has no key, or a key is absent, or has another type or
   *     shape
   */
  void require(VariableSpec variable) {
    if (variable.checkpointKeys().isEmpty()) {
      throw new InvalidModelException(
          "'" + file + "' has no value for the variable '" + variable.name() + "'.",
          "Export the model again.");
    }
    for (String key : variable.checkpointKeys()) {
      Entry entry = entries.get(key);
      if (entry == null
          || entry.dtype() != variable.dtype()
          || !entry.shape().equals(variable.shape())) {
        throw new InvalidModelException(
            "'"
                + file
                + "' holds "
                + (entry == null ? "nothing" : entry.dtype() + " " + entry.shape())
                + " under '"
                + key
                + "', but the model expects "
                + variable.dtype()
                + " "
                + variable.shape()
                + " for '"
                + variable.name()
                + "'.",
            "Copy or export the model again.");
      }
      if (!entry.sameValue(entries.get(variable.checkpointKeys().get(0)))) {
        throw new InvalidModelException(
            "'"
                + file
                + "' holds different values under "
                + String.join(" and ", variable.checkpointKeys())
                + ", which the model both reads as '"
                + variable.name()
                + "'.",
            "Copy or export the model again.");
      }
    }
  }

  private static InvalidModelException damaged(Path file, Exception cause) {
    return new InvalidModelException(
        "'" + file + "' is damaged or truncated.", "Copy or export the model again.", cause);
  }

  private static ModelRefusedException refused(Path file, String what) {
    return new ModelRefusedException(
        "'" + file + "' " + what + ".", "No export of Keras does; do not use this model.");
  }

  /** Walks the table's blocks. */
  private static final class Table {
    private final byte[] bytes;
    private final Path file;
    private final Path prefix;
    private final Map<String, Entry> found = new TreeMap<>();
    private final Map<Integer, Long> shardLengths = new TreeMap<>();
    private int shards;
    private long blocksEnd;
    private long count;
    private long ofKeys;

    Table(byte[] bytes, Path file, Path prefix) {
      this.bytes = bytes;
      this.file = file;
      this.prefix = prefix;
    }

    Map<String, Entry> entries() throws IOException {
      if (bytes.length < FOOTER || littleEndian(bytes.length - 8) != MAGIC) {
        throw new InvalidProtocolBufferException("no table");
      }
      CodedInputStream footer =
          CodedInputStream.newInstance(bytes, bytes.length - FOOTER, FOOTER - 8);
      footer.readUInt64();
      footer.readUInt64();
      block(footer.readUInt64(), footer.readUInt64(), true);
      return Collections.unmodifiableMap(found);
    }

    private void block(long offset, long size, boolean index) throws IOException {
      if (offset < 0 || size < 4 || offset + size + TRAILER > bytes.length) {
        throw new InvalidProtocolBufferException("block outside the file");
      }
      if (bytes[(int) (offset + size)] != 0) {
        throw new InvalidProtocolBufferException("compressed block");
      }
      CRC32C checksum = new CRC32C();
      checksum.update(bytes, (int) offset, (int) size + 1);
      if (littleEndian32((int) (offset + size) + 1) != masked((int) checksum.getValue())) {
        throw new InvalidProtocolBufferException("a block's checksum differs");
      }
      if (!index) {
        if (offset < blocksEnd) {
          throw refused(file, "names a block twice, or blocks out of their order");
        }
        blocksEnd = offset + size + TRAILER;
      }
      int end = (int) (offset + size);
      long restarts = littleEndian32(end - 4);
      int length = Math.toIntExact(size - 4 - 4 * restarts);
      if (length < 0) {
        throw new InvalidProtocolBufferException("more restarts than a block holds");
      }
      CodedInputStream in = CodedInputStream.newInstance(bytes, (int) offset, length);
      ByteString key = ByteString.EMPTY;
      while (!in.isAtEnd()) {
        int shared = in.readRawVarint32();
        int own = in.readRawVarint32();
        int valueLength = in.readRawVarint32();
        requireUsual(shared, own, valueLength);
        key = key.substring(0, shared).concat(ByteString.copyFrom(in.readRawBytes(own)));
        byte[] value = in.readRawBytes(valueLength);
        if (index) {
          CodedInputStream handle = CodedInputStream.newInstance(value);
          block(handle.readUInt64(), handle.readUInt64(), false);
        } else {
          entry(key.toStringUtf8(), value);
        }
      }
    }

    /** Keys share beginnings, so that a short table can say long ones. */
    private void requireUsual(int shared, int own, int valueLength) {
      if ((long) shared + own > LONGEST || valueLength > LONGEST) {
        throw refused(file, "has a key or an entry of more than " + LONGEST + " bytes");
      }
      if (++count > MOST) {
        throw refused(file, "has more than " + MOST + " entries");
      }
      ofKeys += (long) shared + own;
      if (ofKeys > MOST_OF_KEYS) {
        throw refused(file, "has keys of more than " + MOST_OF_KEYS + " bytes in all");
      }
    }

    private void entry(String key, byte[] value) throws IOException {
      if (key.isEmpty()) {
        shards = BundleHeaderProto.parseFrom(value).getNumShards();
        return;
      }
      BundleEntryProto entry = BundleEntryProto.parseFrom(value);
      if (entry.getOffset() < 0
          || entry.getSize() < 0
          || entry.getOffset() > shardLength(entry.getShardId()) - entry.getSize()) {
        throw new InvalidModelException(
            "'" + shard(entry.getShardId()) + "' is truncated: '" + key + "' ends beyond it.",
            "Copy or export the model again.");
      }
      if (entry.getShape().getDimCount() > DIMENSIONS) {
        throw refused(file, "has a shape of more than " + DIMENSIONS + " dimensions");
      }
      long[] dims = entry.getShape().getDimList().stream().mapToLong(d -> d.getSize()).toArray();
      found.put(
          key,
          new Entry(
              entry.getDtype(),
              Shape.of(dims),
              shard(entry.getShardId()),
              entry.getOffset(),
              entry.getSize(),
              entry.getCrc32C()));
    }

    private long shardLength(int id) throws IOException {
      Long known = shardLengths.get(id);
      if (known == null) {
        Path shard = shard(id);
        if (!Files.isRegularFile(shard)) {
          throw new InvalidModelException(
              "The model's weights are missing: there is no '" + shard + "'.",
              "Copy the whole SavedModel directory, 'variables' included.");
        }
        known = Files.size(shard);
        shardLengths.put(id, known);
      }
      return known;
    }

    private Path shard(int id) {
      return Path.of(String.format(Locale.ROOT, "%s.data-%05d-of-%05d", prefix, id, shards));
    }

    /** LevelDB's mask: a rotation and a constant, so that a checksum of checksums is sound. */
    private static long masked(int crc) {
      return Integer.toUnsignedLong(Integer.rotateRight(crc, 15) + 0xa282ead8);
    }

    private long littleEndian(int at) {
      return littleEndian32(at) | littleEndian32(at + 4) << 32;
    }

    private long littleEndian32(int at) {
      long value = 0;
      for (int i = 3; i >= 0; i--) {
        value = value << 8 | (bytes[at + i] & 0xff);
      }
      return value;
    }
  }
}
