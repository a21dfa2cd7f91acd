package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Changes a copy of one model again and again. */
final class MutationSweep {

  private final Path model;
  private final Mutator mutator;

  /**
   * Prepares.
   *
   * @param source a model; copied without its fingerprint, which would know every change
   */
  MutationSweep(Path source, Path temporary) throws IOException {
    this.model = temporary.resolve("model");
    try (Stream<Path> tree = Files.walk(source)) {
      for (Path path : tree.toList()) {
        if (!path.endsWith("fingerprint.pb")) {
          Files.copy(path, model.resolve(source.relativize(path)));
        }
      }
    }
    this.mutator = new Mutator(ModelFile.read(model.resolve("saved_model.pb")));
  }

  Mutation mutation(int number) {
    return mutator.mutate(number);
  }

  CommandRun inspect(Mutation mutation) throws IOException {
    Files.write(model.resolve("saved_model.pb"), mutation.bytes());
    return CommandRun.of("inspect", model.toString());
  }
}
