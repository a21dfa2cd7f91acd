package org.kerasgraft.savedmodel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * How much a model describes. A constant counts with all elements of its shape: a few bytes can say
 * that a value is repeated a million times.
 *
 * @param nodes nodes of all graphs and functions
 * @param functions functions of all graphs
 * @param metaGraphs graphs with their signatures
 * @param variables variables of all graphs
 * @param constants elements of all constants; saturates
 */
record ModelSize(long nodes, long functions, long metaGraphs, long variables, long constants) {

  static ModelSize of(SavedModel model) {
    ModelSize size = new ModelSize(0, 0, 0, 0, 0);
    for (MetaGraphDef metaGraph : model.getMetaGraphsList()) {
      size = size.and(metaGraph);
    }
    return size;
  }

  private ModelSize and(MetaGraphDef metaGraph) {
    var graph = metaGraph.getGraphDef();
    long[] inGraph = count(graph.getNodeList());
    for (var function : graph.getLibrary().getFunctionList()) {
      long[] inBody = count(function.getNodeDefList());
      for (int i = 0; i < inGraph.length; i++) {
        inGraph[i] = sum(inGraph[i], inBody[i]);
      }
    }
    long objects =
        metaGraph.getObjectGraphDef().getNodesList().stream().filter(o -> o.hasVariable()).count();
    return new ModelSize(
        nodes + inGraph[0],
        functions + graph.getLibrary().getFunctionCount(),
        metaGraphs + 1,
        variables + Math.max(objects, inGraph[1]),
        sum(constants, inGraph[2]));
  }

  /** Nodes, variables, elements of constants. */
  private static long[] count(List<NodeDef> nodes) {
    long[] counts = new long[3];
    for (NodeDef node : nodes) {
      counts[0]++;
      counts[1] += node.getOp().equals("VarHandleOp") ? 1 : 0;
      for (AttrValue value : node.getAttrMap().values()) {
        counts[2] = sum(counts[2], elements(value.getTensor()));
        for (TensorProto tensor : value.getList().getTensorList()) {
          counts[2] = sum(counts[2], elements(tensor));
        }
      }
    }
    return counts;
  }

  private static long elements(TensorProto tensor) {
    long elements = tensor.getDtypeValue() == 0 ? 0 : 1;
    for (TensorShapeProto.Dim dim : tensor.getTensorShape().getDimList()) {
      elements = product(elements, Math.max(0, dim.getSize()));
    }
    return elements;
  }

  private static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  private static long product(long a, long b) {
    return b != 0 && a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
  }

  /** What there is too much of. */
  List<ScanFinding> findings(ModelLimits limits) {
    List<ScanFinding> findings = new ArrayList<>();
    require(findings, "nodes", nodes, limits.nodes());
    require(findings, "functions", functions, limits.functions());
    require(findings, "meta graphs", metaGraphs, limits.metaGraphs());
    require(findings, "variables", variables, limits.variables());
    require(findings, "elements of constants", constants, limits.constants());
    return findings;
  }

  private static void require(List<ScanFinding> findings, String what, long count, long most) {
    if (count > most) {
      String reason = String.format(Locale.ROOT, "has %,d %s, more than %,d", count, what, most);
      findings.add(new ScanFinding("", ModelProto.FILE, ModelFiles.PLACE, reason));
    }
  }
}
