package org.kerasgraft.savedmodel;

/** The ways a Keras model comes as a SavedModel directory. */
public enum ModelFormat {
  /** Keras 2, tf-keras: {@code model.save(dir, save_format="tf")}; has Keras metadata. */
  KERAS_2_SAVED_MODEL("keras-2-saved-model"),
  /** Keras 3: {@code model.export(dir)}. */
  KERAS_3_EXPORT("keras-3-export"),
  /** Keras 3 model written by {@code tf.saved_model.save}. */
  KERAS_3_SAVED_MODEL("keras-3-saved-model"),
  /** Any other SavedModel with a signature. */
  SAVED_MODEL("saved-model");

  private final String id;

  ModelFormat(String id) {
    this.id = id;
  }

  /**
   * The name used in files and on the command line.
   *
   * @return for example {@code keras-3-export}
   */
  public String id() {
    return id;
  }
}
