package org.kerasgraft.features;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.SessionSettings;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.graph.Network;
import org.kerasgraft.graph.Pruner;
import org.kerasgraft.internal.NumericEnvironment;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Computes the keys of one network on one input; the costly hashes are computed once. */
final class FeatureKeys {

  private final Network network;
  private final FeatureInput input;
  private final FeatureKey.Run run;
  private final String model;
  private final String inputs;
  private final InputHashes inputHashes;

  FeatureKeys(Network network, RuntimeOptions options, FeatureInput input, ExtractionOptions how) {
    this.network = network;
    this.input = input;
    this.run =
        new FeatureKey.Run(
            libraryVersion(),
            TensorFlow.version(),
            NumericEnvironment.text(),
            SessionSettings.usesGpu(options) ? "gpu" : "cpu",
            options.threadsInUse(),
            how.batchSize());
    this.model = FeatureKey.modelHash(network.source());
    this.inputHashes = InputHashes.of(input, how.cancellation());
    this.inputs = inputsHash(input, inputHashes);
  }

  /** The hash of each image file, or of each array, in order. */
  InputHashes inputHashes() {
    return inputHashes;
  }

  FeatureKey of(String tensor) {
    Optional<ImageInput> images =
        input instanceof FeatureInput.Images i ? Optional.of(i.input()) : Optional.empty();
    return new FeatureKey(
        model,
        graphHash(network.graph().graphDef(), tensor),
        tensor,
        inputs,
        images.map(i -> i.mode().id()).orElse("array"),
        images.map(i -> i.size().toString()).orElse(""),
        images.map(i -> ImageInput.RESIZE).orElse(""),
        run);
  }

  private static String libraryVersion() {
    return Optional.ofNullable(FeatureKeys.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  static String inputsHash(FeatureInput input, InputHashes inputHashes) {
    Sha256 hash = new Sha256();
    if (input instanceof FeatureInput.Images images) {
      images.classes().forEach(hash::add);
      hash.add("images");
      if (images.set().mostPixels() != ImageDecoder.MOST_PIXELS) {
        hash.add("most pixels").add(Long.toString(images.set().mostPixels()));
      }
      for (int i = 0; i < images.count(); i++) {
        LabelledImage image = images.set().images().get(i);
        hash.add(image.relativePath())
            .add(Integer.toString(image.label()))
            .add(inputHashes.hash(i));
      }
    } else if (input instanceof FeatureInput.Rows rows) {
      hash.add("array").add(inputHashes.hash(0));
      for (int label : rows.labels().map(Labels::values).orElse(new int[0])) {
        hash.add(Integer.toString(label));
      }
    } else if (input instanceof FeatureInput.NamedRows) {
      hash.add("arrays");
      inputHashes.all().forEach(each -> hash.add(each.name()).add(each.hash()));
    }
    return hash.hex();
  }

  /** Hashes the nodes that a tensor depends on, in the graph's order. */
  static String graphHash(GraphDef graph, String tensor) {
    Set<String> needed = Pruner.ancestors(graph, List.of(tensor));
    Sha256 hash = new Sha256().add(tensor);
    for (NodeDef node : graph.getNodeList()) {
      if (needed.contains(node.getName())) {
        hash.add(deterministicBytes(node));
      }
    }
    return hash.hex();
  }

  private static byte[] deterministicBytes(NodeDef node) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(node.getSerializedSize());
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.useDeterministicSerialization();
      node.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException("Writing to memory does not fail", e);
    }
    return bytes.toByteArray();
  }
}
