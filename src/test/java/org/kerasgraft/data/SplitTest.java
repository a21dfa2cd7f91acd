package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.error.UsageException;

/**
 * The lists are NumPy's, made once with
 *
 * <pre>{@code
 * rows = list(range(n)); numpy.random.RandomState(seed).shuffle(rows)
 * v = int(fraction * n); print(rows[:-v], rows[-v:])
 * }</pre>
 */
class SplitTest {

  @ParameterizedTest
  @CsvSource({
    "10, 0.2, 0, 2 8 4 9 1 6 7 3, 0 5",
    "7, 0.3, 1337, 6 2 1 3 0, 4 5",
    "25, 0.2, 123, 5 21 22 18 15 8 7 11 4 3 24 12 16 9 14 20 0 1 10 19, 17 6 23 2 13",
    "5, 0.5, 4294967295, 4 1 0, 2 3"
  })
  void rowsAreChosenAsKerasDoes(
      int count, double fraction, long seed, String training, String validation) {
    Split split = Split.of(count, fraction, seed);
    assertArrayEquals(numbers(training), split.training());
    assertArrayEquals(numbers(validation), split.validation());
  }

  @Test
  void aThousandRowsNeedMoreThanOneRefill() {
    int[] rows = new NumpyRandom(42).shuffled(1000);
    assertArrayEquals(new int[] {521, 737, 740, 660, 411, 678, 626, 513}, Arrays.copyOf(rows, 8));
    assertArrayEquals(
        new int[] {20, 700, 71, 106, 270, 860, 435, 102}, Arrays.copyOfRange(rows, 992, 1000));
    long checksum = 0;
    for (int i = 0; i < rows.length; i++) {
      checksum += (i + 1L) * rows[i];
    }
    assertEquals(873_546, checksum % 1_000_003);
  }

  @Test
  void theGeneratorGivesNumpysBits() {
    // numpy.random.RandomState(0).randint(0, 2**32, 3, dtype="uint32")
    NumpyRandom random = new NumpyRandom(0);
    assertEquals(2_357_136_044L, Integer.toUnsignedLong(random.nextBits()));
    assertEquals(2_546_248_239L, Integer.toUnsignedLong(random.nextBits()));
    assertEquals(3_071_714_933L, Integer.toUnsignedLong(random.nextBits()));
  }

  @ParameterizedTest
  @CsvSource({"4, 0.2, 0", "1, 0.5, 0", "10, 0, 0", "10, 1, 0", "10, NaN, 0", "10, 0.5, -1"})
  void aSplitThatLeavesASideEmptyOrIsOutOfRangeIsRefused(int count, double fraction, long seed) {
    assertThrows(UsageException.class, () -> Split.of(count, fraction, seed));
  }

  private static int[] numbers(String text) {
    return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
  }
}
