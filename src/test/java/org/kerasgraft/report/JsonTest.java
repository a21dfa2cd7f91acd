package org.kerasgraft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

  private static final String ODD = "e\u001b \u007f \u009b2J \u202e \u2028 \u200d \udb40\udc41";

  @Test
  void whatSteersATerminalIsEscapedAndComesBack() throws IOException {
    for (String json : List.of(Json.line(Map.of(ODD, ODD)), Json.pretty(Map.of(ODD, ODD)))) {
      assertTrue(json.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f)), json);
      assertEquals(ODD, new ObjectMapper().readTree(json).get(ODD).textValue());
    }
  }

  @Test
  void ordinaryLettersStay() {
    assertEquals("[\"Bär \ud83d\udc3b 猫\"]", Json.line(List.of("Bär \ud83d\udc3b 猫")));
  }
}
