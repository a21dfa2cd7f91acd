package org.kerasgraft.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.error.UsageException;

/** What a command works on: images, or the rows of an array. */
sealed interface InputChoice {

  /**
   * Images.
   *
   * @param paths one folder, or files
   */
  record Images(List<Path> paths) implements InputChoice {
    /** Copies. */
    public Images {
      paths = List.copyOf(paths);
    }

    /** The folder, where one is expected. */
    Path folder() {
      return paths.get(0);
    }

    /** Whether single files are given; several paths must be. */
    boolean areFiles() {
      for (Path path : paths) {
        if (paths.size() > 1 && Files.isDirectory(path)) {
          throw new UsageException(
              "--images names " + paths.size() + " paths, of which '" + path + "' is a folder.",
              "Give one folder, or files.");
        }
      }
      return paths.size() > 1 || Files.isRegularFile(folder());
    }
  }

  /**
   * An array.
   *
   * @param input a {@code .npy} file
   * @param labels a {@code .npy} file of class numbers
   */
  record Rows(Path input, Optional<Path> labels) implements InputChoice {}

  /**
   * Arrays by the names of the model's inputs.
   *
   * @param inputs name to {@code .npy} file, in the order given
   */
  record NamedRows(Map<String, Path> inputs) implements InputChoice {}

  /** What to do where a command takes one array and is given more. */
  String ONE_ARRAY =
      "Give one array, X.npy. A model with several inputs gives features: 'graft features --input"
          + " NAME=X.npy …', once for each.";

  /** The same, with {@code --input NAME=X.npy} once for each input of the model, too. */
  static InputChoice ofSeveral(Arguments arguments) {
    List<Path> given = arguments.paths("input");
    boolean plain =
        given.isEmpty() || (given.size() == 1 && !isNamed(given.get(0))) || arguments.has("images");
    if (plain) {
      return of(arguments, false);
    }
    refusePixelOptions(arguments);
    Map<String, Path> inputs = new LinkedHashMap<>();
    for (Path each : given) {
      if (!isNamed(each)) {
        throw new UsageException(
            "--input is given several times, '" + each + "' without a name.",
            "Give NAME=X.npy for each input of the model; graft inspect shows their names.");
      }
      String text = each.toString();
      String name = text.substring(0, text.indexOf('='));
      if (inputs.put(name, Path.of(text.substring(name.length() + 1))) != null) {
        throw new UsageException("--input names '" + name + "' twice.", "Give it once.");
      }
    }
    return new NamedRows(inputs);
  }

  /** A file that is there is a file, whatever its name. */
  private static boolean isNamed(Path given) {
    int equals = given.toString().indexOf('=');
    return equals > 0 && equals < given.toString().length() - 1 && !Files.exists(given);
  }

  /** Reads {@code --images}, {@code --input} and, where a command has it, {@code --labels}. */
  static InputChoice of(Arguments arguments, boolean labelled) {
    boolean images = arguments.has("images");
    Optional<Path> input = arguments.path("input");
    Optional<Path> labels = labelled ? arguments.path("labels") : Optional.empty();
    if (images && input.isPresent()) {
      throw new UsageException("--images and --input are both given.", "Give one of them.");
    }
    if (images && labels.isPresent()) {
      throw new UsageException(
          "--labels is given with --images.", "Images have their folders' names for labels.");
    }
    if (images) {
      return new Images(arguments.paths("images"));
    }
    if (input.isEmpty()) {
      throw arguments.missing("--images or --input");
    }
    if (labelled && labels.isEmpty()) {
      throw arguments.missing("--labels");
    }
    if (isNamed(input.get())) {
      throw new UsageException(
          "--input was '" + input.get() + "', which names one of several inputs.", ONE_ARRAY);
    }
    refusePixelOptions(arguments);
    return new Rows(input.get(), labels);
  }

  private static void refusePixelOptions(Arguments arguments) {
    for (String option : List.of("preprocessing", "image-size")) {
      if (arguments.has(option)) {
        throw new UsageException(
            "--" + option + " is given with --input.",
            "Rows of an array are fed as they are; leave it out.");
      }
    }
  }
}
