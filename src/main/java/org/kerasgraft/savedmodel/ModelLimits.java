package org.kerasgraft.savedmodel;

/**
 * How large a model's description may be, so that reading one cannot fill the memory. The weights
 * are not counted: they are no larger than their files, which is checked.
 *
 * @param fileBytes bytes of {@code saved_model.pb}, and of each other file that is read whole
 * @param parts messages, texts and lists' numbers (by eights) of such a file, told by its tags
 *     before it is parsed
 * @param depth levels of messages within messages, and of functions that call others
 * @param nodes nodes of all graphs and functions
 * @param inlined nodes of a graph or function when its calls are replaced by what they call
 * @param functions functions of all graphs
 * @param metaGraphs graphs with their signatures
 * @param variables variables of all graphs
 * @param constants elements of all constants, as many as their shapes say
 * @param files files and folders in the model's directory
 */
record ModelLimits(
    int fileBytes,
    long parts,
    int depth,
    long nodes,
    long inlined,
    long functions,
    long metaGraphs,
    long variables,
    long constants,
    long files) {

  /**
   * In force. Of about 480 exports that were looked at, among them every family of Keras
   * Applications, the largest had 12 MB, 27,465 nodes, 2,957 functions and one meta graph. The
   * limits leave room for models twenty to forty times as large. Exports have a part for each 9
   * bytes, so that the largest has some 1.3 million; ten million take 1 GB of memory at most. 100
   * levels are what protobuf itself allows, and so TensorFlow; 2^28 constants are 1 GiB as float32.
   */
  static final ModelLimits STANDARD =
      new ModelLimits(
          256 << 20, 10_000_000, 100, 1_000_000, 250_000, 100_000, 16, 100_000, 1L << 28, 10_000);
}
