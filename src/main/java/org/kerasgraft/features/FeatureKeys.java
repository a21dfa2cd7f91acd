package org.kerasgraft.features;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.graph.Network;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Computes the keys of one network on one input; the costly hashes are computed once. */
final class FeatureKeys {

  private final Network network;
  private final FeatureInput input;
  private final String model;
  private final String inputs;
  private final List<String> contentHashes;

  FeatureKeys(Network network, FeatureInput input) {
    this.network = network;
    this.input = input;
    this.model = modelHash(network.source().directory());
    this.contentHashes =
        input instanceof FeatureInput.Images images ? images.contentHashes() : List.of();
    this.inputs = inputsHash();
  }

  /** The hash of each image file in order; empty for an array. */
  List<String> contentHashes() {
    return contentHashes;
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
        libraryVersion(),
        TensorFlow.version(),
        Optional.ofNullable(System.getenv("TF_ENABLE_ONEDNN_OPTS")).orElse("default"));
  }

  private static String libraryVersion() {
    return Optional.ofNullable(FeatureKeys.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  private String inputsHash() {
    Sha256 hash = new Sha256();
    if (input instanceof FeatureInput.Images images) {
      images.classes().forEach(hash::add);
      hash.add("images");
      for (int i = 0; i < images.count(); i++) {
        LabelledImage image = images.set().images().get(i);
        hash.add(image.relativePath())
            .add(Integer.toString(image.label()))
            .add(contentHashes.get(i));
      }
    } else if (input instanceof FeatureInput.Rows rows) {
      hash.add("array").add(Sha256.of(rows.rows().file()));
      for (int label : rows.labels().map(Labels::values).orElse(new int[0])) {
        hash.add(Integer.toString(label));
      }
    }
    return hash.hex();
  }

  /** Hashes the graph and the weights of a SavedModel directory. */
  static String modelHash(Path directory) {
    Sha256 hash = new Sha256();
    Path variables = directory.resolve("variables");
    try (Stream<Path> files =
        Files.isDirectory(variables) ? Files.list(variables) : Stream.<Path>empty()) {
      hash.add(Sha256.of(directory.resolve("saved_model.pb")));
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        hash.add(file.getFileName().toString()).add(Sha256.of(file));
      }
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + variables + "': " + e + ".", "", e);
    }
    return hash.hex();
  }

  /** Hashes the nodes that a tensor depends on, in the graph's order. */
  static String graphHash(GraphDef graph, String tensor) {
    Map<String, NodeDef> nodes = new HashMap<>();
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(nodeName(tensor)));
    while (!open.isEmpty()) {
      String name = open.pop();
      if (nodes.containsKey(name) && needed.add(name)) {
        nodes.get(name).getInputList().forEach(i -> open.push(nodeName(i)));
      }
    }
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

  private static String nodeName(String tensor) {
    String name = tensor.startsWith("^") ? tensor.substring(1) : tensor;
    int colon = name.lastIndexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }
}
