package org.kerasgraft.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    for (String option : List.of("preprocessing", "image-size")) {
      if (arguments.has(option)) {
        throw new UsageException(
            "--" + option + " is given with --input.",
            "Rows of an array are fed as they are; leave it out.");
      }
    }
    return new Rows(input.get(), labels);
  }
}
