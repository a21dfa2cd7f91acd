package org.kerasgraft.savedmodel;

import java.util.Optional;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.AttrValue.ListValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.TensorProto;

/**
 * What an attribute may hide: a graph in a text, which some ops run; a constant that stands for an
 * object of the process and not for a value, or packs texts so that they cannot be looked at
 * ({@code tensor_content}); a function that only its caller names, so that none can say what a node
 * runs. No export of Keras has any. Whether a text is a graph is told as well as can be.
 */
final class HiddenContent {

  private static final String GRAPH = "hides a graph in an attribute";

  private HiddenContent() {}

  /** What is hidden in it, as a clause; empty if nothing is. */
  static Optional<String> of(AttrValue value) {
    return switch (value.getValueCase()) {
      case S -> HiddenGraph.is(value.getS()) ? Optional.of(GRAPH) : Optional.empty();
      case TENSOR -> of(value.getTensor());
      case FUNC -> of(value.getFunc());
      case LIST -> of(value.getList());
      case PLACEHOLDER -> Optional.of("takes an attribute from its caller");
      default -> Optional.empty(); // numbers, types and shapes
    };
  }

  private static Optional<String> of(ListValue list) {
    if (list.getSList().stream().anyMatch(HiddenGraph::is)) {
      return Optional.of(GRAPH);
    }
    for (TensorProto tensor : list.getTensorList()) {
      Optional<String> hidden = of(tensor);
      if (hidden.isPresent()) {
        return hidden;
      }
    }
    return list.getFuncList().stream().flatMap(f -> of(f).stream()).findFirst();
  }

  private static Optional<String> of(NameAttrList call) {
    if (call.getAttrMap().values().stream()
        .anyMatch(v -> v.hasFunc() || v.getList().getFuncCount() > 0)) {
      return Optional.of("passes a function to a function");
    }
    return call.getAttrMap().values().stream().flatMap(v -> of(v).stream()).findFirst();
  }

  private static Optional<String> of(TensorProto tensor) {
    DataType type = tensor.getDtype();
    if (type == DataType.DT_VARIANT || type == DataType.DT_RESOURCE) {
      return Optional.of("holds an object of the process in a constant");
    }
    if (type == DataType.DT_STRING && !tensor.getTensorContent().isEmpty()) {
      return Optional.of("holds packed texts in a constant");
    }
    return tensor.getStringValList().stream().anyMatch(HiddenGraph::is)
        ? Optional.of(GRAPH)
        : Optional.empty();
  }
}
