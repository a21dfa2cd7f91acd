package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearNamesTest {

  private static final List<String> LAYERS =
      List.of("block5_conv1", "block5_conv2", "block5_pool", "flatten", "fc1", "predictions");

  @ParameterizedTest
  @CsvSource({"block5_pol, block5_pool", "FLATEN, flatten", "prediction, predictions", "fc, fc1"})
  void theMostLikelyNameComesFirst(String received, String meant) {
    assertEquals(meant, NearNames.of(received, LAYERS).get(0));
  }

  @Test
  void namesThatContainTheReceivedOneAreNear() {
    assertEquals(List.of("block5_pool"), NearNames.of("pool", LAYERS));
  }

  @Test
  void nothingIsNearToSomethingElse() {
    assertEquals(List.of(), NearNames.of("zzzzzz", LAYERS));
    assertEquals(List.of(), NearNames.of("anything", List.of()));
  }

  @Test
  void equallyNearNamesAreSortedAndAtMostFive() {
    List<String> known = List.of("c7", "c6", "c5", "c4", "c3", "c2", "c1", "c1");
    assertEquals(List.of("c1", "c2", "c3", "c4", "c5"), NearNames.of("c0", known));
  }

  @ParameterizedTest
  @CsvSource({"kitten, sitting, 3", "'', abc, 3", "abc, '', 3", "same, same, 0", "ab, ba, 2"})
  void theDistanceIsLevenshteins(String a, String b, int distance) {
    assertEquals(distance, NearNames.distance(a, b));
  }
}
