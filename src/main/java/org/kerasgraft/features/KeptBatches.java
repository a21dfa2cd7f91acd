package org.kerasgraft.features;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.kerasgraft.data.NpyWriter;

/**
 * The batches of an unfinished extraction that reached the disk whole: every byte of their rows and
 * of their lines is compared with the journal, from the first on. What comes after the first that
 * does not fit (half-written, or zeroes after a power failure) counts for nothing.
 */
final class KeptBatches {

  private static final int BUFFER = 1 << 16;

  private final Journal.Content journal;
  private final List<Journal.Batch> whole;

  private KeptBatches(Journal.Content journal, List<Journal.Batch> whole) {
    this.journal = journal;
    this.whole = whole;
  }

  /** Reads and compares; empty if nothing was begun. */
  static Optional<KeptBatches> in(Path folder) throws IOException {
    Optional<Journal.Content> journal = Journal.read(folder);
    if (journal.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new KeptBatches(journal.get(), whole(folder, journal.get().batches())));
  }

  private static List<Journal.Batch> whole(Path folder, List<Journal.Batch> batches)
      throws IOException {
    Path features = folder.resolve(FeatureSet.FEATURES);
    Path index = folder.resolve(FeatureSet.INDEX);
    if (batches.isEmpty() || !Files.isRegularFile(features) || !Files.isRegularFile(index)) {
      return List.of();
    }
    try (FileChannel rows = FileChannel.open(features, StandardOpenOption.READ);
        FileChannel lines = FileChannel.open(index, StandardOpenOption.READ)) {
      Journal.Batch first = batches.get(0);
      rows.position(NpyWriter.dataOffset(first.shape())); // what is before is written at the end
      if (checksum(lines, IndexFile.HEADER_BYTES) != Journal.checksum(IndexFile.header())) {
        return List.of();
      }
      long line = IndexFile.HEADER_BYTES;
      int row = 0;
      int whole = 0;
      for (Journal.Batch batch : batches) {
        long bytes = (batch.rows() - row) * batch.shape().size() * Float.BYTES;
        if (!batch.rowShape().equals(first.rowShape())
            || checksum(rows, bytes) != batch.features()
            || checksum(lines, batch.indexEnd() - line) != batch.index()) {
          break;
        }
        row = batch.rows();
        line = batch.indexEnd();
        whole++;
      }
      return batches.subList(0, whole);
    }
  }

  /** The CRC-32C of the next bytes; -1, which is none, if there are fewer. */
  private static long checksum(FileChannel channel, long bytes) throws IOException {
    CRC32C checksum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    long left = bytes;
    while (left > 0) {
      buffer.clear().limit((int) Math.min(BUFFER, left));
      int read = channel.read(buffer);
      if (read < 0) {
        return -1;
      }
      checksum.update(buffer.flip());
      left -= read;
    }
    return left == 0 ? checksum.getValue() : -1;
  }

  Journal.Content journal() {
    return journal;
  }

  /** The batches that are whole, in order. */
  List<Journal.Batch> whole() {
    return whole;
  }
}
