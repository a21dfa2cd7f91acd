package org.kerasgraft.data;

import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The outcome of decoding one image; a failure is a value, so that a job goes on.
 *
 * @param status what became of it
 * @param detail what was wrong, for a reader; of a decoded image the codes of its {@link
 *     ImageRemark}s; empty if there is nothing to say
 */
public record DecodeResult(DecodeStatus status, String detail) {

  /** Decoded, nothing to say. */
  public static final DecodeResult OK = new DecodeResult(DecodeStatus.OK, "");

  /** Checks. */
  public DecodeResult {
    Objects.requireNonNull(status);
    Objects.requireNonNull(detail);
  }

  /** Decoded, with remarks. */
  static DecodeResult ok(Set<ImageRemark> remarks) {
    return remarks.isEmpty()
        ? OK
        : new DecodeResult(
            DecodeStatus.OK,
            remarks.stream().sorted().map(ImageRemark::code).collect(Collectors.joining(" ")));
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
