package org.kerasgraft.features;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
import org.kerasgraft.error.RunInterruptedException;
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
  private final StringBuilder lines = new StringBuilder();
  private final long begin = System.nanoTime();
  private final Map<String, InputBatch> batches = new LinkedHashMap<>();
  private final List<Integer> gathered = new ArrayList<>();
  private Isolation isolation;
  private int first;
  private int done;
  private int accepted;
  private final RejectedInputs rejected = new RejectedInputs();

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

  /**
   * Runs all inputs, or those that the targets lack; ends each batch of each target.
   *
   * @param hashes of the inputs
   * @param crashed inputs that are known to end a process, and how
   * @throws RunInterruptedException if that is wished; finished batches stay in the targets
   */
  void run(InputHashes hashes, Map<Integer, String> crashed) {
    Path folder = targets.get(0).folder();
    try (Isolation recording = Isolation.in(folder, crashed, options.watch())) {
      isolation = recording;
      begin(hashes);
      runInputs(hashes);
    }
  }

  private void begin(InputHashes hashes) {
    int kept = isolation.isNews() ? 0 : commonBatches();
    targets.forEach(target -> target.begin(kept, hashes));
    if (kept > 0) {
      Journal.Batch last = targets.get(0).batches().get(kept - 1);
      first = last.inputs();
      accepted = last.rows();
    }
    done = first;
    if (targets.get(0).isResumption() || first > 0) {
      options.listener().onResumed(first, input.count());
    }
  }

  private void runInputs(InputHashes hashes) {
    if (input instanceof FeatureInput.Images images) {
      runImages(images, hashes);
    } else if (input instanceof FeatureInput.Rows rows) {
      runRows(rows.labels(), Map.of(only(), rows.rows()));
    } else if (input instanceof FeatureInput.NamedRows named) {
      runRows(Optional.empty(), named.arrays());
    }
  }

  /** How many batches all targets have, and have alike: only those can be gone on after. */
  private int commonBatches() {
    List<Journal.Batch> one = targets.get(0).batches();
    int common = 0;
    while (common < one.size() && isCommon(one.get(common), common)) {
      common++;
    }
    return common;
  }

  private boolean isCommon(Journal.Batch batch, int at) {
    return targets.stream()
        .map(FeatureFiles::batches)
        .allMatch(
            other ->
                other.size() > at
                    && other.get(at).inputs() == batch.inputs()
                    && other.get(at).rows() == batch.rows());
  }

  private String only() {
    return inputs.keySet().iterator().next();
  }

  private void runImages(FeatureInput.Images images, InputHashes hashes) {
    Shape rowShape = Shape.of(images.input().size().height(), images.input().size().width(), 3);
    TensorSpec spec = inputs.get(only());
    requireShape(spec, rowShape, input.name());
    InputBatch batch = new InputBatch(spec.dtype(), rowShape, capacity());
    batches.put(only(), batch);
    try (ImageDecoder decoder =
        ImageDecoder.open(images.input().size(), images.set().mostPixels())) {
      for (int i = first; i < images.count(); i++) {
        goOn();
        LabelledImage image = images.set().images().get(i);
        int input = i;
        DecodeResult result =
            isolation
                .crashed(i)
                .orElseGet(() -> decode(decoder, batch, images.read(input, hashes.hash(input))));
        if (result.isOk()) {
          batch.accept();
        }
        note(image.relativePath(), images.labelOf(image), result);
        endBatchIfFull();
      }
    }
    endBatch();
  }

  /** The most rows of a batch, 1 or more; it may be asked for as larger than there are inputs. */
  private int capacity() {
    return Math.max(1, Math.min(options.batchSize(), input.count()));
  }

  private DecodeResult decode(ImageDecoder decoder, InputBatch batch, EncodedImage encoded) {
    isolation.decoding(done);
    DecodeResult result = decoder.decode(encoded, batch.floats(), batch.offset());
    isolation.safe();
    return result;
  }

  private void runRows(Optional<Labels> labels, Map<String, Npy> arrays) {
    arrays.forEach(this::prepare);
    for (int i = first; i < input.count(); i++) {
      goOn();
      DecodeResult result = isolation.crashed(i).orElse(DecodeResult.OK);
      if (result.isOk()) {
        for (Map.Entry<String, Npy> array : arrays.entrySet()) {
          batches.get(array.getKey()).add(array.getValue(), i);
        }
      }
      int row = i;
      note("", labels.map(l -> Integer.toString(l.values()[row])).orElse(""), result);
      endBatchIfFull();
    }
    endBatch();
  }

  private void prepare(String name, Npy array) {
    TensorSpec spec = inputs.get(name);
    requireShape(spec, array.rowShape(), array.file().toString());
    InputBatch batch = new InputBatch(spec.dtype(), array.rowShape(), capacity());
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
    lines.append(IndexFile.line(line));
    if (line.isAccepted()) {
      gathered.add(done);
    }
    done++;
    if (!line.isAccepted()) {
      rejected.add(line);
      options.listener().onRejected(line);
    }
  }

  /** Stops before the next input if that is wished. */
  private void goOn() {
    if (!options.cancellation().isCancelled()) {
      return;
    }
    FeatureFiles target = targets.get(0);
    boolean kept = target.inputs() > 0 && !target.wayOn().isEmpty();
    throw new RunInterruptedException(
        "Stopped after "
            + target.inputs()
            + " of "
            + input.count()
            + " inputs"
            + (kept ? "; they are kept in '" + target.folder() + "'" : "; nothing is kept")
            + ".",
        kept ? target.wayOn() : "");
  }

  private void endBatchIfFull() {
    if (gathered.size() == options.batchSize()) {
      endBatch();
    }
  }

  /** Runs what was gathered; a last batch may be smaller, or hold rejected inputs only. */
  private void endBatch() {
    if (!gathered.isEmpty()) {
      runBatch(gathered.size());
      batches.values().forEach(InputBatch::clear);
      gathered.clear();
    }
    if (done == input.count()) {
      requireSome();
    }
    if (lines.length() > 0) {
      byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
      targets.forEach(target -> target.endBatch(done, bytes));
      lines.setLength(0);
    }
    double seconds = (System.nanoTime() - begin) / NANOS;
    options.listener().onProgress(done, input.count(), (done - first) / seconds);
  }

  private void requireSome() {
    if (input.count() == 0) {
      throw new InvalidDataException("'" + input.name() + "' has no rows.", "Give at least one.");
    }
    if (accepted == 0) {
      throw rejected.all(input);
    }
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
    if (rows > 1 && isolation.runsAlone(gathered.get(0))) {
      for (int row = 0; row < rows; row++) {
        isolation.running(gathered.get(row), 1);
        run(row, 1).close();
      }
    }
    isolation.running(gathered.get(0), rows);
    try (Result result = run(0, rows)) {
      isolation.safe();
      append(result, rows);
    }
  }

  /** Runs the network on some of the gathered rows. */
  private Result run(int from, int rows) {
    Session.Runner runner = network.session().runner();
    fetched.forEach(runner::fetch);
    try (NativeScope feeds = new NativeScope()) {
      batches.forEach(
          (name, batch) ->
              runner.feed(inputs.get(name).tensor(), feeds.own(batch.tensor(from, rows))));
      return runner.run();
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
