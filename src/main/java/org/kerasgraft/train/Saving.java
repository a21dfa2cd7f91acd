package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.kerasgraft.error.RunInterruptedException;
import org.kerasgraft.train.Interruptions.Keeping;
import org.kerasgraft.train.TrainingListener.PhaseEnd;

/**
 * Decides after every batch whether a training's state is written down, and whether it ends here.
 * Not thread-safe.
 */
final class Saving {

  /**
   * At the end of an epoch the state is kept if that takes at most this part of the time since it
   * last was.
   */
  private static final int CHEAP = 10;

  private final Interruptions interruptions;
  private final Optional<CheckpointFolder> folder;
  private final LongSupplier clock;
  private final List<PhaseEnd> ended = new ArrayList<>();
  private History before = new History(List.of());
  private Identity identity;
  private Optional<Identity> kept = Optional.empty();
  private long last;
  private long cost;

  /** With the variables that train; {@code clock} counts nanoseconds. */
  Saving(Interruptions interruptions, Identity trained, LongSupplier clock) {
    this.interruptions = interruptions;
    this.folder = interruptions.keeping().map(k -> new CheckpointFolder(k.folder()));
    this.identity =
        interruptions.keeping().map(Keeping::identity).orElse(Identity.NONE).and(trained);
    this.clock = clock;
    this.last = clock.getAsLong();
  }

  /** Nothing is kept, nobody interrupts. */
  static Saving none() {
    return new Saving(Interruptions.NONE, Identity.NONE, System::nanoTime);
  }

  /**
   * The kept state, if there is one.
   *
   * @throws org.kerasgraft.error.UsageException if it belongs to a training with other choices
   * @throws org.kerasgraft.error.InvalidDataException if it is damaged
   */
  Optional<Checkpoint> latest() {
    Optional<Checkpoint> latest = folder.flatMap(CheckpointFolder::latest);
    latest.ifPresent(
        checkpoint -> {
          kept = Optional.of(checkpoint.identity());
          requireSame();
          ended.addAll(checkpoint.ended());
          before = checkpoint.before();
        });
    return latest;
  }

  private void requireSame() {
    kept.ifPresent(k -> identity.requireSame(k, folder.orElseThrow().directory()));
  }

  /** Hears what the rows were computed from; the same whenever it is asked. */
  void rowsAreOf(Identity rows) {
    identity = identity.and(rows.without(identity));
    requireSame();
    last = clock.getAsLong(); // rows may have taken long; nothing is lost with them
  }

  /** A batch is done. */
  void batchEnds(Supplier<PhaseState> state) {
    if (interruptions.wanted().getAsBoolean()) {
      PhaseState now = state.get();
      folder.ifPresent(f -> save(f, now));
      throw interrupted(now);
    }
    interruptions
        .keeping()
        .filter(keeping -> clock.getAsLong() - last >= keeping.interval().toNanos())
        .ifPresent(keeping -> save(folder.orElseThrow(), state.get()));
  }

  /** An epoch is done; {@code lastOne} says whether it was the phase's last. */
  void epochEnds(Supplier<PhaseState> state, boolean lastOne) {
    if (lastOne || clock.getAsLong() - last >= CHEAP * cost) {
      folder.ifPresent(f -> save(f, state.get()));
    }
  }

  /** A phase has ended. */
  void phaseEnds(PhaseEnd end, History history) {
    ended.add(end);
    before = history;
  }

  private void save(CheckpointFolder target, PhaseState state) {
    long begin = clock.getAsLong();
    target.save(new Checkpoint(identity, ended, before, state));
    last = clock.getAsLong();
    cost = last - begin;
  }

  private RunInterruptedException interrupted(PhaseState state) {
    String where =
        "The training was interrupted in epoch "
            + state.epoch()
            + " of phase '"
            + state.phase()
            + "', after step "
            + state.current().training().batches();
    return folder
        .map(
            f ->
                new RunInterruptedException(
                    where + "; its state is kept in '" + f.directory() + "'.",
                    "The same training, with --resume on the command line, goes on from there."))
        .orElseGet(() -> new RunInterruptedException(where + "; nothing is kept.", ""));
  }
}
