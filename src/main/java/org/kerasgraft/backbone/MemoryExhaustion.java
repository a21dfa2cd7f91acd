package org.kerasgraft.backbone;

import org.tensorflow.exceptions.TFResourceExhaustedException;

/** Whether a failure means that memory ran out, Java's or TensorFlow's. */
public final class MemoryExhaustion {

  private MemoryExhaustion() {}

  /**
   * Looks at a failure; a full disk, which TensorFlow reports by the same type, is none.
   *
   * @param failure what was thrown
   * @return true for Java's {@code OutOfMemoryError} (JavaCPP throws it too, at its limit of the
   *     process's memory) and for an allocation that TensorFlow was refused
   */
  public static boolean is(Throwable failure) {
    return failure instanceof OutOfMemoryError
        || (failure instanceof TFResourceExhaustedException full
            && full.getMessage() != null
            && full.getMessage().contains("OOM"));
  }
}
