package org.kerasgraft.data;

import java.util.Objects;

/**
 * The outcome of decoding one image; a failure is a value, so that a job goes on.
 *
 * @param status what became of it
 * @param detail what was wrong, for a reader; empty if nothing was
 */
public record DecodeResult(DecodeStatus status, String detail) {

  /** Decoded, nothing wrong. */
  public static final DecodeResult OK = new DecodeResult(DecodeStatus.OK, "");

  /** Checks. */
  public DecodeResult {
    Objects.requireNonNull(status);
    Objects.requireNonNull(detail);
  }

  /**
   * Whether there are pixels.
   *
   * @return true for {@link DecodeStatus#OK}
   */
  public boolean isOk() {
    return status == DecodeStatus.OK;
  }
}
