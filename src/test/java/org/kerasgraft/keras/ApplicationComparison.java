package org.kerasgraft.keras;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.keras.ApplicationGolden.KnownLayer;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.GradientProbe;
import org.kerasgraft.train.Variables;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** One SavedModel of one Application beside what Keras computed. */
final class ApplicationComparison {

  /** For the few values that tell one layer's output from another's. */
  private static final double SAMPLE_TOLERANCE = 1e-3;

  /**
   * A gradient that is this small beside the largest one of the model is compared with the largest
   * one: what is left of it is rounding.
   */
  private static final double FLOOR = 1e-6;

  private final Path directory;
  private final ModelFormat form;
  private final ApplicationGolden golden;
  private final Network whole;

  /** Reads the model. */
  ApplicationComparison(Path directory, ModelFormat form) {
    this.directory = directory;
    this.form = form;
    this.golden = ApplicationGolden.read(directory);
    this.whole = Network.of(SavedModelReader.read(directory.resolve(form.id())));
    if (whole.source().format() != form) {
      throw new AssertionError("read as " + whole.source().format().id());
    }
  }

  /** Makes every comparison. */
  ApplicationRow row() {
    ApplicationRow.Layers layers;
    ApplicationRow.Trained trained;
    try (LiveNetwork live = LiveNetwork.open(whole, RuntimeOptions.defaults());
        TFloat32 input = PeerArray.read(directory.resolve("input.npy")).tensor()) {
      layers = layers(live, input);
    }
    try (LiveNetwork live =
            LiveNetwork.open(Variables.all().trainableForm(whole), RuntimeOptions.defaults());
        TFloat32 input = PeerArray.read(directory.resolve("input.npy")).tensor()) {
      trained = gradients(live, input);
    }
    return new ApplicationRow(golden.architecture(), form.id(), "", layers, cuts(), trained);
  }

  private ApplicationRow.Layers layers(LiveNetwork live, TFloat32 input) {
    Map<String, Layer> ours = new LinkedHashMap<>();
    whole.layers().forEach(l -> ours.put(name(l), l));
    Map<String, Integer> noTrace = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    List<KnownLayer> found = new ArrayList<>();
    for (KnownLayer layer : golden.layers()) {
      Layer here = ours.remove(layer.name());
      if (here != null && here.hasOneOutput()) {
        if (layer != golden.layers().get(0)) { // what is fed cannot be fetched
          found.add(layer);
        }
      } else if (here != null) {
        wrong.add(layer.name() + ": several tensors leave it");
      } else if (layer.noOp() && leavesNoTrace(layer)) {
        noTrace.merge(layer.type(), 1, Integer::sum);
      } else {
        wrong.add(layer.name() + ": not found");
      }
    }
    compareSamples(live, input, found, wrong);
    int right = golden.layers().size() - wrong.size() - sum(noTrace);
    return new ApplicationRow.Layers(
        golden.layers().size(), right, noTrace, wrong, List.copyOf(ours.keySet()));
  }

  /**
   * Keras 3 saves no node of a layer that returns its input, Keras 2 none of a linear Activation.
   */
  private boolean leavesNoTrace(KnownLayer layer) {
    return form != ModelFormat.KERAS_2_SAVED_MODEL || layer.type().equals("Activation");
  }

