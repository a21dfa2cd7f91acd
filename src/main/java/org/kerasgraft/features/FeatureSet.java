package org.kerasgraft.features;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.TooManyRejectedException;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.NewFile;
import org.tensorflow.ndarray.Shape;

/**
 * Stored features: float32 rows, one for each accepted input, in the order of the inputs, and an
 * index of all inputs. Lies in a directory of {@code features.npy}, {@code index.csv} and {@code
 * manifest.json}. Reading is safe from many threads. Holds a mapped file; {@link #close()} is
 * idempotent.
 */
public final class FeatureSet implements RowSource {

  /** The array's file name. */
  static final String FEATURES = "features.npy";

  /** The index's file name. */
  static final String INDEX = "index.csv";

  private final Path directory;
  private final FeatureManifest manifest;
  private final List<IndexRow> index;
  private final Npy rows;

  private FeatureSet(Path directory, FeatureManifest manifest, List<IndexRow> index, Npy rows) {
    this.directory = directory;
    this.manifest = manifest;
    this.index = List.copyOf(index);
    this.rows = rows;
  }

  /**
   * Opens stored features after checking every file against the manifest.
   *
   * @param directory what {@link FeatureExtractor} or {@link #copyTo} wrote
   * @return the features, owned by the caller
   * @throws MissingInputException if there are no finished features
   * @throws InvalidDataException if a file is missing, damaged or does not fit the others
   */
  public static FeatureSet open(Path directory) {
    FeatureManifest manifest = FeatureManifest.read(directory);
    List<IndexRow> index = IndexFile.read(directory.resolve(INDEX));
    Npy rows = Npy.open(directory.resolve(FEATURES));
    int[] accepted = index.stream().mapToInt(IndexRow::row).filter(row -> row >= 0).toArray();
    if (rows.count() != manifest.accepted()
        || index.size() - rows.count() != manifest.rejected()
        || !Arrays.stream(rows.rowShape().asArray()).boxed().toList().equals(manifest.rowShape())
        || !Arrays.equals(accepted, IntStream.range(0, rows.count()).toArray())) {
      rows.close();
      throw new InvalidDataException(
          "The files in '" + directory + "' do not fit each other.", "Compute the features again.");
    }
    return new FeatureSet(directory, manifest, index, rows);
  }

  /** The same features, opened anew after their directory was given another name. */
  FeatureSet at(Path moved) {
    return new FeatureSet(moved, manifest, index, Npy.open(moved.resolve(FEATURES)));
  }

  /**
   * Where the features lie.
   *
   * @return the directory
   */
  public Path directory() {
    return directory;
  }

  /**
   * What they were computed from.
   *
   * @return the manifest
   */
  public FeatureManifest manifest() {
    return manifest;
  }

  /**
   * What became of each input, in the order of the inputs.
   *
   * @return one line an input
   */
  public List<IndexRow> index() {
    return index;
  }

  /**
   * The class names by number.
   *
   * @return empty if the inputs have no classes, or only numbers
   */
  public List<String> classes() {
    return manifest.classes();
  }

  /**
   * The number of inputs that were not accepted.
   *
   * @return 0 or more
   */
  public int rejected() {
    return index.size() - count();
  }

  /**
   * The inputs on which a process ended that was watched ({@link Isolation}).
   *
   * @return how it ended, by the input's number
   */
  public SortedMap<Integer, String> crashed() {
    SortedMap<Integer, String> crashed = new TreeMap<>();
    for (int i = 0; i < index.size(); i++) {
      if (index.get(i).status().equals(DecodeStatus.CRASHED.code())) {
        crashed.put(i, index.get(i).detail());
      }
    }
    return crashed;
  }

  /**
   * Checks that no more inputs were rejected than a user allows.
   *
   * @param most how many may be
   * @return this set
   * @throws TooManyRejectedException if more were
   */
  public FeatureSet requireAtMostRejected(int most) {
    if (rejected() > most) {
      throw new TooManyRejectedException(manifest.source(), most, rejected(), index.size());
    }
    return this;
  }

  /**
   * The rows with their labels.
   *
   * @return a view of this set, which stays its owner
   * @throws InvalidDataException if the inputs are unlabelled
   */
  public LabelledRows labelled() {
    return new Labels(manifest.source(), labels()).pairWith(this, directory.toString());
  }

  /**
   * The accepted rows of some inputs, with their labels.
   *
   * @param inputs indices of inputs, for example one side of a {@link org.kerasgraft.data.Split}
   * @return a view of this set, in the given order; this set stays its owner
   * @throws InvalidDataException if the inputs are unlabelled
   */
  public LabelledRows labelled(int[] inputs) {
    int[] chosen = rowsOf(inputs);
    int[] all = labels();
    int[] labels = Arrays.stream(chosen).map(row -> all[row]).toArray();
    return new Labels(manifest.source(), labels).pairWith(select(chosen), directory.toString());
  }

  /**
   * The labels of the accepted rows.
   *
   * @return one number a row, owned by the caller
   * @throws InvalidDataException if the inputs are unlabelled
   */
  public int[] labels() {
    return index.stream().filter(IndexRow::isAccepted).mapToInt(this::number).toArray();
  }

  private int number(IndexRow row) {
    int number = classes().indexOf(row.label());
    if (number < 0 && classes().isEmpty() && !row.label().isEmpty()) {
      number = labelNumber(row.label());
    }
    if (number < 0) {
      throw new InvalidDataException(
          "The features of '" + manifest.source() + "' have no labels.",
          "Use class folders, or an array with labels.");
    }
    return number;
  }

  private int labelNumber(String label) {
    try {
      return Integer.parseInt(label);
    } catch (NumberFormatException e) {
      throw new InvalidDataException(
          "'" + directory + "' has the label '" + label + "', which is none of its classes.",
          "Compute the features again.",
          e);
    }
  }

  /**
   * The accepted rows of some inputs.
   *
   * @param inputs indices of inputs, for example one side of a {@link org.kerasgraft.data.Split}
   * @return the rows of those that were accepted, in the given order
   */
  public int[] rowsOf(int[] inputs) {
    return Arrays.stream(inputs)
        .mapToObj(index::get)
        .filter(IndexRow::isAccepted)
        .mapToInt(IndexRow::row)
        .toArray();
  }

  @Override
  public int count() {
    return rows.count();
  }

  @Override
  public Shape rowShape() {
    return rows.rowShape();
  }

  @Override
  public void read(int row, float[] target, int offset) {
    rows.read(row, target, offset);
  }

  /**
   * Copies the three files to a directory of the user's, the manifest last.
   *
   * @param target absent or empty
   * @return the directory
   * @throws org.kerasgraft.error.CannotCreateException if it has content or cannot be created
   * @throws org.kerasgraft.error.StorageException if the disk refuses
   */
  public Path copyTo(Path target) {
    try (AtomicDirectory copy = AtomicDirectory.create(target)) {
      for (String name : List.of(FEATURES, INDEX, Manifest.Kind.FEATURES.path())) {
        NewFile.copy(directory.resolve(name), copy.staging().resolve(name));
      }
      return copy.commit();
    }
  }

  /** Lets go of the mapped file. */
  @Override
  public void close() {
    rows.close();
  }
}
