package org.kerasgraft.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.export.Provenance.ModelInput;
import org.kerasgraft.export.Provenance.Surgery;
import org.kerasgraft.export.Provenance.TrainedPhase;
import org.kerasgraft.export.Provenance.TrainingSummary;
import org.kerasgraft.export.Provenance.Versions;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.kerasgraft.head.KeptHead;
import org.kerasgraft.junit.Answers;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.junit.Values;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;

/**
 * A real, small Keras model as training leaves it: cut or whole, live, with a head, some weights
 * changed. Not trained: an export does not see how weights came about.
 */
public final class TrainedExample implements AutoCloseable {

  /** Input 32×32, VGG16's layers, 3 classes. */
  public static final Path TINY_VGG = Path.of("src/test/resources/models/tiny-vgg-keras3");

  private static final ImageSize SIZE = new ImageSize(32, 32);

  private final LiveNetwork network;
  private final BuiltHead head;
  private final ExportSpec spec;

  private TrainedExample(
      LiveNetwork network, BuiltHead head, ModelInput input, Surgery surgery, List<String> labels) {
    this.network = network;
    this.head = head;
    List<VariableSpec> trained = new ArrayList<>();
    network.network().graph().variables().values().stream()
        .filter(v -> v.name().startsWith("block5_"))
        .forEach(trained::add);
    change(trained);
    trained.addAll(head.variables());
    TrainingSummary training =
        new TrainingSummary(
            trained.stream().map(VariableSpec::name).toList(),
            List.of(new TrainedPhase("head", "Sgd", 2), new TrainedPhase("fine-tune", "Sgd", 1)));
    Provenance provenance = new Provenance(input, labels, surgery, training, Versions.current());
    this.spec =
        new ExportSpec(
            network,
            new ExportSpec.Outputs(
                head.probabilities().op().name() + ":0", head.logits().op().name() + ":0"),
            head.variables(),
            provenance);
  }

  /**
   * Cut after {@code block5_pool}, with the Keras blog's head (it has dropout) for these classes.
   */
  public static TrainedExample images(String... labels) {
    return images(TINY_VGG, Preprocessing.CAFFE, labels);
  }

  /** The same from another model that takes images of that size, with its preprocessing. */
  static TrainedExample images(Path source, Preprocessing preprocessing, String... labels) {
    ImportedModel model = SavedModelReader.read(source);
    ImageInput images = new ImageInput(preprocessing, SIZE);
    Network cut = images.splice(Network.of(model)).cutAfter("block5_pool");
    LiveNetwork network = LiveNetwork.open(cut, RuntimeOptions.defaults());
    Head head = Head.kerasBlog().withClasses(labels.length);
    BuiltHead built = head.build(network, cut.graph().outputs().get(Network.FEATURES).tensor(), 5);
    built.initialize(network.session());
    Surgery surgery =
        new Surgery(SourceModel.of(model), Optional.of("block5_pool"), Optional.of(head.spec()));
    return new TrainedExample(network, built, ModelInput.of(images), surgery, List.of(labels));
  }

  /** The whole model, its own classifier kept, on rows of an array that nothing preprocesses. */
  public static TrainedExample keptHeadOnRows() {
    ImportedModel model = SavedModelReader.read(TINY_VGG);
    Network whole = Network.of(model);
    LiveNetwork network = LiveNetwork.open(whole, RuntimeOptions.defaults());
    BuiltHead built = KeptHead.find(whole).build(network);
    Surgery surgery = new Surgery(SourceModel.of(model), Optional.empty(), Optional.empty());
    ModelInput input = ModelInput.of(Shape.of(32, 32, 3));
    return new TrainedExample(network, built, input, surgery, List.of("a", "b", "c"));
  }

  public ExportSpec spec() {
    return spec;
  }

  /** Seeded whole numbers 0..255: {@code n} rows of 32×32×3. */
  public static float[] rows(int n) {
    Random random = new Random(n);
    float[] rows = new float[n * 32 * 32 * 3];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = random.nextInt(256);
    }
    return rows;
  }

  /** The same as an array. */
  public static Values images(int n) {
    return Values.of(Shape.of(n, 32, 32, 3), rows(n));
  }

  /** What the live network answers: the probabilities of {@code n} rows. */
  public float[][] predict(float[] rows, int n) {
    try (var input = TensorValues.of(network.input().dataType(), Shape.of(n, 32, 32, 3), rows);
        var result =
            network
                .session()
                .runner()
                .feed(network.input(), input)
                .fetch(head.probabilities().asOutput())
                .run()) {
      return TensorValues.rows(result.get(0));
    }
  }

  /** Current values of the network's and the head's variables. */
  Snapshot snapshot() {
    return Snapshot.of(network, head);
  }

  /** The live network under the names of the export's signatures. */
  public Answers answers() {
    return Answers.of(
        network.session(),
        network.input(),
        Map.of("probabilities", spec.outputs().probabilities(), "logits", spec.outputs().logits()));
  }

  /** Overwrites one of the head's variables. */
  void assign(String name, float[] values) {
    head.assign(network.session(), Map.of(name, values));
  }

  private void change(List<VariableSpec> variables) {
    Map<String, float[]> values = network.values(variables);
    values.replaceAll(
        (name, old) -> {
          float[] changed = old.clone();
          for (int i = 0; i < changed.length; i++) {
            changed[i] = changed[i] * 1.01f + 0.001f;
          }
          return changed;
        });
    network.assign(values);
  }

  @Override
  public void close() {
    network.close();
  }
}
