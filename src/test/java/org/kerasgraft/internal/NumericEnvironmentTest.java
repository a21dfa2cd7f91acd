package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What of the environment changes the last bits. */
class NumericEnvironmentTest {

  @Test
  void settingsOfKernelsAreListedByName() {
    assertEquals(
        "ONEDNN_MAX_CPU_ISA=SSE41 TF_ENABLE_ONEDNN_OPTS=0",
        NumericEnvironment.text(
            Map.of(
                "TF_ENABLE_ONEDNN_OPTS", "0",
                "ONEDNN_MAX_CPU_ISA", "SSE41",
                "ONEDNN_VERBOSE", "1",
                "HOME", "/")));
  }

  @Test
  void noneIsTheDefault() {
    assertEquals("default", NumericEnvironment.text(Map.of("PATH", "/bin")));
  }
}
