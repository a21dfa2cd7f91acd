package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GateNotMetException;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;

class ExitCodeTest {

  private static final Map<GraftException, Integer> CODES =
      Map.of(
          new UsageException("p", "r"), 2,
          new UnknownNameException("layer", "x", "m", List.of(), ""), 2,
          new InvalidDataException("p", "r"), 65,
          new InvalidModelException("p", "r"), 65,
          new TrainingDivergedException("head", 1, 1, Double.NaN, 0.1), 65,
          new MissingInputException("p", "r"), 66,
          new CannotCreateException("p", "r"), 73,
          new StorageException("p", "r"), 74,
          new ModelRefusedException("p", "r"), 77,
          new GateNotMetException(0.9, 0.8), 1);

  @Test
  void everyErrorTypeHasItsCode() {
    CODES.forEach((error, code) -> assertEquals(code, ExitCode.of(error).code(), error.toString()));
    assertEquals(
        Stream.of(GraftException.class.getPermittedSubclasses()).collect(Collectors.toSet()),
        CODES.keySet().stream().map(Object::getClass).collect(Collectors.toSet()));
  }

  @Test
  void anythingElseIsInternal() {
    assertEquals(70, ExitCode.of(new IllegalStateException("x")).code());
    assertEquals(70, ExitCode.of(new OutOfMemoryError("x")).code());
  }

  @Test
  void interruptionHasTheShellsCode() {
    assertEquals(130, ExitCode.of(new InterruptedException()).code());
  }
}
