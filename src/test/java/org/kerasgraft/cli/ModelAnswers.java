package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.Npy;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.report.ModelSummary;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.train.GradientProbe;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * What a model answers: how {@code inspect} describes it, what {@code features} writes at its last
 * layer, what leaves every layer, and gradients of what is trained. Values are only computed where
 * the flat graph is another than the original's: the same graph with the same keys computes the
 * same.
 *
 * @param inspected the description
 * @param plan the flat graph, its ends, variables and keys, and the layers
 * @param values tensor to values; empty if the plan was the original's
 */
record ModelAnswers(String inspected, Plan plan, Map<String, float[]> values) {

  /** Asks; the error is that of the first command that refuses. */
  static ModelAnswers of(Path model, Path array, Path scratch, Plan known) throws IOException {
    Network network = Network.of(SavedModelReader.read(model));
    ModelSummary summary = new ModelSummary(network);
    String inspected = summary.json() + summary.text();
    Plan plan = Plan.of(network);
    Map<String, float[]> values = new LinkedHashMap<>();
    if (!plan.equals(known)) {
      features(model, network, array, scratch, values);
      try (Npy rows = Npy.open(array)) {
        run(network, rows, values);
      }
    }
    return new ModelAnswers(inspected, plan, values);
  }

  /** How it differs from the original's answers; empty if not at all. */
  String difference(ModelAnswers original) {
    for (Map.Entry<String, float[]> value : values.entrySet()) {
      float[] expected = original.values().get(value.getKey());
      if (expected == null || !Arrays.equals(expected, value.getValue())) {
        return expected == null
            ? "another tensor " + value.getKey()
            : "other values of " + value.getKey();
      }
    }
    if (!values.isEmpty() && !values.keySet().containsAll(original.values().keySet())) {
      List<String> missing = new ArrayList<>(original.values().keySet());
      missing.removeAll(values.keySet());
      return "without " + missing.get(0);
    }
    if (inspected.equals(original.inspected())) {
      return "";
    }
    String[] mine = inspected.split("\n");
    String[] others = original.inspected().split("\n");
    for (int i = 0; i < Math.min(mine.length, others.length); i++) {
      if (!mine[i].equals(others[i])) {
        return "inspect: '" + mine[i].strip() + "' instead of '" + others[i].strip() + "'";
      }
    }
    return "inspect: another length";
  }

  private static void requireOk(CommandRun run) {
    if (run.code() == ExitCode.INTERNAL) {
      throw new IllegalStateException(run.err());
    }
    if (run.code() != ExitCode.OK) {
      throw new Refusal(run.err());
    }
  }

  /** What a command said when it refused. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String message) {
      super(message);
    }
  }

  /** All that decides what is computed. */
  record Plan(GraphDef graph, String rest) {
    static Plan of(Network network) {
      return new Plan(
          network.graph().graphDef(),
          network.layers()
              + "\n"
              + network.graph().inputs()
              + network.graph().outputs()
              + network.graph().variables());
    }
  }

  private static void features(
      Path model, Network network, Path array, Path scratch, Map<String, float[]> values)
      throws IOException {
    Layer last = network.layers().get(network.layers().size() - 1);
    delete(scratch);
    requireOk(
        CommandRun.of(
            "features",
            "--model=" + model,
            "--at=" + last.outputNames().get(0),
            "--input=" + array,
            "--out=" + scratch,
            "--quiet"));
    try (Npy written = Npy.open(scratch.resolve("features.npy"))) {
      int size = (int) written.rowShape().size();
      float[] all = new float[written.count() * size];
      for (int i = 0; i < written.count(); i++) {
        written.read(i, all, i * size);
      }
      values.put("features", all);
    }
  }

  private static void run(Network network, Npy rows, Map<String, float[]> values) {
    Layer last = network.layers().get(network.layers().size() - 1);
    Network cut = network.cutAfter(last.outputNames().get(0));
    try (LiveNetwork live = LiveNetwork.open(cut, RuntimeOptions.defaults());
        TFloat32 input = tensor(rows)) {
      Ops tf = live.ops();
      Map<String, Operand<?>> wanted = new LinkedHashMap<>();
      for (Layer layer : cut.layers()) {
        for (Layer one : layer.byOutput()) {
          if (!one.output().equals(cut.input().tensor())) {
            wanted.put(one.name(), floats(tf, live.tensor(one.output())));
          }
        }
      }
      Operand<TFloat32> end = floats(tf, live.tensor(last.byOutput().get(0).output()));
      Operand<TFloat32> total =
          tf.reduceSum(tf.math.square(end), tf.range(tf.constant(0), tf.rank(end), tf.constant(1)));
      GradientProbe.of(live, total)
          .gradients()
          .forEach((variable, gradient) -> wanted.put("gradient of " + variable.name(), gradient));
      Session.Runner runner = live.session().runner().feed(live.input(), input);
      wanted.values().forEach(runner::fetch);
      try (Result result = runner.run()) {
        int i = 0;
        for (String name : wanted.keySet()) {
          TFloat32 value = (TFloat32) result.get(i++);
          float[] copy = new float[(int) value.size()];
          value.asRawTensor().data().asFloats().read(copy);
          values.put(name, copy);
        }
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static Operand<TFloat32> floats(Ops tf, Output<?> output) {
    return output.dataType() == org.tensorflow.proto.DataType.DT_FLOAT
        ? (Operand<TFloat32>) (Operand<?>) output
        : tf.dtypes.cast((Operand<TNumber>) (Operand<?>) output, TFloat32.class);
  }

  private static TFloat32 tensor(Npy rows) {
    int size = (int) rows.rowShape().size();
    float[] all = new float[rows.count() * size];
    for (int i = 0; i < rows.count(); i++) {
      rows.read(i, all, i * size);
    }
    return TFloat32.tensorOf(
        Shape.of(rows.count()).append(rows.rowShape()), DataBuffers.of(all, true, false));
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> tree = Files.walk(directory)) {
        for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
