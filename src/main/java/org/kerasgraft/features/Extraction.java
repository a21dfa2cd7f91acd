package org.kerasgraft.features;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.internal.NativeScope;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;

/** One pass over the inputs: decode or read, run, append rows. Used once. */
final class Extraction {

  private static final double NANOS = 1e9;

  private final LiveNetwork network;
  private final FeatureInput input;
  private final ExtractionOptions options;
  private final List<FeatureFiles> targets;
  private final Map<String, TensorSpec> inputs;
  private final List<String> fetched;
  private final List<IndexRow> index = new ArrayList<>();
  private final long begin = System.nanoTime();
  private final Map<String, InputBatch> batches = new LinkedHashMap<>();
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
    this.inputs = network.network().graph().inputs();
    List<String> fed = inputs.values().stream().map(TensorSpec::tensor).toList();
    this.fetched =
        targets.stream().map(FeatureFiles::tensor).filter(t -> !fed.contains(t)).toList();
  }

  /** Runs all inputs; gives the index. */
  List<IndexRow> run(List<String> contentHashes) {
    if (input instanceof FeatureInput.Images images) {
      runImages(images, contentHashes);
    } else if (input instanceof FeatureInput.Rows rows) {
      runRows(rows.labels(), Map.of(only(), rows.rows()));
    } else if (input instanceof FeatureInput.NamedRows named) {
      runRows(Optional.empty(), named.arrays());
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

  private String only() {
    return inputs.keySet().iterator().next();
  }

  private void runImages(FeatureInput.Images images, List<String> contentHashes) {
    Shape rowShape = Shape.of(images.input().size().height(), images.input().size().width(), 3);
    TensorSpec spec = inputs.get(only());
    requireShape(spec, rowShape, input.name());
    InputBatch batch = new InputBatch(spec.dtype(), rowShape, options.batchSize());
    batches.put(only(), batch);
    try (ImageDecoder decoder =
        ImageDecoder.open(images.input().size(), images.set().mostPixels())) {
      for (int i = 0; i < images.count(); i++) {
        LabelledImage image = images.set().images().get(i);
        EncodedImage encoded = images.read(i, contentHashes.get(i));
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

  private void runRows(Optional<Labels> labels, Map<String, Npy> arrays) {
    arrays.forEach(this::prepare);
    for (int i = 0; i < input.count(); i++) {
      for (Map.Entry<String, Npy> array : arrays.entrySet()) {
        batches.get(array.getKey()).add(array.getValue(), i);
      }
      int row = i;
      note("", labels.map(l -> Integer.toString(l.values()[row])).orElse(""), DecodeResult.OK);
      flushIfFull();
    }
    flush();
  }

  private void prepare(String name, Npy array) {
    TensorSpec spec = inputs.get(name);
    requireShape(spec, array.rowShape(), array.file().toString());
    InputBatch batch = new InputBatch(spec.dtype(), array.rowShape(), options.batchSize());
    if (!array.isInteger() && batch.floats().length == 0) {
      throw new InvalidDataException(
          "'"
              + array.file()
              + "' holds "
              + array.dtype()
              + ", but the model takes "
              + spec.dtype()
              + ".",
          "Give an array of the model's dtype.");
    }
    batches.put(name, batch);
  }

  /** The network's input without the batch dimension must admit the rows. */
  private static void requireShape(TensorSpec spec, Shape rowShape, String source) {
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
              + source
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

  private int gathered() {
    return batches.values().iterator().next().size();
  }

  private void flushIfFull() {
    if (gathered() == options.batchSize()) {
      flush();
    }
  }

  private void flush() {
    if (gathered() > 0) {
      runBatch(gathered());
      batches.values().forEach(InputBatch::clear);
    }
    double seconds = (System.nanoTime() - begin) / NANOS;
    options.listener().onProgress(index.size(), input.count(), index.size() / seconds);
  }

  private void runBatch(int rows) {
    for (FeatureFiles target : targets) {
      batches.forEach(
          (name, batch) -> {
            if (target.tensor().equals(inputs.get(name).tensor())) {
              target.append(batch.asFloats(), batch.rowShape(), rows);
            }
          });
    }
    if (fetched.isEmpty()) {
      return;
    }
    Session.Runner runner = network.session().runner();
    fetched.forEach(runner::fetch);
    try (NativeScope feeds = new NativeScope()) {
      batches.forEach(
          (name, batch) -> runner.feed(inputs.get(name).tensor(), feeds.own(batch.tensor())));
      try (Result result = runner.run()) {
        append(result, rows);
      }
    }
  }

  private void append(Result result, int rows) {
    int at = 0;
    for (FeatureFiles target : targets) {
      String name = target.tensor();
      if (fetched.contains(name)) {
        Shape shape = OutputRows.rowShape(name, result.get(at), rows);
        target.append(OutputRows.floats(name, result.get(at)), shape, rows);
        at++;
      }
    }
  }
}
