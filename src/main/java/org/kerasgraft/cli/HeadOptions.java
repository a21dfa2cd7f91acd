package org.kerasgraft.cli;

import java.util.Optional;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.head.Head;
import org.kerasgraft.train.Variables;

/**
 * Where a model is cut and what goes on top.
 *
 * @param at the layer to cut after; empty for the last conv block's output
 * @param head the new head; empty to keep the model's own classifier
 * @param trainable the layers to train; empty for the default
 */
record HeadOptions(Optional<String> at, Optional<Head> head, Optional<Variables> trainable) {

  static OptionSection section() {
    return OptionSection.of(
        "Surgery",
        OptionSection.valued(
            "at", "LAYER", "Cut after this layer; default: the last conv block's output."),
        OptionSection.valued(
            "head",
            "SPEC",
            "New layers, comma-separated: flatten, global_average_pooling, global_max_pooling,"
                + " dense(UNITS|classes[, ACTIVATION]), dropout(RATE); or keras-blog, keras-guide;"
                + " default keras-blog: flatten, dense(256, relu), dropout(0.5), dense(classes)."),
        OptionSection.flag(
            "keep-head",
            "No cut, no new head: go on training the model's own classifier, in one phase."),
        OptionSection.valued(
            "trainable",
            "PATTERNS",
            "Layers to fine-tune, comma-separated names or globs (* and ?); default: the last conv"
                + " block, with --keep-head also all after it."));
  }

  static HeadOptions of(Arguments arguments) {
    boolean keep = arguments.has("keep-head");
    for (String other : new String[] {"at", "head"}) {
      if (keep && arguments.has(other)) {
        throw new UsageException(
            "--" + other + " is given with --keep-head.",
            "A kept head needs neither cut nor head.");
      }
    }
    Optional<Head> head =
        keep
            ? Optional.empty()
            : Optional.of(arguments.text("head").map(Head::parse).orElseGet(Head::kerasBlog));
    return new HeadOptions(
        arguments.text("at"), head, arguments.text("trainable").map(Variables::parse));
  }
}
