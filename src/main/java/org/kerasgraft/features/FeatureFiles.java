package org.kerasgraft.features;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.NativeScope;
import org.kerasgraft.internal.NewFile;
import org.kerasgraft.savedmodel.ScanReport;
import org.tensorflow.ndarray.Shape;

/**
 * The features of one tensor while they are being written; nothing is seen under the final name
 * before the commit. After each batch a {@link Journal} says what is done; closed without a commit,
 * finished batches are kept beside the target, to be gone on with.
 */
final class FeatureFiles implements AutoCloseable {

  private final String tensor;
  private final Beginning beginning;
  private final AtomicDirectory directory;
  private final FeatureKey key;
  private Optional<KeptBatches> kept = Optional.empty();
  private boolean finished;
  private boolean committed;
  private Journal journal;
  private NewFile index;
  private NpyWriter writer;
  private Journal.Batch last = new Journal.Batch(0, 0, List.of(), IndexFile.HEADER_BYTES, 0, 0);

  /**
   * Opens the place beside a target, and what an earlier run left there.
   *
   * @throws CannotCreateException if the target has content, or another process is writing it
   * @throws UsageException if what is there was begun with other choices
   * @throws InvalidDataException if what is there was begun with other contents
   */
  FeatureFiles(Path target, Beginning beginning, FeatureKey key, InputHashes inputs) {
    this.tensor = key.tensor();
    this.beginning = beginning;
    this.directory = beginning.open(target);
    this.key = key;
    try {
      look(inputs);
    } catch (RuntimeException | Error e) {
      closeAfter(e);
      throw e;
    }
  }