  /** An input layer goes by the name of the signature's argument: Keras does not keep its own. */
  private String name(Layer layer) {
    boolean input = layer.type().equals(Optional.of("InputLayer"));
    return input ? golden.layers().get(0).name() : layer.name();
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void compareSamples(
      LiveNetwork live, TFloat32 input, List<KnownLayer> layers, List<String> wrong) {
    List<String> tensors =
        layers.stream().map(layer -> whole.layer(layer.name()).output()).distinct().toList();
    Session.Runner runner = live.session().runner().feed(live.input(), input);
    tensors.forEach(tensor -> runner.fetch(live.tensor(tensor)));
    try (Result result = runner.run()) {
      for (KnownLayer layer : layers) {
        int index = tensors.indexOf(whole.layer(layer.name()).output());
        PeerArray ours = PeerArray.of(result.get(index));
        fault(layer, ours).ifPresent(fault -> wrong.add(layer.name() + ": " + fault));
      }
    }
  }

  private static Optional<String> fault(KnownLayer layer, PeerArray ours) {
    List<Long> shape = Arrays.stream(ours.shape().asArray()).boxed().toList();
    if (!shape.equals(layer.shape())) {
      return Optional.of("shape " + shape + ", in Keras " + layer.shape());
    }
    double difference = sampleDifference(ours.values(), layer.sample());
    return difference <= SAMPLE_TOLERANCE
        ? Optional.empty()
        : Optional.of("its tensor differs by " + difference);
  }

  private static double sampleDifference(float[] values, float[] sample) {
    float[] picked = new float[sample.length];
    for (int i = 0; i < picked.length; i++) {
      int last = Math.max(1, picked.length - 1);
      picked[i] = values[(int) ((long) i * (values.length - 1) / last)];
    }
    boolean same = Arrays.equals(picked, sample); // all zeros have no relative difference
    return same ? 0 : PeerArray.relativeL2(picked, sample);
  }

  private ApplicationRow.Cuts cuts() {
    double worst = -1;
    String where = "";
    for (int i = 0; i < golden.cuts().size(); i++) {
      String layer = golden.cuts().get(i).layer();
      float[] expected = PeerArray.read(directory.resolve("cuts/" + i + ".npy")).values();
      double difference = PeerArray.relativeL2(features(layer), expected);
      if (difference > worst) {
        worst = difference;
        where = layer;
      }
    }
    return new ApplicationRow.Cuts(golden.cuts().size(), worst, where);
  }

  private float[] features(String layer) {
    Network cut = whole.cutAfter(layer);
    try (LiveNetwork live = LiveNetwork.open(cut, RuntimeOptions.defaults());
        TFloat32 input = PeerArray.read(directory.resolve("input.npy")).tensor();
        Result result =
            live.session()
                .runner()
                .feed(live.input(), input)
                .fetch(live.tensor(GradientProbe.outputOf(cut)))
                .run()) {
      return PeerArray.of(result.get(0)).values();
    }
  }

  private ApplicationRow.Trained gradients(LiveNetwork live, TFloat32 input) {
    Ops tf = live.ops().withSubScope("comparison");
    PeerArray c = PeerArray.read(directory.resolve("cotangent.npy"));
    try (TFloat32 cotangent = c.tensor()) {
      Operand<TFloat32> scores = floats(live);
      Operand<TFloat32> total =
          tf.reduceSum(tf.math.mul(scores, tf.constantOf(cotangent)), tf.array(0, 1));
      GradientProbe probe = GradientProbe.of(live, total);
      return compare(live, input, probe);
    }
  }

  @SuppressWarnings("unchecked") // the scores of every Application here are float32
  private Operand<TFloat32> floats(LiveNetwork live) {
    return (Operand<TFloat32>) (Operand<?>) live.tensor(GradientProbe.outputOf(whole));
  }

  private ApplicationRow.Trained compare(LiveNetwork live, TFloat32 input, GradientProbe probe) {
    List<VariableSpec> chosen = List.copyOf(probe.gradients().keySet());
    List<String> names = chosen.stream().map(VariableSpec::name).toList();
    List<String> refused = new ArrayList<>();
    for (String variable : golden.variables()) {
      if (!names.contains(variable)) {
        String why = probe.refused().getOrDefault(variable, "not among what can train");
        refused.add(variable + ": " + why);
      }
    }
    List<String> unknown =
        names.stream().filter(name -> !golden.variables().contains(name)).toList();
    Session.Runner runner = live.session().runner().feed(live.input(), input);
    chosen.forEach(v -> runner.fetch(probe.gradients().get(v).asOutput()));
    Difference worst = new Difference(0, "");
    if (!chosen.isEmpty()) {
      try (Result result = runner.run()) {
        worst = nearest(result, names);
      }
    }
    return new ApplicationRow.Trained(
        golden.variables().size(),
        golden.variables().size() - refused.size(),
        refused,
        unknown,
        golden.ownDifference(),
        worst.value(),
        worst.variable());
  }

  /** How far the gradients are from Keras', and which variable's is the farthest. */
  private record Difference(double value, String variable) {}

  /** Beside Keras' gradients in a graph or, if Keras run eagerly has others, the nearer of both. */
  private Difference nearest(Result result, List<String> names) {
    Difference graph = worst(result, names, "gradients");
    if (!Files.exists(directory.resolve("eager"))) {
      return graph;
    }
    Difference eager = worst(result, names, "eager");
    return eager.value() < graph.value() ? eager : graph;
  }

  private Difference worst(Result result, List<String> names, String goldens) {
    Map<String, Double> differences = new LinkedHashMap<>();
    Map<String, Double> sizes = new LinkedHashMap<>();
    double largest = 0;
    for (int i = 0; i < golden.variables().size(); i++) {
      String variable = golden.variables().get(i);
      if (names.contains(variable)) {
        float[] keras = PeerArray.read(directory.resolve(goldens + "/" + i + ".npy")).values();
        float[] ours = PeerArray.of(result.get(names.indexOf(variable))).values();
        differences.put(variable, difference(ours, keras));
        sizes.put(variable, size(keras));
        largest = Math.max(largest, size(keras));
      }
    }
    Difference worst = new Difference(0, "");
    for (Map.Entry<String, Double> entry : differences.entrySet()) {
      double relative = entry.getValue() / Math.max(sizes.get(entry.getKey()), FLOOR * largest);
      if (!(relative <= worst.value())) {
        double value = Double.isNaN(relative) ? Double.POSITIVE_INFINITY : relative;
        worst = new Difference(value, entry.getKey());
      }
    }
    return worst;
  }

  private static double size(float[] values) {
    double size = 0;
    for (float value : values) {
      size = Math.max(size, Math.abs(value));
    }
    return size;
  }

  private static double difference(float[] left, float[] right) {
    if (left.length != right.length) {
      return Double.POSITIVE_INFINITY;
    }
    double difference = 0;
    for (int i = 0; i < left.length; i++) {
      double d = Math.abs((double) left[i] - right[i]);
      difference = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(difference, d);
    }
    return difference;
  }
}
