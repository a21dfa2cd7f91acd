package org.kerasgraft.features;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.FlightRecord;
import org.kerasgraft.internal.NewFile;

/**
 * What a process that extracts features and the process that watches it tell each other. The one
 * says in a file, the watch, in which folder of unfinished features it is at work, and records
 * there what it is doing; the other, when the first has died, notes there which input ended it.
 * Noted inputs are rows with the code {@code crashed}, in this and in every later resumption.
 */
public final class Isolation implements CrashNotes, AutoCloseable {

  /** What the watching process has found. */
  static final String NOTES = "isolation";

  /** What the extracting process is doing. */
  static final String FLIGHT = "flight";

  private static final String WATCH = ".extraction";
  private static final String CRASHED = "crashed";
  private static final String ALONE = "alone";

  /** More than any journal has bytes. */
  private static final long FINISHED = 1L << 40;

  private final Path folder;
  private final long process;
  private final Map<Integer, String> crashed = new LinkedHashMap<>();
  private final Set<Integer> alone = new LinkedHashSet<>();
  private Optional<FlightRecord> flight = Optional.empty();
  private boolean news;

  private Isolation(Path folder, long process) {
    this.folder = folder;
    this.process = process;
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
   * The watch of an output: where its process says what it extracts.
   *
   * @param unfinished the folder of the unfinished output
   * @return a path in it
   */
  public static Path watch(Path unfinished) {
    return unfinished.resolve(WATCH);
  }

  /**
   * What is known of the extraction that was begun last, for the watching process.
   *
   * @param watch what {@link ExtractionOptions#watch()} was
   * @return the notes so far; empty if nothing was begun
   */
  public static Optional<Isolation> of(Path watch) {
    try {
      List<String> lines = Files.readAllLines(watch);
      // A URI holds a path's very bytes, whatever they are.
      Path folder = Path.of(URI.create(lines.get(1)));
      return Optional.of(new Isolation(folder, Long.parseLong(lines.get(0))));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /**
   * The extracting process' side, to be closed; records what it does if it is watched.
   *
   * @param folder where the unfinished features lie
   * @param known inputs that are known to end a process, and how
   * @param watch where to say so; empty if nobody watches
   */
  static Isolation in(Path folder, Map<Integer, String> known, Optional<Path> watch) {
    Isolation isolation = new Isolation(folder, ProcessHandle.current().pid());
    isolation.learn(known);
    if (watch.isPresent()) {
      of(watch.get()).ifPresent(isolation::learnFromPlaceBefore);
      isolation.flight = Optional.of(FlightRecord.begin(folder.resolve(FLIGHT)));
      String text = isolation.process + "\n" + folder.toUri() + "\n";
      NewFile.replace(watch.get(), text.getBytes(StandardCharsets.US_ASCII));
    }
    return isolation;
  }

  private void learn(Map<Integer, String> known) {
    if (!crashed.keySet().containsAll(known.keySet())) {
      known.forEach(crashed::putIfAbsent);
      news = true;
      write();
    }
  }

  /**
   * A process that finds another one at the same features works in a place of its own, and the next
   * one in yet another: what was found there is not found again.
   */
  private void learnFromPlaceBefore(Isolation before) {
    if (!before.folder.equals(folder) && before.entry().equals(entry())) {
      learn(before.crashed);
      alone.addAll(before.alone);
    }
  }

  /** What is extracted: the folder, whether {@code .NAME.partial} or a place of a process' own. */
  public Path entry() {
    String name = folder.getFileName().toString();
    return folder.resolveSibling(name.substring(0, Math.max(1, name.lastIndexOf('.'))));
  }

  /** Whether more inputs are known to end a process than when the kept batches were computed. */
  boolean isNews() {
    return news;
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
   * What a dead process was doing.
   *
   * @param dead its number
   * @return empty if it was not extracting
   */
  public Optional<FlightRecord.Entry> last(long dead) {
    return dead == process ? FlightRecord.last(folder.resolve(FLIGHT)) : Optional.empty();
  }

  @Override
  public long progress() {
    try {
      return Files.isDirectory(folder) ? Files.size(folder.resolve(Journal.FILE)) : FINISHED;
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

  /**
   * Forgets which inputs have ended a process, if any have.
   *
   * @return whether any had: what is kept is without them
   */
  static boolean forget(Path folder) {
    boolean crashed = !new Isolation(folder, 0).crashed.isEmpty();
    if (crashed) {
      clear(folder);
    }
    return crashed;
  }

  /** What is no part of finished features. */
  static List<Path> files(Path folder) {
    return List.of(
        folder.resolve(FLIGHT),
        folder.resolve(NOTES),
        NewFile.beside(folder.resolve(NOTES)),
        watch(folder),
        NewFile.beside(watch(folder)));
  }

  private static void clear(Path folder) {
    for (Path file : files(folder)) {
      try {
        AtomicDirectory.deleteTree(file);
      } catch (IOException e) {
        throw NewFile.failed(file, e, OptionalLong.empty());
      }
    }
  }

  private void write() {
    if (!Files.isDirectory(folder)) {
      return; // another process took it over and has finished it
    }
    StringBuilder lines = new StringBuilder();
    crashed.forEach((input, detail) -> lines.append(CRASHED + " " + input + " " + detail + "\n"));
    alone.forEach(first -> lines.append(ALONE + " " + first + "\n"));
    NewFile.replace(folder.resolve(NOTES), lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String name(int input) {
    List<String> names = InputHashes.imageNames(folder);
    return input < names.size() ? "'" + names.get(input) + "'" : "row " + input;
  }
}
