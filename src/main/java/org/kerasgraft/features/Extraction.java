package org.kerasgraft.features;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.Labels;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TType;

/** One pass over the inputs: decode or read, run, append rows. Used once. */
final class Extraction {

  private static final double NANOS = 1e9;

  private final LiveNetwork network;
  private final FeatureInput input;
  private final ExtractionOptions options;
  private final List<FeatureFiles> targets;
  private final TensorSpec spec;
  private final List<String> fetched;
  private final List<IndexRow> index = new ArrayList<>();
  private final long begin = System.nanoTime();
  private InputBatch batch;
  private int accepted;

  Extraction(
      LiveNetwork network,
      FeatureInput input,
      ExtractionOptions options,
      List<FeatureFiles> targets) {
    this.network = network;
    this.input = input;
    this.options = options;
    this.targets = targets;
    this.spec = inputSpec(network.network());
    this.fetched =
        targets.stream()
            .map(FeatureFiles::tensor)
            .filter(tensor -> !tensor.equals(spec.tensor()))
            .toList();
  }

  private static TensorSpec inputSpec(Network network) {
    return network.graph().inputs().values().iterator().next();
  }

  /** Runs all inputs; gives the index. */
  List<IndexRow> run(List<String> contentHashes) {
    if (input instanceof FeatureInput.Images images) {
      runImages(images, contentHashes);
    } else if (input instanceof FeatureInput.Rows rows) {
      runRows(rows);
    }
    if (input.count() == 0) {
      throw new InvalidDataException("'" + input.name() + "' has no rows.", "Give at least one.");
    }
    if (accepted == 0) {
      throw new InvalidDataException(
          "None of the "
              + input.count()
              + " inputs in '"
              + input.name()
              + "' can be used"
              + first()
              + ".",
          "Give at least one readable JPEG, PNG, GIF or BMP image.");
    }
    return index;
  }

  private String first() {
    return index.isEmpty()
        ? ""
        : "; the first, '" + index.get(0).path() + "', is '" + index.get(0).status() + "'";
  }

  private void runImages(FeatureInput.Images images, List<String> contentHashes) {
    Shape rowShape = Shape.of(images.input().size().height(), images.input().size().width(), 3);
    requireShape(rowShape);
    batch = new InputBatch(spec.dtype(), rowShape, options.batchSize());
    try (ImageDecoder decoder = ImageDecoder.open(images.input().size())) {
      for (int i = 0; i < images.count(); i++) {
        LabelledImage image = images.set().images().get(i);
        EncodedImage encoded = EncodedImage.read(image.file());
        if (!FeatureInput.Images.contentHash(encoded).equals(contentHashes.get(i))) {
          throw new InvalidDataException(
              "'" + image.file() + "' changed while features were being computed.",
              "Run again when it stays as it is.");
        }
        DecodeResult result = decoder.decode(encoded, batch.floats(), batch.offset());
        note(image.relativePath(), images.labelOf(image), result);
        if (result.isOk()) {
          batch.accept();
        }
        flushIfFull();
      }
    }
    flush();
  }

  private void runRows(FeatureInput.Rows rows) {
    requireShape(rows.rows().rowShape());
    batch = new InputBatch(spec.dtype(), rows.rows().rowShape(), options.batchSize());
    if (!rows.rows().isInteger() && batch.floats().length == 0) {
      throw new InvalidDataException(
          "'"
              + input.name()
              + "' holds "
              + rows.rows().dtype()
              + ", but the model takes "
              + spec.dtype()
              + ".",
          "Give an array of the model's dtype.");
    }
    int[] labels = rows.labels().map(Labels::values).orElse(null);
    for (int i = 0; i < rows.count(); i++) {
      batch.add(rows.rows(), i);
      note("", labels == null ? "" : Integer.toString(labels[i]), DecodeResult.OK);
      flushIfFull();
    }
    flush();
  }

  /** The network's input without the batch dimension must admit the rows. */
  private void requireShape(Shape rowShape) {
    if (spec.shape().isUnknown()) {
      return;
    }
    long[] wanted = spec.shape().asArray();
    long[] given = rowShape.asArray();
    boolean fits = wanted.length == given.length + 1;
    for (int i = 0; fits && i < given.length; i++) {
      fits = wanted[i + 1] < 0 || wanted[i + 1] == given[i];
    }
    if (!fits) {
      throw new InvalidDataException(
          "'"
              + input.name()
              + "' has rows of shape "
              + Arrays.toString(given)
              + ", but the model takes rows of shape "
              + Arrays.toString(Arrays.copyOfRange(wanted, 1, wanted.length)).replace("-1", "any")
              + ".",
          "Give rows of the model's shape; 'graft inspect' shows it.");
    }
  }

  private void note(String path, String label, DecodeResult result) {
    int row = result.isOk() ? accepted++ : IndexRow.REJECTED;
    IndexRow line = new IndexRow(row, path, label, result.status().code(), result.detail());
    index.add(line);
    if (!line.isAccepted()) {
      options.listener().onRejected(line);
    }
  }

  private void flushIfFull() {
    if (batch.size() == options.batchSize()) {
      flush();
    }
  }

  private void flush() {
    if (batch.size() > 0) {
      runBatch();
      batch.clear();
    }
    double seconds = (System.nanoTime() - begin) / NANOS;
    options.listener().onProgress(index.size(), input.count(), index.size() / seconds);
  }

  private void runBatch() {
    for (FeatureFiles target : targets) {
      if (target.tensor().equals(spec.tensor())) {
        target.append(batch.asFloats(), batch.rowShape(), batch.size());
      }
    }
    if (fetched.isEmpty()) {
      return;
    }
    Session.Runner runner = network.session().runner();
    fetched.forEach(runner::fetch);
    try (TType feed = batch.tensor();
        Result result = runner.feed(spec.tensor(), feed).run()) {
      int at = 0;
      for (FeatureFiles target : targets) {
        if (!target.tensor().equals(spec.tensor())) {
          String name = target.tensor();
          Shape shape = OutputRows.rowShape(name, result.get(at), batch.size());
          target.append(OutputRows.floats(name, result.get(at)), shape, batch.size());
          at++;
        }
      }
    }
  }
}
