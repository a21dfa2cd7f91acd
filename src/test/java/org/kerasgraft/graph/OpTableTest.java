package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.OpDef;

/** With {@code -Dgraft.writeDocs=true} the table is written anew, for a new TensorFlow. */
class OpTableTest {

  private static final Path TABLE = Path.of("src/main/resources/org/kerasgraft/graph/ops.txt");

  @Test
  void theTableIsThatOfTheRegistry() throws IOException {
    List<String> registered =
        TensorFlow.registeredOpList().getOpList().stream()
            .filter(op -> !op.getName().startsWith("_"))
            .map(OpTableTest::line)
            .sorted()
            .toList();
    if (Boolean.getBoolean("graft.writeDocs")) {
      Files.write(TABLE, registered);
    }
    assertEquals(registered, Files.readAllLines(TABLE));
    assertEquals(registered, OpTable.lines());
  }

  private static String line(OpDef op) {
    String results =
        op.getOutputArgList().stream().map(OpTableTest::result).collect(Collectors.joining(" "));
    String attributes =
        op.getAttrList().stream().map(OpDef.AttrDef::getName).collect(Collectors.joining(" "));
    return op.getName() + "|" + results + "|" + attributes;
  }

  private static String result(OpDef.ArgDef result) {
    String count = result.getNumberAttr() + result.getTypeListAttr();
    return result.getName() + (count.isEmpty() ? "" : "*" + count);
  }
}
