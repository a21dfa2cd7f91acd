package org.kerasgraft.savedmodel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kerasgraft.savedmodel.OpPolicy.Position;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;

/**
 * Decides by protobuf alone, before TensorFlow touches a model, whether all that it holds is
 * allowed: every node of every graph and of every function, reachable or not, in every meta graph,
 * and graphs that are hidden in attributes. TensorFlow itself runs a model's init op when it loads
 * one, so afterwards is too late. A clean model is one whose ops are known to be harmless; it is no
 * proof that TensorFlow computes them without a fault.
 */
final class ModelScan {

  private static final String INIT = "__saved_model_init_op";
  private static final List<String> INIT_COLLECTIONS =
      List.of("saved_model_main_op", "legacy_init_op");

  /** Attributes that this library sets itself, in memory only. */
  private static final String OWN = "_graft";

  private static final String LIBRARY = "library";

  private final OpPolicy policy;
  private final Map<String, Integer> ops = new TreeMap<>();
  private final List<ScanFinding> findings = new ArrayList<>();
  private final Set<String> allowedByUser = new TreeSet<>();

  private ModelScan(OpPolicy policy) {
    this.policy = policy;
  }

  /** A graph or a function body: what findings call it, and which names lead to the checkpoint. */
  private record Body(String place, PrefixFlow flow) {}

  /**
   * Scans a model that was parsed.
   *
   * @param model the whole content of {@code saved_model.pb}; its directory is looked through
   * @param policy what is allowed
   * @param limits how much is
   * @return what it may do, and what of it is not allowed
   */
  static ScanReport of(ModelProto model, OpPolicy policy, ModelLimits limits) {
    ModelScan scan = new ModelScan(policy);
    ModelSize size = ModelSize.of(model.content());
    scan.findings.addAll(size.findings(limits));
    if (scan.findings.isEmpty()) {
      model.content().getMetaGraphsList().stream()
          .flatMap(m -> InlinedSize.finding(m.getGraphDef(), limits).stream())
          .forEach(scan.findings::add);
    }
    scan.findings.addAll(ModelFiles.findings(model.directory(), model.content(), limits));
    model.content().getMetaGraphsList().forEach(scan::scan);
    return new ScanReport(
        model.directory(),
        model.sha256(),
        size.nodes(),
        size.functions(),
        scan.ops,
        scan.findings,
        scan.allowedByUser);
  }

  private void scan(MetaGraphDef metaGraph) {
    GraphDef graph = metaGraph.getGraphDef();
    ScanPlaces places = new ScanPlaces(metaGraph, initTensors(metaGraph));
    PrefixFlow main = new PrefixFlow(graph.getNodeList(), places.filenames());
    Body top = new Body("main graph", main);
    requireOneOfEachName(graph.getNodeList(), top.place());
    for (NodeDef node : graph.getNodeList()) {
      check(node, places.ofNode(node.getName()), top, places);
    }
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      String name = function.getSignature().getName();
      String place = "function '" + name + "'";
      Body body =
          new Body(
              place,
              new PrefixFlow(function.getNodeDefList(), places.filenameArguments(function, main)));
      requireOneOfEachName(function.getNodeDefList(), place);
      for (NodeDef node : function.getNodeDefList()) {
        check(node, places.ofFunction(name), body, places);
      }
      hidden(function.getAttrMap(), name, place);
      function.getArgAttrMap().values().forEach(a -> hidden(a.getAttrMap(), name, place));
      if (OpRegistry.names().contains(name)) {
        findings.add(new ScanFinding(name, name, LIBRARY, "is a function named as an op is"));
      }
    }
    for (String name : places.twice()) {
      findings.add(new ScanFinding("", name, LIBRARY, "is there more than once"));
    }
  }

  /** Of two nodes with one name, the scan could look at one, and who runs the graph at another. */
  private void requireOneOfEachName(List<NodeDef> nodes, String place) {
    Set<String> names = new HashSet<>();
    for (NodeDef node : nodes) {
      if (!names.add(node.getName())) {
        findings.add(
            new ScanFinding(node.getOp(), node.getName(), place, "is there more than once"));
      }
    }
  }

  private static Set<String> initTensors(MetaGraphDef metaGraph) {
    Set<String> tensors = new HashSet<>();
    metaGraph
        .getSignatureDefOrDefault(INIT, SignatureDef.getDefaultInstance())
        .getOutputsMap()
        .values()
        .forEach(output -> tensors.add(output.getName()));
    CollectionDef none = CollectionDef.getDefaultInstance();
    for (String key : INIT_COLLECTIONS) {
      tensors.addAll(metaGraph.getCollectionDefOrDefault(key, none).getNodeList().getValueList());
    }
    return tensors;
  }

  private void check(NodeDef node, ScanPlaces.Place place, Body body, ScanPlaces places) {
    String op = node.getOp();
    hidden(node.getAttrMap(), node.getName(), body.place());
    if (places.isFunction(op)) {
      return; // a call: the function's body is scanned as any other
    }
    ops.merge(op, 1, Integer::sum);
    Optional<String> reason = refusal(node, place, body.flow());
    if (reason.isPresent() && policy.byUser().contains(op)) {
      allowedByUser.add(op);
    } else if (reason.isPresent()) {
      findings.add(new ScanFinding(op, node.getName(), body.place() + place.words(), reason.get()));
    }
  }

  /** Why an op may not stand somewhere; empty if it may. */
  private static Optional<String> refusal(NodeDef node, ScanPlaces.Place place, PrefixFlow flow) {
    String op = node.getOp();
    if (!OpPolicy.lists(op, place.position())) {
      return Optional.of(
          OpPolicy.lists(op, Position.COMPUTATION)
              ? "runs when the model is loaded, where only assignments may"
              : OpReach.of(op));
    }
    if (place.restores() && OpPolicy.writes(op)) {
      return Optional.of("writes files when the weights are restored");
    }
    boolean names = OpPolicy.isSavers(op) && !op.equals("ShardedFilename");
    return names && !flow.leadsTo(node)
        ? Optional.of("reads or writes files whose names do not come from the saver's caller")
        : Optional.empty();
  }

  /** Graphs and resources in attributes, which an op could run or reach. */
  private void hidden(Map<String, AttrValue> attributes, String node, String place) {
    attributes.forEach(
        (name, value) -> {
          HiddenContent.of(value)
              .ifPresent(what -> findings.add(new ScanFinding("", node, place, what)));
          if (name.startsWith(OWN)) {
            findings.add(new ScanFinding("", node, place, "has an attribute '" + name + "'"));
          }
        });
  }
}
