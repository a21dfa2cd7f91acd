package org.kerasgraft.keras;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * Imports one model in a JVM of its own and prints what that took, as {@link ImportRun} reads it.
 * The first argument says how: {@code graft} reads, cuts after the last layer and restores; {@code
 * bundle} is TensorFlow Java's own loader; {@code idle} only starts TensorFlow.
 */
final class ImportProbe {

  private ImportProbe() {}

  public static void main(String[] arguments) throws IOException {
    Path model = Path.of(arguments[1]);
    System.out.println(
        "import "
            + switch (arguments[0]) {
              case "graft" -> graft(model);
              case "bundle" -> bundle(model);
              default -> idle();
            });
  }

  private static String graft(Path model) throws IOException {
    Clock clock = new Clock();
    Network whole = Network.of(SavedModelReader.read(model));
    List<Layer> layers = whole.layers();
    Network cut = whole.cutAfter(layers.get(layers.size() - 1).name());
    String read = clock.passed();
    long before = peak();
    startTensorFlow();
    clock = new Clock();
    try (LiveNetwork live = LiveNetwork.open(cut, RuntimeOptions.defaults())) {
      String open = clock.passed();
      long values =
          live.network().graph().variables().values().stream().mapToLong(VariableSpec::size).sum();
      return String.join(" ", read, open, before + " " + peak() + " " + 4 * values);
    }
  }

  private static String bundle(Path model) throws IOException {
    startTensorFlow();
    long before = peak();
    Clock clock = new Clock();
    try (SavedModelBundle loaded = SavedModelBundle.load(model.toString(), "serve")) {
      return "0 0 "
          + clock.passed()
          + " "
          + before
          + " "
          + peak()
          + " "
          + loaded.signatures().size();
    }
  }

  private static String idle() throws IOException {
    startTensorFlow();
    return "0 0 0 0 0 " + peak() + " 0";
  }

  /** Loading the library and making the process's threads is nobody's import. */
  private static void startTensorFlow() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      session.runner().fetch(Ops.create(graph).constant(1f)).run().close();
    }
  }

  private static long peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** Milliseconds, of the wall and of this process' threads. */
  private static final class Clock {
    private final long wall = System.nanoTime();
    private final long cpu = cpu();

    String passed() {
      return (System.nanoTime() - wall) / 1000000 + " " + (cpu() - cpu) / 1000000;
    }

    private static long cpu() {
      return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
          .getProcessCpuTime();
    }
  }
}
