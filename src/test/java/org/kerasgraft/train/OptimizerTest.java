package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;

class OptimizerTest {

  @Test
  void defaultsAreKeras() {
    assertEquals(new Optimizer.Sgd(0.1, 0, false), Optimizer.sgd(0.1));
    assertEquals(new Optimizer.Sgd(0.1, 0.9, false), Optimizer.sgd(0.1, 0.9));
    assertEquals(new Optimizer.RmsProp(0.1, 0.9, 0, 1e-7), Optimizer.rmsProp(0.1));
    assertEquals(new Optimizer.Adam(0.1, 0.9, 0.999, 1e-7), Optimizer.adam(0.1));
  }

  @Test
  void namesAreReadInAnyCase() {
    assertEquals(Optimizer.sgd(0.1, 0.9), Optimizer.parse("SGD", 0.1, OptionalDouble.of(0.9)));
    assertEquals(Optimizer.sgd(0.1), Optimizer.parse("sgd", 0.1, OptionalDouble.empty()));
    assertEquals(Optimizer.rmsProp(0.1), Optimizer.parse("RMSprop", 0.1, OptionalDouble.empty()));
    assertEquals(Optimizer.adam(0.1), Optimizer.parse(" adam ", 0.1, OptionalDouble.empty()));
    for (Optimizer o : List.of(Optimizer.sgd(1), Optimizer.rmsProp(1), Optimizer.adam(1))) {
      assertEquals(o, Optimizer.parse(o.id(), 1, OptionalDouble.empty()));
    }
  }

  @Test
  void wordsAreForReaders() {
    assertEquals(
        "RMSprop, learning rate 0.001, rho 0.9, epsilon 1e-7", Optimizer.rmsProp(1e-3).describe());
    assertEquals("SGD, learning rate 0.0001, momentum 0.9", Optimizer.sgd(1e-4, 0.9).describe());
    assertEquals(
        "SGD, learning rate 1, momentum 0, Nesterov", new Optimizer.Sgd(1, 0, true).describe());
    assertEquals(
        "Adam, learning rate 2.5e-5, beta_1 0.9, beta_2 0.999, epsilon 1e-7",
        Optimizer.adam(2.5e-5).describe());
  }

  @Test
  void anUnknownNameListsNearOnes() {
    UnknownNameException e =
        assertThrows(
            UnknownNameException.class,
            () -> Optimizer.parse("rmspop", 0.1, OptionalDouble.empty()));
    assertEquals(List.of("rmsprop"), e.near());
  }

  @Test
  void momentumIsOnlyForSgd() {
    assertThrows(UsageException.class, () -> Optimizer.parse("adam", 0.1, OptionalDouble.of(0.9)));
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(
          UsageException.class, () -> Optimizer.parse("sgd", rate, OptionalDouble.empty()));
      assertThrows(IllegalArgumentException.class, () -> Optimizer.adam(rate));
    }
    assertThrows(IllegalArgumentException.class, () -> Optimizer.sgd(0.1, 1.1));
    assertThrows(IllegalArgumentException.class, () -> new Optimizer.RmsProp(0.1, 1, 0, 1e-7));
    assertThrows(IllegalArgumentException.class, () -> new Optimizer.RmsProp(0.1, .9, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Optimizer.Adam(0.1, .9, 1, 1e-7));
  }
}
