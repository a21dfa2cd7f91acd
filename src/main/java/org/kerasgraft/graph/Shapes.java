package org.kerasgraft.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/** Output shapes that TensorFlow stored with the nodes of function bodies. */
final class Shapes {

  /** The attribute that holds a node's output shapes. */
  static final String ATTRIBUTE = "_output_shapes";

  private final Map<String, List<TensorShapeProto>> byNode = new HashMap<>();

  /** Collects what the nodes say. */
  Shapes(GraphDef graph) {
    for (NodeDef node : graph.getNodeList()) {
      if (node.containsAttr(ATTRIBUTE)) {
        byNode.put(node.getName(), node.getAttrOrThrow(ATTRIBUTE).getList().getShapeList());
      }
    }
  }

  /** The shape of a tensor {@code node:index}; wholly unknown where the file does not say. */
  Shape of(String tensor) {
    String[] parts = tensor.split(":", -1);
    int index = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
    List<TensorShapeProto> shapes = byNode.getOrDefault(parts[0], List.of());
    return index < shapes.size() ? SavedModelReader.shape(shapes.get(index)) : Shape.unknown();
  }

  /** The graph without these attributes, which no longer hold once it is cut or fed otherwise. */
  static GraphDef strip(GraphDef graph) {
    GraphDef.Builder stripped = graph.toBuilder();
    stripped.getNodeBuilderList().forEach(node -> node.removeAttr(ATTRIBUTE));
    return stripped.build();
  }
}
