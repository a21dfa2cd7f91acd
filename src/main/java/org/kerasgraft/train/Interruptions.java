package org.kerasgraft.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * How a training may be interrupted: by whose wish, and whether its state is kept, so that it can
 * go on later.
 *
 * @param wanted asked after every batch, on the training's thread; true ends the training
 * @param keeping where its state is kept, if anywhere
 */
public record Interruptions(BooleanSupplier wanted, Optional<Keeping> keeping) {

  /** Nobody interrupts; nothing is kept. */
  public static final Interruptions NONE = new Interruptions(() -> false, Optional.empty());

  /** Checks. */
  public Interruptions {
    Objects.requireNonNull(wanted);
    Objects.requireNonNull(keeping);
  }

  /**
   * Where a training's state is kept. One training at a time may use a folder.
   *
   * @param folder created if need be; whoever gives it removes it when the training's result is
   *     safe
   * @param interval the most time that a killed process may lose; zero keeps the state after every
   *     batch. The end of an epoch is kept too where that is cheap, and the end of a phase always
   * @param identity what the result depends on, beside the variables that train and what the rows
   *     were computed from
   */
  public record Keeping(Path folder, Duration interval, Identity identity) {
    /** Checks. */
    public Keeping {
      Objects.requireNonNull(folder);
      Objects.requireNonNull(identity);
      if (interval.isNegative()) {
        throw new IllegalArgumentException("the interval must be 0 or more, not " + interval);
      }
    }
  }
}
