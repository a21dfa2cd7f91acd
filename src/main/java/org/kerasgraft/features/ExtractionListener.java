package org.kerasgraft.features;

import java.nio.file.Path;
import java.util.List;

/** Hears how an extraction goes. Every method does nothing unless it is overridden. */
public interface ExtractionListener {

  /** Hears nothing. */
  ExtractionListener SILENT = new ExtractionListener() {};

  /**
   * Stored features are used again.
   *
   * @param tensor whose features
   * @param entry where they are stored
   */
  default void onStoreHit(String tensor, Path entry) {}

  /**
   * Features are computed because none are stored for these inputs.
   *
   * @param tensor whose features
   * @param entry where they will be stored
   */
  default void onStoreMiss(String tensor, Path entry) {}

  /**
   * Stored features cannot be used and are computed again.
   *
   * @param entry where they were stored
   * @param reason what is wrong with them
   */
  default void onStoreDamaged(Path entry, String reason) {}

  /**
   * An interrupted extraction is gone on with.
   *
   * @param done how many inputs were done then; 0 if nothing could be gone on with
   * @param total how many there are
   */
  default void onResumed(int done, int total) {}

  /**
   * An input was not accepted.
   *
   * @param row its line of the index
   */
  default void onRejected(IndexRow row) {}

  /**
   * What became of each image of a set, stored or computed; not of the rows of an array.
   *
   * @param index its lines in order
   */
  default void onIndex(List<IndexRow> index) {}

  /**
   * A batch is done.
   *
   * @param done how many inputs are done, rejected ones included
   * @param total how many there are
   * @param rowsPerSecond inputs a second so far
   */
  default void onProgress(int done, int total, double rowsPerSecond) {}
}
