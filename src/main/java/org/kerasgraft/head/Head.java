package org.kerasgraft.head;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.head.HeadLayer.Classes;
import org.kerasgraft.head.HeadLayer.Dense;
import org.kerasgraft.head.HeadLayer.Dropout;
import org.kerasgraft.head.HeadLayer.Flatten;
import org.kerasgraft.head.HeadLayer.GlobalAveragePooling;
import org.kerasgraft.head.HeadLayer.GlobalMaxPooling;

/**
 * The new layers on a cut network, as a value. The last one, and only the last one, is {@link
 * Classes}.
 *
 * <pre>{@code
 * Head head = Head.builder().flatten().dense(256, RELU).dropout(0.5f).classes(2).build();
 * }</pre>
 *
 * @param layers the layers in order
 */
public record Head(List<HeadLayer> layers) {

  /**
   * Copies and checks.
   *
   * @throws UsageException if the last layer is not {@link Classes}, or another one is
   */
  public Head {
    layers = List.copyOf(layers);
    int last = layers.size() - 1;
    for (int i = 0; i <= last; i++) {
      if (i < last && layers.get(i) instanceof Classes) {
        throw new UsageException(
            "In the head '" + text(layers) + "' layers follow the class layer.",
            "Put '" + layers.get(i).spec() + "' last.");
      }
    }
    if (last < 0 || !(layers.get(last) instanceof Classes)) {
      throw new UsageException(
          "The head '" + text(layers) + "' does not end with one output a class.",
          "End it with 'dense(classes, softmax)', or 'dense(classes, sigmoid)' for two classes.");
    }
  }

  /**
   * The head of the Keras blog's tutorial: flatten, dense(256, relu), dropout(0.5), then one
   * sigmoid for two classes, softmax for more.
   *
   * @return the preset {@code keras-blog}, number of classes open
   */
  public static Head kerasBlog() {
    return builder().flatten().dense(256, Activation.RELU).dropout(0.5f).classes().build();
  }

  /**
   * The head of Keras' transfer learning guide: global_average_pooling, dropout(0.2), then one
   * sigmoid for two classes, softmax for more.
   *
   * @return the preset {@code keras-guide}, number of classes open
   */
  public static Head kerasGuide() {
    return builder().globalAveragePooling().dropout(0.2f).classes().build();
  }

  /**
   * Reads a head from text: comma-separated {@code flatten}, {@code global_average_pooling}, {@code
   * global_max_pooling}, {@code dense(UNITS|classes[, ACTIVATION])}, {@code dropout(RATE)}; or the
   * preset {@code keras-blog} or {@code keras-guide}. {@code dense(classes)} alone is one sigmoid
   * for two classes, softmax for more.
   *
   * @param spec the text
   * @return the head, number of classes open
   * @throws UsageException if it cannot be read; quotes the part
   */
  public static Head parse(String spec) {
    return new HeadGrammar(spec).read();
  }

  /**
   * The text that {@link #parse} reads back into this head (number of classes open).
   *
   * @return for example {@code flatten, dense(256, relu), dropout(0.5), dense(classes)}
   */
  public String spec() {
    return text(layers);
  }

  /**
   * The number of classes.
   *
   * @return 2 or more; empty while the data have not told it
   */
  public OptionalInt classes() {
    return last().count();
  }

  /**
   * This head for a number of classes.
   *
   * @param count what the data have, 2 or more
   * @return a head whose last layer has that many classes
   * @throws UsageException if this head was made for another number, if there are fewer than two
   *     classes, or if one sigmoid is to serve more than two
   */
  public Head withClasses(int count) {
    if (count < 2) {
      throw new UsageException(
          "A classifier needs 2 classes or more; there is " + count + ".",
          "Give one folder, or one label, for each class.");
    }
    Classes last = last();
    if (last.count().isPresent() && last.count().getAsInt() != count) {
      throw new UsageException(
          "The head has "
              + last.count().getAsInt()
              + " classes, the data have "
              + count
              + " classes.",
          "Build the head with classes(" + count + ").");
    }
    if (count > 2 && last.activation().equals(Optional.of(Activation.SIGMOID))) {
      throw new UsageException(
          "'" + last.spec() + "' is one sigmoid for two classes; there are " + count + " classes.",
          "Use 'dense(classes, softmax)'.");
    }
    List<HeadLayer> resolved = new ArrayList<>(layers.subList(0, layers.size() - 1));
    resolved.add(new Classes(OptionalInt.of(count), last.activation()));
    return new Head(resolved);
  }

