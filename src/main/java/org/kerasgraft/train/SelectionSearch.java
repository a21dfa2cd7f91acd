package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Backpropagation;
import org.kerasgraft.graph.ConvBlock;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.NearNames;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.Variables.All;
import org.kerasgraft.train.Variables.FromLastConvBlock;
import org.kerasgraft.train.Variables.HeadOnly;
import org.kerasgraft.train.Variables.LastConvBlock;
import org.kerasgraft.train.Variables.Layers;
import org.kerasgraft.train.Variables.Matching;
import org.tensorflow.proto.DataType;

/** Resolves a choice of variables against one network and head. */
final class SelectionSearch {

  /** Last name components of variables that Keras layers move without gradients. */
  private static final Set<String> STATISTICS =
      Set.of("moving_mean", "moving_variance", "moving_std", "renorm_mean", "renorm_stddev");

  /** Those that are statistics only when the export declared them non-trainable. */
  private static final Set<String> ADAPTED = Set.of("mean", "variance", "count");

  private static final Pattern NUMBER = Pattern.compile("_\\d+$");

  private final Network network;
  private final List<VariableSpec> head;

  SelectionSearch(Network network, List<VariableSpec> head) {
    this.network = network;
    this.head = head;
  }

  Selection of(Variables choice) {
    Set<VariableSpec> chosen = new LinkedHashSet<>(backbone(choice));
    List<VariableSpec> inOrder =
        network.graph().variables().values().stream().filter(chosen::contains).distinct().toList();
    List<VariableSpec> all = new ArrayList<>(new LinkedHashSet<>(variables()));
    all.addAll(head);
    if (inOrder.isEmpty() && head.isEmpty()) {
      throw new UsageException(
          "The selection chooses no variable, so nothing would be trained.",
          "Choose layers with weights; 'inspect' lists them.");
    }
    return new Selection(inOrder, head, all);
  }

  private List<VariableSpec> variables() {
    return List.copyOf(network.graph().variables().values());
  }

  /** What a choice chooses of the network. */
  List<VariableSpec> backbone(Variables choice) {
    List<VariableSpec> chosen = chosen(choice);
    for (VariableSpec variable : chosen) {
      if (variable.dtype() != DataType.DT_FLOAT) {
        throw new ModelRefusedException(
            "The variable '"
                + variable.name()
                + "' is "
                + variable.dtype().name().substring(3).toLowerCase(Locale.ROOT)
                + "; only float32 variables train.",
            "Build the model with a mixed policy (variables float32), or train a new head alone.");
      }
    }
    return chosen;
  }

  private List<VariableSpec> chosen(Variables choice) {
    if (choice instanceof HeadOnly) {
      return List.of();
    } else if (choice instanceof All) {
      return variables().stream().filter(this::canTrain).toList();
    } else if (choice instanceof Matching matching) {
      return matching(matching);
    } else if (choice instanceof Layers layers) {
      return named(layers.patterns());
    }
    return block(choice);
  }

  private List<VariableSpec> matching(Matching matching) {
    List<VariableSpec> chosen =
        variables().stream().filter(this::canTrain).filter(matching.rule()).toList();
    if (chosen.isEmpty()) {
      throw new UsageException(
          "The rule matches none of the network's "
              + variables().size()
              + " variables that can train.",
          "Choose the head alone if that is meant.");
    }
    return chosen;
  }

  private List<VariableSpec> block(Variables choice) {
    ConvBlock block =
        network
            .lastConvBlock()
            .orElseThrow(
                () ->
                    new UsageException(
                        "The network has no convolutional block to train.",
                        "Name the layers to train, or choose the head alone."));
    List<Layer> layers = block.layers();
    if (choice instanceof FromLastConvBlock) {
      int first = network.layers().indexOf(layers.get(0));
      layers = network.layers().subList(first, network.layers().size());
    } else if (!(choice instanceof LastConvBlock)) {
      throw new IllegalStateException("unknown choice " + choice);
    }
    return layers.stream().flatMap(l -> l.variables().stream()).filter(this::canTrain).toList();
  }

  private List<VariableSpec> named(List<String> patterns) {
    Map<String, List<VariableSpec>> layers = trainableLayers();
    List<VariableSpec> chosen = new ArrayList<>();
    for (String pattern : patterns) {
      Pattern glob = glob(pattern);
      List<List<VariableSpec>> found =
          layers.entrySet().stream()
              .filter(e -> glob.matcher(e.getKey()).matches())
              .map(Map.Entry::getValue)
              .toList();
      if (found.isEmpty()) {
        throw new UnknownNameException(
            "layer with variables to train matching",
            pattern,
            "'" + network.source().directory() + "'",
            NearNames.of(pattern.replace("*", "").replace("?", ""), layers.keySet()),
            layers.size() + " layers have such variables; 'graft inspect' lists them.");
      }
      found.forEach(chosen::addAll);
    }
    return chosen;
  }

  /** Layer name to what can train in it; layers without such variables are left out. */
  private Map<String, List<VariableSpec>> trainableLayers() {
    Map<String, List<VariableSpec>> layers = new LinkedHashMap<>();
    for (Layer layer : network.layers()) {
      List<VariableSpec> some = layer.variables().stream().filter(this::canTrain).toList();
      if (!some.isEmpty()) {
        layers.put(layer.name(), some);
      }
    }
    for (VariableSpec variable : head) {
      layers.putIfAbsent(variable.layer(), List.of());
    }
    return layers;
  }

  /**
   * A floating-point variable that is no moving statistic. The export's own flag does not decide,
   * since a model may have been exported frozen; but one that it froze beside trainable ones of the
   * same layer is the layer's statistic.
   */
  private boolean canTrain(VariableSpec variable) {
    String last = kind(variable);
    if (!Backpropagation.isFloating(variable.dtype()) || STATISTICS.contains(last)) {
      return false;
    }
    return variable.trainable() || !(ADAPTED.contains(last) || hasTrainableSibling(variable));
  }

  /** The last name component, without the number that keeps equal names in a model apart. */
  private static String kind(VariableSpec variable) {
    String last = variable.name().substring(variable.name().lastIndexOf('/') + 1);
    return NUMBER.matcher(last).replaceFirst("");
  }

  /** Looks in the innermost layer around it: nested models may hold layers of equal names. */
  private boolean hasTrainableSibling(VariableSpec variable) {
    return network.layers().stream()
        .filter(layer -> layer.variables().contains(variable))
        .map(Layer::variables)
        .min(Comparator.comparingInt(List::size))
        .orElseGet(this::variables)
        .stream()
        .anyMatch(v -> v.trainable() && v.layer().equals(variable.layer()));
  }

  /** {@code *} any text, {@code ?} any one character, everything else itself. */
  static Pattern glob(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
