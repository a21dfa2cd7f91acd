package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.kerasgraft.error.GraftException;

/** Changes a copy of one model again and again and asks what became of it. */
final class MutationSweep {

  /** How a changed model was taken. */
  enum Outcome {
    /** By an error that a user can act on. */
    REFUSED,
    /** Accepted, and answers as the original. */
    HARMLESS,
    /** Accepted, and answers otherwise. */
    DIFFERENT,
    /** By anything but an error for users. */
    FAILED
  }

  /**
   * What became of one mutation.
   *
   * @param detail the error or the difference
   */
  record Result(Mutation mutation, Outcome outcome, String detail) {}

  private final Path model;
  private final Path array;
  private final Path scratch;
  private final Mutator mutator;
  private final ModelAnswers original;

  /**
   * Prepares.
   *
   * @param source a model; copied without its fingerprint, which would know every change
   * @param array rows of its input
   */
  MutationSweep(Path source, Path array, Path temporary) throws IOException {
    this.model = temporary.resolve("model");
    this.array = array;
    this.scratch = temporary.resolve("features");
    try (Stream<Path> tree = Files.walk(source)) {
      for (Path path : tree.sorted(Comparator.naturalOrder()).toList()) {
        if (!path.endsWith("fingerprint.pb")) {
          Files.copy(path, model.resolve(source.relativize(path)));
        }
      }
    }
    this.mutator = new Mutator(ModelFile.read(model.resolve("saved_model.pb")));
    this.original = ModelAnswers.of(model, array, scratch, null);
  }

  Mutation mutation(int number) {
    return mutator.mutate(number);
  }

  Result result(Mutation mutation) throws IOException {
    Files.write(model.resolve("saved_model.pb"), mutation.bytes());
    try {
      ModelAnswers answers = ModelAnswers.of(model, array, scratch, original.plan());
      String difference = answers.difference(original);
      return new Result(
          mutation, difference.isEmpty() ? Outcome.HARMLESS : Outcome.DIFFERENT, difference);
    } catch (GraftException e) {
      return new Result(mutation, Outcome.REFUSED, e.explain());
    } catch (ModelAnswers.Refusal e) {
      return new Result(mutation, Outcome.REFUSED, e.getMessage().strip());
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      String at = e.getStackTrace().length > 0 ? " at " + e.getStackTrace()[0] : "";
      return new Result(mutation, Outcome.FAILED, e + at);
    }
  }
}
