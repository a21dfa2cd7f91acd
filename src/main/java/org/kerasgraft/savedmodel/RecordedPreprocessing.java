package org.kerasgraft.savedmodel;

import java.util.OptionalInt;

/**
 * What an export recorded beside the model (in {@code assets.extra/graft.json}) about its input
 * images.
 *
 * @param mode the preprocessing mode's name, for example {@code caffe}
 * @param height the input height in pixels, if recorded
 * @param width the input width in pixels, if recorded
 */
public record RecordedPreprocessing(String mode, OptionalInt height, OptionalInt width) {}
