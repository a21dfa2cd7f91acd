package org.kerasgraft.error;

import java.util.List;

/** A name that matches nothing: a layer, a variable pattern, a signature, a command, an option. */
public final class UnknownNameException extends GraftException {

  private static final long serialVersionUID = 1L;

  private final String kind;
  private final String name;
  private final transient List<String> near;

  /**
   * Creates the exception.
   *
   * @param kind what was looked for: "layer", "signature", …
   * @param name the name received
   * @param place where it was looked for, for example a model's path
   * @param near up to five near names, best first; may be empty
   * @param known how to see, or what are, all the names, as a sentence
   */
  public UnknownNameException(
      String kind, String name, String place, List<String> near, String known) {
    super("No " + kind + " '" + name + "' in " + place + ".", hint(near) + known, null);
    this.kind = kind;
    this.name = name;
    this.near = List.copyOf(near);
  }

  private static String hint(List<String> near) {
    if (near.isEmpty()) {
      return "";
    }
    return "Did you mean '" + String.join("' or '", near) + "'? ";
  }

  /**
   * What was looked for.
   *
   * @return for example "layer"
   */
  public String kind() {
    return kind;
  }

  /**
   * The name received.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * The near names.
   *
   * @return up to five, best first; never null
   */
  public List<String> near() {
    return near == null ? List.of() : near;
  }
}
