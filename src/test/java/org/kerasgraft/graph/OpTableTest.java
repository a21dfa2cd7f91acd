package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kerasgraft.savedmodel.OpRegistry;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.OpDef;

/** With {@code -Dgraft.writeDocs=true} the table is written anew, for a new TensorFlow. */
class OpTableTest {

  private static final Path TABLE = Path.of("src/main/resources/org/kerasgraft/savedmodel/ops.txt");

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
    assertEquals(registered, OpRegistry.lines());
  }

  private static String line(OpDef op) {
    return op.getName()
        + "|"
        + op.getOutputArgList().stream().map(OpTableTest::argument).collect(Collectors.joining(" "))
        + "|"
        + op.getAttrList().stream().map(OpTableTest::attribute).collect(Collectors.joining(" "))
        + "|"
        + op.getInputArgList().stream().map(OpTableTest::argument).collect(Collectors.joining(" "));
  }

  private static String argument(OpDef.ArgDef argument) {
    String type =
        argument.getTypeAttr().isEmpty()
            ? argument.getTypeListAttr().isEmpty()
                ? argument.getType().name().substring(3)
                : "*" + argument.getTypeListAttr()
            : "$" + argument.getTypeAttr();
    String count = argument.getNumberAttr().isEmpty() ? "" : argument.getNumberAttr() + "*";
    return argument.getName() + "=" + count + type;
  }

  private static String attribute(OpDef.AttrDef attribute) {
    StringBuilder text = new StringBuilder(attribute.getName() + ":" + attribute.getType());
    if (attribute.hasDefaultValue()) {
      AttrValue value = attribute.getDefaultValue();
      text.append('=')
          .append(
              switch (attribute.getType()) {
                case "type" -> value.getType().name().substring(3);
                case "int" -> Long.toString(value.getI());
                default -> "";
              });
    }
    AttrValue.ListValue allowed = attribute.getAllowedValues().getList();
    if (allowed.getTypeCount() + allowed.getSCount() > 0) {
      text.append('{')
          .append(
              Stream.concat(
                      allowed.getTypeList().stream().map(t -> t.name().substring(3)),
                      allowed.getSList().stream().map(ByteString::toStringUtf8))
                  .collect(Collectors.joining(",")))
          .append('}');
    }
    return text + (attribute.getHasMinimum() ? ">=" + attribute.getMinimum() : "");
  }
}
