package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class LossScaleTest {

  /** make_optimizer_goldens.py makes the file. */
  @Test
  void followsKerasLossScaleOptimizer() throws IOException {
    JsonNode golden;
    try (InputStream in =
        LossScaleTest.class.getResourceAsStream("/golden/optimizers/loss_scale.json")) {
      golden = new ObjectMapper().readTree(in);
    }
    LossScale scale = new LossScale();
    assertEquals(12, golden.get("runs").size());
    for (int i = 0; i < golden.get("runs").size(); i++) {
      int run = golden.get("runs").get(i).asInt();
      steps(scale, Math.abs(run), run > 0);
      assertEquals((float) golden.get("scales").get(i).asDouble(), scale.value(), "run " + i);
    }
  }

  @Test
  void staysFiniteHoweverLongAllGoesWell() {
    LossScale scale = new LossScale();
    steps(scale, 2000 * 120, true);
    assertEquals(0x1p127f, scale.value());
    steps(scale, 1, false);
    assertEquals(0x1p126f, scale.value());
  }

  @Test
  void startsAnewAfterReset() {
    LossScale scale = new LossScale();
    steps(scale, 1999, true);
    scale.reset();
    steps(scale, 1999, true);
    assertEquals(32768, scale.value());
    steps(scale, 1, true);
    assertEquals(65536, scale.value());
  }

  private static void steps(LossScale scale, int count, boolean finite) {
    for (int i = 0; i < count; i++) {
      scale.after(finite);
    }
  }
}
