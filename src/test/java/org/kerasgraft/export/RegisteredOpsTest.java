package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** Nodes are reduced to what every TensorFlow accepts, and outputs named as functions name them. */
class RegisteredOpsTest {

  @Test
  void defaultsPrivateAttributesAndDevicesAreStripped() {
    NodeDef node =
        Attributes.node("MatMul", "m", "a", "b")
            .setDevice("/device:CPU:0")
            .putAttr("T", Attributes.type(DataType.DT_FLOAT))
            .putAttr("transpose_a", Attributes.bool(false))
            .putAttr("transpose_b", Attributes.bool(true))
            .putAttr("_output_shapes", Attributes.bool(true))
            .build();
    NodeDef stripped = RegisteredOps.stripped(node);
    assertEquals(Set.of("T", "transpose_b"), stripped.getAttrMap().keySet());
    assertEquals("", stripped.getDevice());
    assertEquals(node.getInputList(), stripped.getInputList());
  }

  @ParameterizedTest
  @CsvSource({"0,n:output:0", "1,n:output:1", "2,n:output:2"})
  void outputsOfOneListAreCountedWithinIt(int index, String expected) {
    NodeDef split =
        Attributes.node("Split", "n", "axis", "x")
            .putAttr("num_split", Attributes.integer(3))
            .build();
    assertEquals(expected, RegisteredOps.outputInFunction(split, index));
  }

  @ParameterizedTest
  @CsvSource({"0,n:y:0", "1,n:batch_mean:0", "2,n:batch_variance:0"})
  void outputsWithNamesOfTheirOwnAreNamed(int index, String expected) {
    NodeDef norm = Attributes.node("FusedBatchNormV3", "n").build();
    assertEquals(expected, RegisteredOps.outputInFunction(norm, index));
  }

  @Test
  void unknownOpsAndOutputsAreErrors() {
    NodeDef relu = Attributes.node("Relu", "r", "x").build();
    assertThrows(IllegalArgumentException.class, () -> RegisteredOps.outputInFunction(relu, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> RegisteredOps.stripped(Attributes.node("NoSuchOp", "n").build()));
  }

  @ParameterizedTest
  @CsvSource({"a/b,a/b,0", "a/b:2,a/b,2", "^a/b,a/b,-1"})
  void inputsAreReadAndWritten(String text, String node, int index) {
    TensorRef ref = TensorRef.parse(text);
    assertEquals(new TensorRef(node, index), ref);
    assertEquals(text, ref.inGraph());
  }
}
