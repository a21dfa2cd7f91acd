package org.kerasgraft.junit;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.data.Npz;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.internal.NearNames;

/**
 * What Keras computed, kept in a {@code .npz} file: inputs, and outputs of layers for them; {@code
 * notebooks-export/make_golden.py} writes it. The arrays are called {@code input/NAME}, {@code
 * output/LAYER} and, where wanted, {@code gradient/VARIABLE} ({@code make_gradient_golden.py}) and
 * {@code variable/VARIABLE}; the names after the first {@code /} may hold {@code /} themselves.
 * Immutable.
 */
public final class Golden {

  private final Path file;
  private final Map<String, Values> inputs;
  private final Map<String, Values> outputs;
  private final Map<String, Values> gradients;
  private final Map<String, Values> variables;
  private final Tolerance tolerance;

  private Golden(
      Path file,
      Map<String, Values> inputs,
      Map<String, Values> outputs,
      Map<String, Values> gradients,
      Map<String, Values> variables,
      Tolerance tolerance) {
    this.file = file;
    this.inputs = Collections.unmodifiableMap(inputs);
    this.outputs = Collections.unmodifiableMap(outputs);
    this.gradients = Collections.unmodifiableMap(gradients);
    this.variables = Collections.unmodifiableMap(variables);
    this.tolerance = tolerance;
  }

  /**
   * Reads a golden file, to be met within {@link Tolerance#KERAS}.
   *
   * @param file a {@code .npz} file
   * @return the golden
   * @throws org.kerasgraft.error.MissingInputException if there is no such file
   * @throws InvalidDataException if it is damaged, has nothing to compare with, or has outputs or
   *     gradients without an input, or an array whose name says none of that
   */
  public static Golden read(Path file) {
    Map<String, Map<String, Values>> roles =
        Map.of(
            "input", new LinkedHashMap<>(),
            "output", new LinkedHashMap<>(),
            "gradient", new LinkedHashMap<>(),
            "variable", new LinkedHashMap<>());
    Npz.read(file)
        .forEach(
            (name, member) -> {
              int slash = name.indexOf('/');
              Map<String, Values> role = slash < 0 ? null : roles.get(name.substring(0, slash));
              if (role == null) {
                throw new InvalidDataException(
                    "'" + file + "' holds an array '" + name + "'.",
                    "Name arrays input/NAME, output/LAYER, gradient/VARIABLE or variable/VARIABLE.");
              }
              role.put(name.substring(slash + 1), Values.of(member));
            });
    Map<String, Values> outputs = roles.get("output");
    Map<String, Values> gradients = roles.get("gradient");
    Map<String, Values> variables = roles.get("variable");
    boolean computed = !outputs.isEmpty() || !gradients.isEmpty();
    if (!computed && variables.isEmpty()) {
      throw lacks(file, "output");
    }
    if (computed && roles.get("input").isEmpty()) {
      throw lacks(file, "input");
    }
    return new Golden(file, roles.get("input"), outputs, gradients, variables, Tolerance.KERAS);
  }

  private static InvalidDataException lacks(Path file, String role) {
    return new InvalidDataException(
        "'" + file + "' holds no " + role + ".", "Write it with make_golden.py.");
  }

  /**
   * The same golden with other bounds.
   *
   * @param bounds how far values may be from Keras'
   * @return a derived copy
   */
  public Golden within(Tolerance bounds) {
    return new Golden(file, inputs, outputs, gradients, variables, bounds);
  }

  /**
   * The same golden with some of its layers.
   *
   * @param layers exact names or globs, each of which must match; {@code *} is any text
   * @return a derived copy
   * @throws UnknownNameException if one matches no layer, with near names
   */
  public Golden only(String... layers) {
    Map<String, Values> chosen = new LinkedHashMap<>(outputs);
    chosen.keySet().retainAll(Names.layers(List.of(layers), outputs.keySet(), "'" + file + "'"));
    return new Golden(file, inputs, chosen, gradients, variables, tolerance);
  }

  /**
   * Where it was read from.
   *
   * @return the path as given
   */
  public Path file() {
    return file;
  }

  /**
   * The only input.
   *
   * @return its values
   * @throws InvalidDataException if there are several, or none
   */
  public Values input() {
    if (inputs.isEmpty()) {
      throw lacks(file, "input");
    }
    if (inputs.size() > 1) {
      throw new InvalidDataException(
          "'" + file + "' holds the inputs " + String.join(", ", inputs.keySet()) + ".",
          "Choose one by its name.");
    }
    return inputs.values().iterator().next();
  }

  /**
   * The inputs.
   *
   * @return Keras name to values; none where only variables are kept
   */
  public Map<String, Values> inputs() {
    return inputs;
  }

  /**
   * What Keras computed at layers.
   *
   * @return Keras name to values, in the file's order
   */
  public Map<String, Values> outputs() {
    return outputs;
  }

  /**
   * What Keras computed at a layer.
   *
   * @param layer its Keras name
   * @return the values
   * @throws UnknownNameException if the file has none, with near names
   */
  public Values output(String layer) {
    return find("layer", layer, outputs);
  }

  /**
   * What Keras computed as gradients: of the mean square of the only output, or of a loss that the
   * file's maker knows.
   *
   * @return variable path to values; may be empty
   */
  public Map<String, Values> gradients() {
    return gradients;
  }

  /**
   * The gradient of a variable.
   *
   * @param variable its Keras path
   * @return the values
   * @throws UnknownNameException if the file has none, with near names
   */
  public Values gradient(String variable) {
    return find("gradient", variable, gradients);
  }

  /**
   * Variables as Keras has them after what it did: some steps of {@code fit}, say.
   *
   * @return variable path to values; may be empty
   */
  public Map<String, Values> variables() {
    return variables;
  }

  /**
   * A variable as Keras has it.
   *
   * @param variable its Keras path
   * @return the values
   * @throws UnknownNameException if the file has none, with near names
   */
  public Values variable(String variable) {
    return find("variable", variable, variables);
  }

  private Values find(String kind, String name, Map<String, Values> known) {
    Values found = known.get(name);
    if (found == null) {
      throw new UnknownNameException(
          kind,
          name,
          "'" + file + "'",
          NearNames.of(name, known.keySet()),
          "It has " + (known.isEmpty() ? "none" : Text.some(known.keySet())) + ".");
    }
    return found;
  }

  /**
   * How far values may be from these.
   *
   * @return {@link Tolerance#KERAS} unless chosen otherwise
   */
  public Tolerance tolerance() {
    return tolerance;
  }

  @Override
  public String toString() {
    return "golden '" + file + "'";
  }
}
