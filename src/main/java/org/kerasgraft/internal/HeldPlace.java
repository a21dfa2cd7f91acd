package org.kerasgraft.internal;

import java.io.IOException;
import java.util.Optional;
import org.kerasgraft.error.CannotCreateException;

/**
 * An output's place while its lock is held. Closing lets go of the lock and removes the ancestors
 * that were made for the output, unless it is there.
 *
 * @param place the place
 * @param lock its lock
 */
record HeldPlace(OutputPlace place, OutputLock lock) implements AutoCloseable {

  /**
   * Takes a place's lock, making the directory that it lies in.
   *
   * @throws CannotCreateException if another holds it, or that directory cannot be made
   */
  static HeldPlace acquire(OutputPlace place, String suffix) {
    return tryAcquire(place, suffix)
        .orElseThrow(
            () ->
                new CannotCreateException(
                    "'"
                        + place.given()
                        + "' is being written by "
                        + OutputLock.holder(place.sibling(suffix))
                        + "; nothing was touched.",
                    "Wait until it has finished, or choose another path."));
  }

  /** The same; empty if another holds it. */
  static Optional<HeldPlace> tryAcquire(OutputPlace place, String suffix) {
    place.makeParent();
    try {
      return OutputLock.tryAcquire(place.sibling(suffix)).map(lock -> new HeldPlace(place, lock));
    } catch (IOException e) {
      throw place.refused(e);
    }
  }

  /** Lets go after a failure, which stays the one that is told. */
  <T extends Throwable> T after(T failure) {
    try {
      close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  @Override
  public void close() {
    place.leave(lock);
  }
}
