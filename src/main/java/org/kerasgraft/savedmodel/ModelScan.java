package org.kerasgraft.savedmodel;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.kerasgraft.savedmodel.OpPolicy.Position;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/**
 * Decides by protobuf alone, before TensorFlow touches a model, whether all that it holds is
 * allowed: every node of every graph and of every function, reachable or not, in every meta graph,
 * and graphs that are hidden in attributes. TensorFlow itself runs a model's init op when it loads
 * one, so afterwards is too late. A clean model is one whose ops are known to be harmless; it is no
 * proof that TensorFlow computes them without a fault.
 */
public final class ModelScan {

  /** How TensorFlow names an op. */
  private static final Pattern OP = Pattern.compile("_?[A-Z][A-Za-z0-9_>]*");

  private static final String INIT = "__saved_model_init_op";
  private static final List<String> INIT_COLLECTIONS =
      List.of("saved_model_main_op", "legacy_init_op");

  private final OpPolicy policy;
  private final Map<String, Integer> ops = new TreeMap<>();
  private final List<ScanFinding> findings = new ArrayList<>();
  private final Set<String> allowedByUser = new TreeSet<>();
  private long nodes;
  private int functions;

  private ModelScan(OpPolicy policy) {
    this.policy = policy;
  }

  /**
   * Scans a model that was parsed.
   *
   * @param directory where it stands; its files' links are looked at
   * @param model the whole content of {@code saved_model.pb}
   * @param policy what is allowed
   * @return what it may do, and what of it is not allowed
   */
  public static ScanReport of(Path directory, SavedModel model, OpPolicy policy) {
    ModelScan scan = new ModelScan(policy);
    scan.findings.addAll(ModelFiles.findings(directory, model));
    model.getMetaGraphsList().forEach(scan::scan);
    return new ScanReport(
        directory, scan.nodes, scan.functions, scan.ops, scan.findings, scan.allowedByUser);
  }

  private void scan(MetaGraphDef metaGraph) {
    GraphDef graph = metaGraph.getGraphDef();
    ScanPlaces places = new ScanPlaces(metaGraph, initTensors(metaGraph));
    PrefixFlow main = new PrefixFlow(graph.getNodeList(), places.filenames());
    for (NodeDef node : graph.getNodeList()) {
      check(node, places.ofNode(node.getName()), "main graph", main, places);
    }
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      functions++;
      String name = function.getSignature().getName();
      PrefixFlow body =
          new PrefixFlow(function.getNodeDefList(), places.filenameArguments(function, main));
      Position position = places.ofFunction(name);
      for (NodeDef node : function.getNodeDefList()) {
        check(node, position, "function '" + name + "'", body, places);
      }
      function.getAttrMap().values().forEach(v -> nested(v, name, "function '" + name + "'"));
    }
  }

  private static Set<String> initTensors(MetaGraphDef metaGraph) {
    Set<String> tensors = new HashSet<>();
    metaGraph
        .getSignatureDefOrDefault(INIT, org.tensorflow.proto.SignatureDef.getDefaultInstance())
        .getOutputsMap()
        .values()
        .forEach(output -> tensors.add(output.getName()));
    INIT_COLLECTIONS.forEach(
        key ->
            tensors.addAll(
                metaGraph
                    .getCollectionDefOrDefault(
                        key, org.tensorflow.proto.CollectionDef.getDefaultInstance())
                    .getNodeList()
                    .getValueList()));
    return tensors;
  }

  private void check(
      NodeDef node, Position position, String place, PrefixFlow flow, ScanPlaces places) {
    nodes++;
    String op = node.getOp();
    boolean call = places.isFunction(op);
    if (!call) {
      ops.merge(op, 1, Integer::sum);
    }
    String where = place + (position == Position.INITIALIZATION ? ", below the init op" : "");
    if (!call && !policy.allows(op, position)) {
      boolean onlyHere = policy.allows(op, Position.COMPUTATION);
      String reason =
          onlyHere ? "runs when the model is loaded, where only assignments may" : OpReach.of(op);
      findings.add(new ScanFinding(op, node.getName(), where, reason));
    } else if (policy.byUser().contains(op)) {
      allowedByUser.add(op);
    } else if (OpPolicy.isSavers(op) && !flow.leadsTo(node) && !op.equals("ShardedFilename")) {
      String reason = "reads or writes files whose names do not come from the saver's caller";
      findings.add(new ScanFinding(op, node.getName(), where, reason));
    }
    node.getAttrMap().values().forEach(value -> nested(value, node.getName(), place));
  }

  /** Graphs in the text of an attribute, which an op could run. */
  private void nested(AttrValue value, String node, String place) {
    switch (value.getValueCase()) {
      case S -> nested(value.getS(), node, place);
      case TENSOR -> value.getTensor().getStringValList().forEach(s -> nested(s, node, place));
      case FUNC -> value.getFunc().getAttrMap().values().forEach(v -> nested(v, node, place));
      case LIST -> {
        value.getList().getSList().forEach(s -> nested(s, node, place));
        value
            .getList()
            .getTensorList()
            .forEach(t -> t.getStringValList().forEach(s -> nested(s, node, place)));
        value
            .getList()
            .getFuncList()
            .forEach(f -> f.getAttrMap().values().forEach(v -> nested(v, node, place)));
      }
      default -> {
        // numbers, types and shapes hold no graph
      }
    }
  }

  private void nested(ByteString text, String node, String place) {
    if (text.size() < 8) {
      return; // too short for a node with an op
    }
    try {
      GraphDef graph = GraphDef.parseFrom(text);
      boolean named =
          graph.getNodeCount() > 0
              && graph.getNodeList().stream().allMatch(n -> OP.matcher(n.getOp()).matches());
      if (named) {
        findings.add(new ScanFinding("", node, place, "hides a graph in an attribute"));
      }
    } catch (InvalidProtocolBufferException e) {
      // a text, or anything else that is no graph
    }
  }
}