  /**
   * Adds this head's variables and nodes to a live network; nothing is run. The variables have no
   * values until {@link BuiltHead#initialize} runs.
   *
   * @param network the network, borrowed; {@code features} is one of its tensors
   * @param features the tensor to build on, float32 (n, …), {@code node:index}
   * @param seed what all initial weights derive from
   * @return the built head
   * @throws UsageException if the number of classes is open, or a layer does not fit what comes
   *     before it; names the shape and the fix
   */
  public BuiltHead build(LiveNetwork network, String features, long seed) {
    return new HeadGraph(network, this, seed).build(features);
  }

  Classes last() {
    return (Classes) layers.get(layers.size() - 1);
  }

  private static String text(List<HeadLayer> layers) {
    return layers.stream().map(HeadLayer::spec).collect(Collectors.joining(", "));
  }

  /**
   * Starts an empty head.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects layers in order. Not thread-safe. */
  public static final class Builder {

    private final List<HeadLayer> layers = new ArrayList<>();

    private Builder() {}

    /**
     * Adds {@link Flatten}.
     *
     * @return this
     */
    public Builder flatten() {
      return add(new Flatten());
    }

    /**
     * Adds {@link GlobalAveragePooling}.
     *
     * @return this
     */
    public Builder globalAveragePooling() {
      return add(new GlobalAveragePooling());
    }

    /**
     * Adds {@link GlobalMaxPooling}.
     *
     * @return this
     */
    public Builder globalMaxPooling() {
      return add(new GlobalMaxPooling());
    }

    /**
     * Adds a hidden {@link Dense} layer.
     *
     * @param units the number of outputs, 1 or more
     * @param activation what follows
     * @return this
     * @throws IllegalArgumentException if units is below 1
     */
    public Builder dense(int units, Activation activation) {
      return add(new Dense(units, activation));
    }

    /**
     * Adds {@link Dropout}.
     *
     * @param rate the part dropped, 0 or more and below 1
     * @return this
     * @throws IllegalArgumentException if the rate is out of range
     */
    public Builder dropout(float rate) {
      return add(new Dropout(rate));
    }

    /**
     * Adds the last layer: one sigmoid for two classes, softmax for more.
     *
     * @param count the number of classes, 2 or more
     * @return this
     * @throws IllegalArgumentException if count is below 2
     */
    public Builder classes(int count) {
      return add(new Classes(OptionalInt.of(count), Optional.empty()));
    }

    /**
     * Adds the last layer for as many classes as the data have: one sigmoid for two, softmax for
     * more.
     *
     * @return this
     */
    public Builder classes() {
      return add(new Classes(OptionalInt.empty(), Optional.empty()));
    }

    /**
     * Adds the last layer for as many classes as the data have.
     *
     * @param activation sigmoid (two classes, one unit) or softmax (one unit a class)
     * @return this
     * @throws IllegalArgumentException if it is another activation
     */
    public Builder classes(Activation activation) {
      return add(new Classes(OptionalInt.empty(), Optional.of(activation)));
    }

    /**
     * Adds any layer.
     *
     * @param layer the layer
     * @return this
     */
    public Builder add(HeadLayer layer) {
      layers.add(layer);
      return this;
    }

    /**
     * Makes the head.
     *
     * @return the head
     * @throws UsageException if it does not end with the class layer
     */
    public Head build() {
      return new Head(layers);
    }
  }
}
