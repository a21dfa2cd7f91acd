package org.kerasgraft.backbone;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.graph.Network;
import org.kerasgraft.graph.ServingState;
import org.kerasgraft.internal.NativeScope;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A network in memory: its own TensorFlow graph and session with every variable restored from the
 * checkpoint by key. Nodes may be added to the graph (heads, updates), not concurrently with runs.
 * Running is safe from many threads. Owns graph and session; {@link #close()} is idempotent.
 */
public final class LiveNetwork implements AutoCloseable {

  /** A variable's nodes for copying its value out and in, made when first needed. */
  private record Access(Operand<TFloat32> read, Placeholder<TFloat32> value, Op assign) {}

  private final Network network;
  private final RuntimeOptions options;
  private final Graph graph;
  private final Session session;
  private final NativeScope scope;
  private final Map<String, Access> accesses = new LinkedHashMap<>();
  private boolean open = true;

  private LiveNetwork(
      Network network, RuntimeOptions options, Graph graph, Session session, NativeScope scope) {
    this.network = network;
    this.options = options;
    this.graph = graph;
    this.session = session;
    this.scope = scope;
  }

  /**
   * Imports a network's graph and restores its variables.
   *
   * @param network whole or cut
   * @param options device and threads
   * @return the live network, owned by the caller
   * @throws org.kerasgraft.error.UsageException if a GPU is asked for and there is none
   * @throws org.kerasgraft.error.InvalidModelException if the checkpoint cannot be restored
   * @throws org.kerasgraft.error.ModelRefusedException if TensorFlow does not know an op, or the
   *     network is random or changes state
   */
  public static LiveNetwork open(Network network, RuntimeOptions options) {
    ServingState.requireSteady(network);
    SessionSettings settings = SessionSettings.of(options);
    NativeScope scope = new NativeScope();
    try {
      Graph graph = scope.own(new Graph());
      GraphImport.into(graph, network);
      Session session = scope.own(new Session(graph, false, settings.config()));
      new Restore(network, graph, session).run();
      network.source().weights().requireSame();
      return new LiveNetwork(network, options, graph, session, scope);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /**
   * What it was opened from.
   *
   * @return the network as data
   */
  public Network network() {
    return network;
  }

  /**
   * How it runs.
   *
   * @return device and threads
   */
  public RuntimeOptions options() {
    return options;
  }

  /**
   * The live graph.
   *
   * @return borrowed; do not close
   * @throws IllegalStateException if closed
   */
  public Graph graph() {
    requireOpen();
    return graph;
  }

  /**
   * The session.
   *
   * @return borrowed; do not close
   * @throws IllegalStateException if closed
   */
  public Session session() {
    requireOpen();
    return session;
  }

  /**
   * Ops that add nodes to the live graph.
   *
   * @return the ops
   * @throws IllegalStateException if closed
   */
  public Ops ops() {
    requireOpen();
    return Ops.create(graph);
  }

  /**
   * A tensor of the graph.
   *
   * @param tensor {@code node:index}, as in layers and specs; the index may be left out for 0
   * @return the output; may be fetched, and fed to start the computation there
   * @throws IllegalArgumentException if the graph has no such node
   */
  public Output<?> tensor(String tensor) {
    requireOpen();
    int colon = tensor.lastIndexOf(':');
    String node = colon < 0 ? tensor : tensor.substring(0, colon);
    int index = colon < 0 ? 0 : Integer.parseInt(tensor.substring(colon + 1));
    return graph.operationOrThrow(node).output(index);
  }

  /**
   * The single image (or array) input.
   *
   * @return the placeholder
   * @throws org.kerasgraft.error.ModelRefusedException if the network has several inputs
   */
  public Output<?> input() {
    return tensor(network.input().tensor());
  }

  /**
   * The resource handle of a variable.
   *
   * @param variable one of this network's
   * @return the {@code VarHandleOp}'s output
   */
  @SuppressWarnings("unchecked") // a handle is a resource; generic ops take it as any tensor type
  public Operand<? extends TType> handle(VariableSpec variable) {
    return (Operand<? extends TType>) (Operand<?>) tensor(variable.name());
  }

  /**
   * Copies the current values of float32 variables.
   *
   * @param variables which ones
   * @return name to values in C order; copies owned by the caller
   */
  public Map<String, float[]> values(Iterable<VariableSpec> variables) {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (VariableSpec variable : variables) {
      Operand<TFloat32> read = access(variable).read();
      try (Result result = session().runner().fetch(read).run()) {
        float[] copy = new float[Math.toIntExact(variable.size())];
        ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(copy);
        values.put(variable.name(), copy);
      }
    }
    return values;
  }

  /**
   * Overwrites float32 variables.
   *
   * @param values name to values in C order, as {@link #values} gives them; copied
   * @throws IllegalArgumentException if a name is unknown or a length differs
   */
  public void assign(Map<String, float[]> values) {
    List<String> names = new ArrayList<>(values.keySet());
    for (String name : names) {
      Shape shape = shape(name);
      float[] value = values.get(name);
      if (shape.size() != value.length) {
        throw new IllegalArgumentException(
            "'" + name + "' takes " + shape.size() + " values, not " + value.length);
      }
      Access access = access(name);
      try (TFloat32 tensor = TFloat32.tensorOf(shape, DataBuffers.of(value, true, false))) {
        session().runner().feed(access.value(), tensor).addTarget(access.assign()).run().close();
      }
    }
  }

  /** Closes session and graph. */
  @Override
  public void close() {
    if (open) {
      open = false;
      scope.close();
    }
  }

  private Access access(VariableSpec variable) {
    return access(variable.name());
  }

  private synchronized Access access(String name) {
    return accesses.computeIfAbsent(name, this::makeAccess);
  }

  @SuppressWarnings("unchecked") // as handle()
  private Access makeAccess(String name) {
    Ops tf = ops().withSubScope("graft_access");
    Operand<TType> handle = (Operand<TType>) (Operand<?>) tensor(name);
    Placeholder<TFloat32> value = tf.placeholder(TFloat32.class);
    return new Access(
        tf.readVariableOp(handle, TFloat32.class), value, tf.assignVariableOp(handle, value));
  }

  /** The shape that a handle declares: heads add variables that the network does not list. */
  private Shape shape(String name) {
    return graph().operationOrThrow(name).attributes().getAttrShape("shape");
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException("This network is closed.");
    }
  }
}
