package org.kerasgraft.graph;

import static org.kerasgraft.graph.CallingModel.call;
import static org.kerasgraft.graph.CallingModel.floats;
import static org.kerasgraft.graph.CallingModel.integer;
import static org.kerasgraft.graph.CallingModel.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.kerasgraft.savedmodel.ImportedModel;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** Models of functions that call each other, made by chance; every value has the same shape. */
final class RandomCalls {

  private record Made(int arguments, int results) {}

  private final SplittableRandom random;
  private final Map<String, Made> functions = new LinkedHashMap<>();

  RandomCalls(long seed) {
    random = new SplittableRandom(seed);
  }

  ImportedModel model(Shape even) {
    CallingModel model = new CallingModel(even);
    int count = 2 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      add(model, i == count - 1 ? "main" : "f" + i);
    }
    return model.build();
  }

  private void add(CallingModel model, String name) {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      arguments.add("x" + i);
    }
    Body body = new Body(arguments);
    int nodes = 2 + random.nextInt(6);
    for (int i = 0; i < nodes; i++) {
      body.grow(i);
    }
    List<String> returns = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      returns.add(body.pick());
    }
    model.function(name, arguments, body.nodes, returns);
    functions.put(name, new Made(arguments.size(), returns.size()));
  }

  /** One function's body; names are the same in every body, some with a scope. */
  private final class Body {
    private final List<NodeDef> nodes = new ArrayList<>();
    private final List<String> values;

    Body(List<String> arguments) {
      values = new ArrayList<>(arguments);
    }

    String pick() {
      return values.get(random.nextInt(values.size()));
    }

    void grow(int index) {
      String name = (random.nextBoolean() ? "layer/" : "") + "n" + index;
      switch (random.nextInt(7)) {
        case 0 -> one(node(name, "AddV2", pick(), pick()).build(), "z");
        case 1 -> one(node(name, "Tanh", pick()).build(), "y");
        case 2 -> one(node(name, "Erfc", pick()).build(), "y");
        case 3 -> {
          nodes.add(node(name, "IdentityN", pick(), pick()).putAttr("T", floats(2)).build());
          values.add(name + ":output:0");
          values.add(name + ":output:1");
        }
        case 4 -> swapHalves(name);
        default -> callAny(name);
      }
    }

    private void one(NodeDef node, String result) {
      nodes.add(node);
      values.add(node.getName() + ":" + result + ":0");
    }

    private void swapHalves(String name) {
      nodes.add(integer(name + "_axis", 0));
      String axis = name + "_axis:output:0";
      nodes.add(
          node(name, "Split", axis, pick())
              .putAttr("num_split", AttrValue.newBuilder().setI(2).build())
              .build());
      NodeDef swapped =
          node(name + "_swap", "ConcatV2", name + ":output:1", name + ":output:0", axis)
              .putAttr("N", AttrValue.newBuilder().setI(2).build())
              .putAttr("Tidx", CallingModel.type(DataType.DT_INT32))
              .build();
      one(swapped, "output");
    }

    private void callAny(String name) {
      if (functions.isEmpty()) {
        one(node(name, "Neg", pick()).build(), "y");
        return;
      }
      List<String> known = List.copyOf(functions.keySet());
      String function = known.get(random.nextInt(known.size()));
      Made made = functions.get(function);
      String[] inputs = new String[made.arguments()];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = pick();
      }
      nodes.add(call(name, function, made.results(), inputs));
      for (int i = 0; i < made.results(); i++) {
        values.add(name + ":output:" + i);
      }
    }
  }
}
