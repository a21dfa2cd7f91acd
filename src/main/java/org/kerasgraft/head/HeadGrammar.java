package org.kerasgraft.head;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.NearNames;

/** Reads the text form of a head; see {@link Head#parse}. */
final class HeadGrammar {

  private static final String BLOG = "keras-blog";
  private static final String GUIDE = "keras-guide";
  private static final List<String> LAYERS =
      List.of("flatten", "global_average_pooling", "global_max_pooling", "dense", "dropout");
  private static final Pattern LAYER = Pattern.compile("([A-Za-z0-9_\\-]+)\\s*(?:\\((.*)\\))?");
  private static final String GRAMMAR =
      "A head is comma-separated flatten, global_average_pooling, global_max_pooling,"
          + " dense(UNITS|classes[, ACTIVATION]), dropout(RATE); or keras-blog or keras-guide.";

  private final String spec;

  HeadGrammar(String spec) {
    this.spec = spec.strip();
  }

  Head read() {
    return switch (spec.toLowerCase(Locale.ROOT)) {
      case BLOG -> Head.kerasBlog();
      case GUIDE -> Head.kerasGuide();
      default -> new Head(split().stream().map(part -> layer(part.strip())).toList());
    };
  }

  /** Splits at the commas outside parentheses. */
  private List<String> split() {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int begin = 0;
    for (int i = 0; i < spec.length(); i++) {
      char c = spec.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth < 0 || depth > 1) {
        throw bad(spec.substring(begin, i + 1), "its parentheses do not match", "");
      }
      if (c == ',' && depth == 0) {
        parts.add(spec.substring(begin, i));
        begin = i + 1;
      }
    }
    if (depth != 0) {
      throw bad(spec.substring(begin), "its parentheses do not match", "");
    }
    parts.add(spec.substring(begin));
    return parts;
  }

  private HeadLayer layer(String part) {
    Matcher matcher = LAYER.matcher(part);
    if (!matcher.matches()) {
      throw bad(part, part.isEmpty() ? "a layer is missing" : "it is no layer", "");
    }
    String name = matcher.group(1).toLowerCase(Locale.ROOT);
    Optional<String> arguments = Optional.ofNullable(matcher.group(2)).map(String::strip);
    return switch (name) {
      case "flatten" -> plain(part, arguments, new HeadLayer.Flatten());
      case "global_average_pooling" -> plain(part, arguments, new HeadLayer.GlobalAveragePooling());
      case "global_max_pooling" -> plain(part, arguments, new HeadLayer.GlobalMaxPooling());
      case "dropout" -> dropout(part, arguments.orElse(""));
      case "dense" -> dense(part, arguments.orElse(""));
      default -> throw bad(part, "there is no such layer", near(name, LAYERS));
    };
  }

  private HeadLayer plain(String part, Optional<String> arguments, HeadLayer layer) {
    if (arguments.isPresent() && !arguments.get().isEmpty()) {
      throw bad(part, "it takes no arguments", "");
    }
    return layer;
  }

  private HeadLayer dropout(String part, String argument) {
    try {
      return new HeadLayer.Dropout(Float.parseFloat(argument));
    } catch (IllegalArgumentException e) {
      throw bad(part, "the rate must be a number in [0, 1)", "");
    }
  }

  private HeadLayer dense(String part, String arguments) {
    String[] given = arguments.split(",", -1);
    if (given.length > 2) {
      throw bad(part, "it takes units and an activation", "");
    }
    Optional<Activation> activation =
        given.length == 2 ? Optional.of(activation(part, given[1].strip())) : Optional.empty();
    String units = given[0].strip();
    try {
      return units.equalsIgnoreCase("classes")
          ? new HeadLayer.Classes(OptionalInt.empty(), activation)
          : new HeadLayer.Dense(Integer.parseInt(units), activation.orElse(Activation.LINEAR));
    } catch (NumberFormatException e) {
      throw bad(
          part, "the units must be a whole number or 'classes'", near(units, List.of("classes")));
    } catch (IllegalArgumentException e) {
      throw bad(part, e.getMessage(), "");
    }
  }

  private Activation activation(String part, String id) {
    return Activation.find(id)
        .orElseThrow(
            () ->
                bad(
                    part,
                    "there is no activation '" + id + "'",
                    near(id, Activation.ids())
                        + "Activations: "
                        + String.join(", ", Activation.ids())
                        + ". "));
  }

  private static String near(String received, List<String> known) {
    List<String> near = NearNames.of(received, known);
    return near.isEmpty() ? "" : "Did you mean '" + String.join("' or '", near) + "'? ";
  }

  private UsageException bad(String part, String why, String hint) {
    return new UsageException(
        "The head '" + spec + "' cannot be read at '" + part.strip() + "': " + why + ".",
        hint + GRAMMAR);
  }
}
