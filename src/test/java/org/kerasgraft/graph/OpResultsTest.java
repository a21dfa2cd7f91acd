package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.OpDef;

class OpResultsTest {

  @Test
  void theTableIsThatOfTheRegistry() {
    List<String> registered =
        TensorFlow.registeredOpList().getOpList().stream()
            .filter(op -> op.getOutputArgCount() > 1 && !op.getName().startsWith("_"))
            .map(OpResultsTest::line)
            .sorted()
            .toList();
    assertEquals(registered, OpResults.lines().stream().sorted().toList());
  }

  private static String line(OpDef op) {
    return op.getName()
        + op.getOutputArgList().stream()
            .map(
                result ->
                    " "
                        + result.getName()
                        + (result.getNumberAttr().isEmpty() ? "" : "*" + result.getNumberAttr())
                        + (result.getTypeListAttr().isEmpty()
                            ? ""
                            : "*" + result.getTypeListAttr()))
            .collect(Collectors.joining());
  }
}
