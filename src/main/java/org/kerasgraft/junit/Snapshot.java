package org.kerasgraft.junit;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.internal.NearNames;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.train.TrainedNetwork;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;

/**
 * The variables of a model at one moment, by name, every bit; copies, so it takes as much heap as
 * the variables. Take one before and one after, and let {@link GraphAssertions} compare them.
 * Immutable.
 */
public final class Snapshot {

  private static final String NODES = "graft_snapshot/";

  private final String place;
  private final Map<String, Values> variables;

  private Snapshot(String place, Map<String, Values> variables) {
    this.place = place;
    this.variables = Collections.unmodifiableMap(variables);
  }

  /**
   * The variables that a network came with.
   *
   * @param network borrowed; reading nodes are added to its graph once
   * @return Keras paths and values
   */
  public static Snapshot of(LiveNetwork network) {
    Map<String, String> handles = new LinkedHashMap<>();
    network.network().graph().variables().forEach((node, v) -> handles.put(v.name(), node));
    return read(network.graph(), network.session(), handles, place(network.network()));
  }

  /**
   * The variables of a network and of the head on it.
   *
   * @param network borrowed
   * @param head built on it
   * @return Keras paths and values
   */
  public static Snapshot of(LiveNetwork network, BuiltHead head) {
    Map<String, Values> all = new LinkedHashMap<>(of(network).variables);
    Map<String, String> own = new LinkedHashMap<>();
    head.variables().forEach(v -> own.put(v.name(), v.name()));
    String place = place(network.network());
    all.putAll(read(network.graph(), network.session(), own, place).variables);
    return new Snapshot(place, all);
  }

  /**
   * The variables of a trained network and its head.
   *
   * @param trained borrowed
   * @return Keras paths and values
   */
  public static Snapshot of(TrainedNetwork trained) {
    return of(trained.network(), trained.head());
  }

  /**
   * Every resource variable of any TensorFlow graph that has a value, optimizer slots too.
   *
   * @param graph borrowed; reading nodes are added once
   * @param session a session on it, borrowed
   * @return shared names (node names where there is none) and values
   */
  public static Snapshot of(Graph graph, Session session) {
    Map<String, String> handles = new LinkedHashMap<>();
    List<String> nodes = new java.util.ArrayList<>();
    graph.operations().forEachRemaining(o -> nodes.add(o.type() + " " + o.name()));
    for (String node : nodes) {
      if (node.startsWith("VarHandleOp ")) {
        GraphOperation handle = graph.operationOrThrow(node.substring("VarHandleOp ".length()));
        if (hasValue(graph, session, handle)) {
          String shared = handle.attributes().getAttrString("shared_name");
          handles.put(shared.isEmpty() ? handle.name() : shared, handle.name());
        }
      }
    }
    return read(graph, session, handles, "the graph");
  }

  /**
   * The variables of a SavedModel, of any form that this library opens.
   *
   * @param directory holds {@code saved_model.pb}; never written to
   * @return Keras paths and values
   * @throws org.kerasgraft.error.GraftException if it cannot be opened
   */
  public static Snapshot read(Path directory) {
    Network network = Network.of(SavedModelReader.read(directory));
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      return of(live);
    }
  }

  private static String place(Network network) {
    return "'" + network.source().directory() + "'";
  }

  private static boolean hasValue(Graph graph, Session session, GraphOperation handle) {
    Output<?> known = node(graph, "VarIsInitializedOp", handle);
    try (Result result = session.runner().fetch(known).run()) {
      return ((TBool) result.get(0)).getBoolean();
    }
  }

  private static Snapshot read(
      Graph graph, Session session, Map<String, String> handles, String place) {
    Map<String, Values> variables = new LinkedHashMap<>();
    handles.forEach(
        (name, handle) -> {
          Output<?> value = node(graph, "ReadVariableOp", graph.operationOrThrow(handle));
          try (Result result = session.runner().fetch(value).run()) {
            variables.put(name, Values.of(result.get(0)));
          }
        });
    return new Snapshot(place, variables);
  }

  /** A node that looks at a variable, made when first needed. */
  private static Output<?> node(Graph graph, String type, GraphOperation handle) {
    String name = NODES + type + "/" + handle.name();
    Operation known = graph.operation(name);
    if (known == null) {
      var builder = graph.opBuilder(type, name, Ops.create(graph).scope());
      builder.addInput(handle.output(0));
      if (type.equals("ReadVariableOp")) {
        builder.setAttr("dtype", handle.attributes().getAttrType("dtype"));
      }
      known = builder.build();
    }
    return known.output(0);
  }

  /**
   * The same snapshot with some of its variables.
   *
   * @param patterns variables or layers, exact names or globs, each of which must match: {@code
   *     block5_*}, {@code fc1}, {@code bn/moving_*}
   * @return a derived copy
   * @throws UnknownNameException if one matches nothing, with near names
   */
  public Snapshot only(String... patterns) {
    return retaining(Names.variables(List.of(patterns), variables.keySet(), place));
  }

  /**
   * The same snapshot without some of its variables.
   *
   * @param patterns as for {@link #only}
   * @return a derived copy
   * @throws UnknownNameException if one matches nothing, with near names
   */
  public Snapshot without(String... patterns) {
    Set<String> others = new java.util.LinkedHashSet<>(variables.keySet());
    others.removeAll(Names.variables(List.of(patterns), variables.keySet(), place));
    return retaining(others);
  }

  private Snapshot retaining(Set<String> names) {
    Map<String, Values> some = new LinkedHashMap<>(variables);
    some.keySet().retainAll(names);
    return new Snapshot(place, some);
  }

  /**
   * The variables.
   *
   * @return their names, in the model's order
   */
  public Set<String> names() {
    return variables.keySet();
  }

  /**
   * A variable.
   *
   * @param name its name
   * @return its values
   * @throws UnknownNameException if there is none, with near names
   */
  public Values values(String name) {
    if (!variables.containsKey(name)) {
      throw new UnknownNameException(
          "variable",
          name,
          place,
          NearNames.of(name, names()),
          "It has " + names().size() + " variables.");
    }
    return variables.get(name);
  }

  @Override
  public String toString() {
    return names().size() + " variables of " + place;
  }
}
