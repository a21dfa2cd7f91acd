package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.savedmodel.OpRegistry;

/** Ops that a model may hold, and that do not give the same answer each time. */
class StatefulOpsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RandomUniform",
        "StatelessShuffle",
        "FractionalMaxPool",
        "FractionalAvgPool",
        "SampleDistortedBoundingBoxV2",
        "ExtractGlimpseV2"
      })
  void theseDrawRandomNumbers(String op) {
    assertTrue(OpRegistry.names().contains(op));
    assertTrue(StatefulOps.isRandom(op));
    assertFalse(StatefulOps.isWriter(op));
  }

  @ParameterizedTest
  @ValueSource(strings = {"LookupTableInsertV2", "LookupTableImportV2"})
  void theseChangeTables(String op) {
    assertTrue(OpRegistry.names().contains(op));
    assertTrue(StatefulOps.isWriter(op));
    assertTrue(StatefulOps.isTableWriter(op));
    assertFalse(StatefulOps.isTableWriter("AssignVariableOp"));
  }

  @Test
  void whatReadsIsSteady() {
    for (String op : new String[] {"LookupTableFindV2", "ReadVariableOp", "MaxPool"}) {
      assertFalse(StatefulOps.isRandom(op) || StatefulOps.isWriter(op), op);
    }
  }
}