  private void closeAfter(Throwable failure) {
    try {
      directory.close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Goes on with nothing that it does not know, unless the store's name says what it is. */
  private void look(InputHashes inputs) {
    Path folder = directory.staging();
    Optional<FeatureKey> before = Optional.empty();
    try {
      kept = KeptBatches.in(folder);
      before = kept.map(batches -> batches.journal().key());
      if (before.isEmpty()) {
        before = whole(folder);
        finished = before.isPresent();
      }
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + folder + "': " + e + ".", "", e);
    } catch (InvalidDataException e) {
      if (!beginning.isStored()) {
        throw e;
      }
    }
    if (before.isPresent() && !before.get().equals(key)) {
      throw other(before.get(), inputs);
    } else if (before.isEmpty()) {
      directory.requireOwn();
    }
    if (!beginning.trustsCrashed() && Isolation.forget(folder)) {
      kept = Optional.empty();
    }
  }

  /** What was begun is of something else; an entry of the store never is, by its name. */
  private GraftException other(FeatureKey before, InputHashes inputs) {
    List<FeatureKey.Difference> differences = before.differences(key);
    List<String> parts = differences.stream().map(FeatureKey.Difference::words).toList();
    String named = parts.contains(FeatureKey.INPUTS) ? inputs.differences(directory.staging()) : "";
    String problem =
        "'"
            + directory.staging()
            + "' is an interrupted run of something else: "
            + String.join(", ", parts)
            + (parts.size() == 1 ? " differs" : " differ")
            + (named.isEmpty() ? "" : " (" + named + ")")
            + ".";
    String remedy = "Run it as it was begun, or remove that folder to begin anew.";
    return differences.stream().anyMatch(FeatureKey.Difference::isContent)
        ? new InvalidDataException(problem, remedy)
        : new UsageException(problem, remedy);
  }

  /** What features are of that lack only their name; all of them had reached the disk by then. */
  private Optional<FeatureKey> whole(Path folder) {
    if (!Files.exists(folder.resolve(Manifest.Kind.FEATURES.path()))) {
      return Optional.empty();
    }
    try (FeatureSet set = FeatureSet.open(folder)) {
      return beginning.trustsCrashed() || set.crashed().isEmpty()
          ? Optional.of(set.manifest().key())
          : Optional.empty();
    } catch (MissingInputException e) {
      return Optional.empty(); // it is another output's
    } catch (InvalidDataException e) {
      throw new InvalidDataException(e.getMessage(), "Remove '" + folder + "' to begin anew.", e);
    }
  }

  String tensor() {
    return tensor;
  }

  /** Whether an earlier run wrote everything and was stopped before the commit. */
  boolean isFinished() {
    return finished;
  }

  /** The batches that an earlier run has finished, in order. */
  List<Journal.Batch> batches() {
    return kept.map(KeptBatches::whole).orElse(List.of());
  }

  /** How many inputs are done, to the end of the last batch. */
  int inputs() {
    return last.inputs();
  }

  /** Whether the user wants to go on with something. */
  boolean isResumption() {
    return beginning == Beginning.RESUMED;
  }

  /** How an interrupted extraction can be gone on with, as a sentence; empty if it cannot. */
  String wayOn() {
    return beginning.wayOn();
  }

  /** Where the work kept so far lies. */
  Path folder() {
    return directory.staging();
  }

  /** Begins to write, after some of the batches of an earlier run; later ones are cut off. */
  void begin(int batches, InputHashes inputs) {
    Path folder = directory.staging();
    if (batches == 0) {
      inputs.write(folder);
      index = NewFile.create(folder.resolve(FeatureSet.INDEX));
      index.write(ByteBuffer.wrap(IndexFile.header()));
      journal = Journal.begin(folder, key);
      return;
    }
    last = batches().get(batches - 1);
    journal = Journal.resume(folder, kept.orElseThrow().journal(), batches);
    index = NewFile.resume(folder.resolve(FeatureSet.INDEX), last.indexEnd());
    writer = NpyWriter.resume(folder.resolve(FeatureSet.FEATURES), last.shape(), last.rows());
  }

  /** Appends rows that lie one after the other. */
  void append(float[] values, Shape shape, int rows) {
    if (writer == null) {
      last = new Journal.Batch(0, 0, dimensions(shape), IndexFile.HEADER_BYTES, 0, 0);
      writer = NpyWriter.create(directory.staging().resolve(FeatureSet.FEATURES), shape);
    } else if (!last.rowShape().equals(dimensions(shape))) {
      throw new IllegalStateException(
          "Rows of '" + tensor + "' have the shapes " + last.shape() + " and " + shape + ".");
    }
    for (int i = 0; i < rows; i++) {
      writer.append(values, i * Math.toIntExact(shape.size()));
    }
  }

  private static List<Long> dimensions(Shape shape) {
    return Arrays.stream(shape.asArray()).boxed().toList();
  }

  /** Ends a batch: its rows were appended; its lines and the journal's follow. */
  void endBatch(int inputs, byte[] lines) {
    long rows = writer.flush();
    index.write(ByteBuffer.wrap(lines));
    last =
        new Journal.Batch(
            inputs,
            writer.rows(),
            last.rowShape(),
            last.indexEnd() + lines.length,
            rows,
            Journal.checksum(lines));
    journal.add(last);
  }

  /**
   * Writes the manifest, reads everything back, removes the journal and gives the directory its
   * name.
   *
   * @return the features, owned by the caller
   */
  FeatureSet commit(ScanReport model, FeatureInput input) {
    Path folder = directory.staging();
    if (!finished) {
      writer.close();
      index.close();
      journal.close();
      new FeatureManifest(
              key,
              model.directory().toString(),
              List.copyOf(model.allowedByUser()),
              input.name(),
              input.classes(),
              last.rows(),
              last.inputs() - last.rows(),
              last.rowShape())
          .write(folder);
    }
    FeatureSet whole = FeatureSet.open(folder);
    whole.close(); // some systems rename nothing that is open
    try {
      Path target = directory.commitWithout(work(folder).toArray(Path[]::new));
      committed = true;
      return whole.at(target);
    } catch (CannotCreateException e) {
      if (beginning.isStored()) {
        directory.discard(); // another process made the same entry
        committed = true;
      }
      throw e;
    }
  }

  /** What is no part of the features; without the first they are whole. */
  private static List<Path> work(Path folder) {
    List<Path> work = new ArrayList<>();
    work.add(folder.resolve(Journal.FILE));
    work.add(folder.resolve(InputHashes.FILE));
    work.addAll(Isolation.files(folder));
    return work;
  }

  /** Whether closing keeps work that a later run can go on with. */
  boolean keepsWork() {
    return !committed && (finished || last.inputs() > 0 || !batches().isEmpty());
  }

  @Override
  public void close() {
    if (!keepsWork() && !directory.resumed()) {
      directory.discard(); // what was there before is not this object's to remove
    }
    try (NativeScope scope = new NativeScope()) {
      scope.own(directory);
      Stream.of(writer, index, journal).filter(Objects::nonNull).forEach(scope::own);
    }
  }
}
