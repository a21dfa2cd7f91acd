package org.kerasgraft.internal;

/**
 * A mapped file that lost bytes, or a full disk under one, ends a read or a write with an {@link
 * InternalError}, perhaps some time later.
 */
public final class MappingFault {

  private MappingFault() {}

  /**
   * Whether a failure is one.
   *
   * @param failure any
   * @return false for other internal errors
   */
  public static boolean is(Throwable failure) {
    return failure instanceof InternalError
        && String.valueOf(failure.getMessage()).contains("unsafe memory access");
  }
}
