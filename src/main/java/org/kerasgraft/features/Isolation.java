package org.kerasgraft.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.FlightRecord;
import org.kerasgraft.internal.NewFile;

/**
 * What a process that extracts features and the process that watches it tell each other, in the
 * folder of the unfinished features: the one records what it is doing, the other, when the first
 * has died, notes which input ended it. Noted inputs are rows with the code {@code crashed}, in
 * this and in every later resumption.
 */
public final class Isolation implements CrashNotes, AutoCloseable {

  /** What the watching process has found. */
  static final String NOTES = "isolation";

  /** What the extracting process is doing. */
  static final String FLIGHT = "flight";

  private static final String CRASHED = "crashed";
  private static final String ALONE = "alone";

  private final Path folder;
  private final Map<Integer, String> crashed = new LinkedHashMap<>();
  private final Set<Integer> alone = new LinkedHashSet<>();
  private Optional<FlightRecord> flight = Optional.empty();

  private Isolation(Path folder) {
    this.folder = folder;
    try {
      for (String line : Files.readAllLines(folder.resolve(NOTES))) {
        String[] parts = line.split(" ", 3);
        if (parts[0].equals(CRASHED)) {
          crashed.put(Integer.valueOf(parts[1]), parts[2]);
        } else {
          alone.add(Integer.valueOf(parts[1]));
        }
      }
    } catch (IOException | RuntimeException e) {
      // None, or not whole: what it lacks is found again.
      return;
    }
  }

  /**
   * What is known of unfinished features, for the watching process.
   *
   * @param target where the features shall be
   * @return the notes so far; empty if nothing was begun
   */
  public static Optional<Isolation> of(Path target) {
    Path folder = AtomicDirectory.kept(target);
    return Files.isDirectory(folder) ? Optional.of(new Isolation(folder)) : Optional.empty();
  }

  /** The extracting process' side, to be closed; records what it does if it is watched. */
  static Isolation in(Path folder, boolean watched) {
    Isolation isolation = new Isolation(folder);
    if (watched) {
      isolation.flight = Optional.of(FlightRecord.begin(folder.resolve(FLIGHT)));
    }
    return isolation;
  }

  /** The row of an input that has ended a process before. */
  Optional<DecodeResult> crashed(int input) {
    return Optional.ofNullable(crashed.get(input))
        .map(detail -> new DecodeResult(DecodeStatus.CRASHED, detail));
  }

  /** Whether the inputs of the batch that begins with this one shall run alone first. */
  boolean runsAlone(int first) {
    return alone.contains(first);
  }

  void decoding(int input) {
    note(FlightRecord.Doing.DECODING, input, 1);
  }

  void running(int first, int rows) {
    note(FlightRecord.Doing.RUNNING, first, rows);
  }

  void safe() {
    note(FlightRecord.Doing.NOTHING, 0, 0);
  }

  private void note(FlightRecord.Doing doing, int input, int rows) {
    flight.ifPresent(f -> f.note(new FlightRecord.Entry(doing, input, rows)));
  }

  /** Records no more. Idempotent; the watching process has nothing to close. */
  @Override
  public void close() {
    flight.ifPresent(FlightRecord::close);
    flight = Optional.empty();
  }

  /**
   * What the dead process was doing.
   *
   * @return empty if it had not begun to extract
   */
  public Optional<FlightRecord.Entry> last() {
    return FlightRecord.last(folder.resolve(FLIGHT));
  }

  @Override
  public long progress() {
    try {
      return Files.size(folder.resolve(Journal.FILE));
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public boolean blame(int input, String detail) {
    boolean isNew = crashed.putIfAbsent(input, detail) == null;
    write();
    return isNew;
  }

  @Override
  public boolean separate(int first) {
    boolean isNew = alone.add(first);
    write();
    return isNew;
  }

  /** Forgets what the dead process was doing, before another begins. */
  public void forgetFlight() {
    remove(folder.resolve(FLIGHT));
  }

  /** Removes what is no part of finished features. */
  static void clear(Path folder) {
    remove(folder.resolve(FLIGHT));
    remove(folder.resolve(NOTES));
  }

  private static void remove(Path file) {
    try {
      AtomicDirectory.deleteTree(file);
    } catch (IOException e) {
      throw NewFile.failed(file, e, java.util.OptionalLong.empty());
    }
  }

  private void write() {
    StringBuilder lines = new StringBuilder();
    crashed.forEach((input, detail) -> lines.append(CRASHED + " " + input + " " + detail + "\n"));
    alone.forEach(first -> lines.append(ALONE + " " + first + "\n"));
    NewFile.text(folder.resolve(NOTES), lines.toString());
  }

  @Override
  public String name(int input) {
    List<String> names = InputHashes.names(folder);
    return input < names.size() && names.size() > 1
        ? "'" + names.get(input) + "'"
        : "input " + input;
  }
}
