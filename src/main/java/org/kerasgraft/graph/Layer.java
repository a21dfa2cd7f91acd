package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;

/**
 * A Keras layer found in a flat graph, with its calls: one for an ordinary layer, several for a
 * shared one. Calls are numbered in the order in which the model runs them.
 *
 * @param name the Keras name, {@code outer/inner} inside a nested model
 * @param type the Keras class, for example {@code Conv2D}; empty where it cannot be known
 * @param calls each with the tensors that leave it; at least one
 * @param variables the variables read in it
 * @param trainable as exported: any of its variables is declared trainable
 */
public record Layer(
    String name,
    Optional<String> type,
    List<Call> calls,
    List<VariableSpec> variables,
    boolean trainable) {

  /** The {@link #output} of a layer that several tensors leave. */
  public static final String AMBIGUOUS = "";

  /**
   * One call of a layer.
   *
   * @param name the layer's name if it is called once; else {@code name@0}, {@code name@1} and so
   *     on, the number standing at that part of an {@code outer/inner} name which is called again
   * @param outputs the tensors that leave it: in the graph's order; at least one
   */
  public record Call(String name, List<TensorSpec> outputs) {
    /** Copies. */
    public Call {
      outputs = List.copyOf(outputs);
    }

    /**
     * The names under which the network can be cut at its outputs.
     *
     * @return the call's own name for a single output; else {@code name:0}, {@code name:1} and so
     *     on
     */
    public List<String> outputNames() {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        names.add(outputs.size() == 1 ? name : name + ":" + i);
      }
      return names;
    }
  }

  /** Copies. */
  public Layer {
    calls = List.copyOf(calls);
    variables = List.copyOf(variables);
  }

  /**
   * A layer that is called once and has one output.
   *
   * @param name the Keras name
   * @param type the Keras class, if known
   * @param output the tensor that leaves it
   * @param variables those that it reads
   * @param trainable as exported
   * @return the layer
   */
  public static Layer calledOnce(
      String name,
      Optional<String> type,
      TensorSpec output,
      List<VariableSpec> variables,
      boolean trainable) {
    return new Layer(name, type, List.of(new Call(name, List.of(output))), variables, trainable);
  }

  /**
   * The number of parameters, trainable or not.
   *
   * @return the sum of the variables' sizes
   */
  public long parameters() {
    return variables.stream().mapToLong(VariableSpec::size).sum();
  }

  /**
   * Whether exactly one tensor leaves it, so that the network can be cut there by the layer's name.
   *
   * @return false for a layer that is called more than once, or has several outputs
   */
  public boolean hasOneOutput() {
    return onlyOutput().isPresent();
  }

  /**
   * The tensor that leaves it.
   *
   * @return its name, element type and shape; empty if several tensors do
   */
  public Optional<TensorSpec> onlyOutput() {
    return calls.size() == 1 && calls.get(0).outputs().size() == 1
        ? Optional.of(calls.get(0).outputs().get(0))
        : Optional.empty();
  }

  /**
   * The name of the tensor that leaves it.
   *
   * @return {@code node:index}; {@link #AMBIGUOUS} if several tensors do
   */
  public String output() {
    return onlyOutput().map(TensorSpec::tensor).orElse(AMBIGUOUS);
  }

  /**
   * The shape of what leaves it.
   *
   * @return unknown dimensions -1; wholly unknown if outputs differ in shape or nothing says it
   */
  public Shape outputShape() {
    List<Shape> shapes =
        calls.stream().flatMap(c -> c.outputs().stream()).map(TensorSpec::shape).toList();
    // Shapes with unknown dimensions are never equal to each other.
    return shapes.stream().map(Shape::toString).distinct().count() == 1
        ? shapes.get(0)
        : Shape.unknown();
  }

  /**
   * The names under which the network can be cut at its outputs.
   *
   * @return its name alone if it has one output; else those of its calls and their outputs
   */
  public List<String> outputNames() {
    return calls.stream().flatMap(c -> c.outputNames().stream()).toList();
  }

  /**
   * Its outputs one by one.
   *
   * @return for each of {@link #outputNames} a layer of that name with that output and this layer's
   *     variables
   */
  public List<Layer> byOutput() {
    List<Layer> single = new ArrayList<>();
    for (Call call : calls) {
      List<String> names = call.outputNames();
      for (int i = 0; i < names.size(); i++) {
        single.add(calledOnce(names.get(i), type, call.outputs().get(i), variables, trainable));
      }
    }
    return single;
  }
}
