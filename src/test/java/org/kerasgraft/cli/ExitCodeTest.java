package org.kerasgraft.cli;

import static java.util.Map.entry;
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
import org.kerasgraft.error.RunInterruptedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.error.TooManyRejectedException;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;

class ExitCodeTest {

  private static final Map<GraftException, Integer> CODES =
      Map.ofEntries(
          entry(new UsageException("p", "r"), 2),
          entry(new UnknownNameException("layer", "x", "m", List.of(), ""), 2),
          entry(new InvalidDataException("p", "r"), 65),
          entry(new InvalidModelException("p", "r"), 65),
          entry(new TrainingDivergedException("head", 1, 1, Double.NaN, 0.1), 65),
          entry(new MissingInputException("p", "r"), 66),
          entry(new CannotCreateException("p", "r"), 73),
          entry(new StorageException("p", "r"), 74),
          entry(new ModelRefusedException("p", "r"), 77),
          entry(new GateNotMetException(0.9, 0.8), 1),
          entry(new TooManyRejectedException("d", 1, 2, 3), 1),
          entry(new RunInterruptedException("p", "r"), 130));

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
  void aMappedFileThatLosesBytesIsAStorageFailure() {
    String fault = "a fault occurred in a recent unsafe memory access operation in compiled code";
    assertEquals(74, ExitCode.of(new InternalError(fault)).code());
    assertEquals(70, ExitCode.of(new InternalError("another")).code());
  }
}
