package org.kerasgraft.savedmodel;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.AttrValue.ListValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.TensorProto;

/**
 * What an attribute may hide: a graph in a text, which some ops run, or a constant that stands for
 * an object of the process and not for a value, or packs texts so that they cannot be looked at
 * ({@code tensor_content}). No export of Keras has any.
 */
final class HiddenContent {

  /** How TensorFlow names an op. */
  private static final Pattern OP = Pattern.compile("_?[A-Z][A-Za-z0-9_>]*");

  /** Too short for a node with an op. */
  private static final int SHORTEST = 8;

  private static final String GRAPH = "hides a graph in an attribute";

  private HiddenContent() {}

  /** What is hidden in it, as a clause; empty if nothing is. */
  static Optional<String> of(AttrValue value) {
    return switch (value.getValueCase()) {
      case S -> isGraph(value.getS()) ? Optional.of(GRAPH) : Optional.empty();
      case TENSOR -> of(value.getTensor());
      case FUNC -> of(value.getFunc());
      case LIST -> of(value.getList());
      default -> Optional.empty(); // numbers, types and shapes
    };
  }

  private static Optional<String> of(ListValue list) {
    if (list.getSList().stream().anyMatch(HiddenContent::isGraph)) {
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
    return tensor.getStringValList().stream().anyMatch(HiddenContent::isGraph)
        ? Optional.of(GRAPH)
        : Optional.empty();
  }

  private static boolean isGraph(ByteString text) {
    if (text.size() < SHORTEST) {
      return false;
    }
    try {
      GraphDef graph = GraphDef.parseFrom(text);
      return graph.getNodeCount() > 0
          && graph.getNodeList().stream().allMatch(n -> OP.matcher(n.getOp()).matches());
    } catch (InvalidProtocolBufferException e) {
      return false; // a text, or anything else that is no graph
    }
  }
}
