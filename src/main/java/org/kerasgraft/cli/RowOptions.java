package org.kerasgraft.cli;

/**
 * How to work through many rows.
 *
 * @param batchSize rows a step, 1 or more
 * @param maxBad how many images may be unusable
 * @param quiet no progress
 */
record RowOptions(int batchSize, int maxBad, boolean quiet) {

  static RowOptions of(Arguments arguments) {
    return new RowOptions(
        arguments.count("batch-size", 1).orElse(CommonOptions.BATCH_SIZE),
        arguments.count("max-bad", 0).orElse(Integer.MAX_VALUE),
        arguments.has("quiet"));
  }
}
