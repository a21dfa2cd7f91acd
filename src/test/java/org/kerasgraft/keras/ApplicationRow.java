package org.kerasgraft.keras;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.savedmodel.ModelFormat;

/**
 * The figures of one architecture in one form. Lists of what is wrong are empty in a good row.
 *
 * @param failure what ended the comparison; empty if it was made
 * @param noTrace Keras layers that do nothing and have no node, counted by class
 */
record ApplicationRow(
    String architecture, String form, String failure, Layers layers, Cuts cuts, Trained trained) {

  /**
   * Layers.
   *
   * @param keras how many Keras has, inner ones of nested models too
   * @param found how many of them are listed under their name with Keras' output
   * @param noTrace layers that are no-ops and left no node: count by class
   * @param wrong names that are missing or whose tensor is not Keras', with the reason
   * @param unknown names listed that Keras does not have
   */
  record Layers(
      int keras,
      int found,
      Map<String, Integer> noTrace,
      List<String> wrong,
      List<String> unknown) {}

  /** The worst of the cuts: relative L2 and where. */
  record Cuts(int count, double worst, String worstLayer) {}

  /**
   * Gradients of all that trains.
   *
   * @param keras trainable variables in Keras
   * @param differentiated how many of them got a gradient
   * @param refused the others, each with the reason
   * @param unknown variables chosen here that Keras does not train
   * @param kerasItself the same between Keras in a graph and Keras run eagerly
   * @param worst max |ours - Keras'| / max |Keras'| of a variable, the worst of all
   */
  record Trained(
      int keras,
      int differentiated,
      List<String> refused,
      List<String> unknown,
      double kerasItself,
      double worst,
      String worstVariable) {}

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  static ApplicationRow failed(String architecture, String form, String failure) {
    return new ApplicationRow(architecture, form, failure, null, null, null);
  }

  private static Path file(Path directory, String architecture, String form) {
    return directory.resolve(architecture + "-" + form + ".json");
  }

  static Optional<ApplicationRow> read(Path directory, String architecture, String form) {
    Path file = file(directory, architecture, form);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(file.toFile(), ApplicationRow.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void write(Path directory) {
    try {
      Files.createDirectories(directory);
      JSON.writeValue(file(directory, architecture, form).toFile(), this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What does not hold; empty in a good row. */
  List<String> faults(double mostCut, double mostGradient) {
    if (!failure.isEmpty()) {
      return List.of(failure);
    }
    List<String> faults = new ArrayList<>(layers.wrong());
    if (!form.equals(ModelFormat.SAVED_MODEL.id())) { // there any scope may be a layer
      layers.unknown().forEach(name -> faults.add("Keras has no layer '" + name + "'"));
    }
    if (cuts.count() < 5) {
      faults.add("only " + cuts.count() + " cuts");
    }
    if (!(cuts.worst() <= mostCut)) {
      faults.add("the cut at " + cuts.worstLayer() + " differs by " + cuts.worst());
    }
    faults.addAll(trained.refused());
    trained.unknown().forEach(name -> faults.add("Keras does not train '" + name + "'"));
    if (!(trained.worst() <= mostGradient)) {
      faults.add("the gradient of " + trained.worstVariable() + " differs by " + trained.worst());
    }
    return faults;
  }
}
