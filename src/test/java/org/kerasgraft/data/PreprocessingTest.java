package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

class PreprocessingTest {

  private static final float[] PIXELS = {
    0, 0, 0, 255, 255, 255, 10, 100.5f, 200.25f, 1, 254, 127.3f
  };

  /** Bits of what keras.applications.imagenet_utils.preprocess_input (3.15.1) makes of PIXELS. */
  private static final int[] KERAS_CAFFE = {
    0xc2cfe0c5,
    0xc2e98ed9,
    0xc2f75c29,
    0x43170f9e,
    0x430a3894,
    0x430351ec,
    0x42c09f3b,
    0xc1823b64,
    0xc2e35c29,
    0x41bae354,
    0x43093894,
    0xc2f55c29
  };

  private static final int[] KERAS_TF = {
    0xbf800000,
    0xbf800000,
    0xbf800000,
    0x3f800000,
    0x3f800000,
    0x3f800000,
    0xbf6bebec,
    0xbe58d8d8,
    0x3f121212,
    0xbf7dfdfe,
    0x3f7dfdfe,
    0xbacd9a00
  };

  private static final int[] KERAS_TORCH = {
    0xc0078bbd,
    0xc0024924,
    0xbfe6f809,
    0x400fee1d,
    0x401b6db7,
    0x4028f5c3,
    0xbff92c0a,
    0xbe8d7203,
    0x3fd7c6b6,
    0xc006732b,
    0x401a4ee0,
    0x3ed41e16
  };

  @ParameterizedTest
  @EnumSource(Preprocessing.class)
  void everyModeIsKerasBitForBit(Preprocessing mode) {
    Network spliced = mode.splice(SmallNetwork.of(-1, 2, 2, 3).with("input", "a"));
    float[] expected = new float[PIXELS.length];
    for (int i = 0; i < expected.length; i++) {
      expected[i] =
          switch (mode) {
            case CAFFE -> Float.intBitsToFloat(KERAS_CAFFE[i]);
            case TF -> Float.intBitsToFloat(KERAS_TF[i]);
            case TORCH -> Float.intBitsToFloat(KERAS_TORCH[i]);
            case SCALE_0_1 -> PIXELS[i] / 255f;
            case NONE -> PIXELS[i];
          };
    }
    assertArrayEquals(expected, run(spliced, "y:0"), 0f);
  }

  @Test
  void theModelsOwnPlaceholderGivesWayToImages() {
    Network before = SmallNetwork.of(-1, 2, 2, 3).with("input", "a");
    Network after = Preprocessing.CAFFE.splice(before);
    List<String> nodes =
        after.graph().graphDef().getNodeList().stream().map(NodeDef::getName).toList();
    assertEquals("images", nodes.get(0));
    assertFalse(nodes.contains("x"), nodes::toString);
    assertEquals(List.of("images"), List.copyOf(after.graph().inputs().keySet()));
    assertArrayEquals(
        new long[] {-1, 2, 2, 3}, after.graph().inputs().get("images").shape().asArray());
    assertEquals("y:0", after.graph().outputs().get("output").tensor());
    assertEquals("preprocessing/centred:0", after.graph().outputs().get("echo").tensor());
    assertEquals("preprocessing/centred:0", after.layers().get(0).output());
    assertEquals("y:0", after.layers().get(1).output());
    assertEquals("x:0", before.layers().get(0).output());
  }

  @ParameterizedTest
  @ValueSource(strings = {"images", "preprocessing/mean", "y_1"})
  void placeholdersOfAnyNameAreReplaced(String name) {
    Network after = Preprocessing.TF.splice(SmallNetwork.of(-1, 2, 2, 3).named(name).with("i"));
    assertEquals(KERAS_TF[6], Float.floatToRawIntBits(run(after, "y:0")[6]));
    assertEquals("images:0", after.graph().inputs().get("images").tensor());
  }

  @Test
  void anOpenSizeIsFixedAndAFixedOneIsNotChanged() {
    Network open = SmallNetwork.of(-1, -1, -1, 3).with("input");
    Network fixed = new ImageInput(Preprocessing.NONE, new ImageSize(5, 7)).splice(open);
    assertArrayEquals(
        new long[] {-1, 5, 7, 3}, fixed.graph().inputs().get("images").shape().asArray());
    Network own = SmallNetwork.of(-1, 2, 2, 3).with("input");
    ImageSize other = new ImageSize(3, 2);
    UsageException e =
        assertThrows(UsageException.class, () -> Preprocessing.TF.splice(own, other));
    assertTrue(e.getMessage().contains("3x2") && e.getMessage().contains("2x2"), e.getMessage());
  }

  @Test
  void whatTakesNoRgbImagesIsRefused() {
    Network grey = SmallNetwork.of(-1, 2, 2, 1).with("input");
    Network flat = SmallNetwork.of(-1, 12).with("input");
    Network bytes = SmallNetwork.of(-1, 2, 2, 3).typed(DataType.DT_UINT8).with("input");
    for (Network network : List.of(grey, flat, bytes)) {
      assertThrows(ModelRefusedException.class, () -> Preprocessing.NONE.splice(network));
    }
  }

  @Test
  void modesAreReadByIdAndTyposGetNearNames() {
    for (Preprocessing mode : Preprocessing.values()) {
      assertEquals(mode, Preprocessing.parse(mode.id()));
    }
    assertEquals(Preprocessing.CAFFE, Preprocessing.parse("Caffe"));
    UnknownNameException e =
        assertThrows(UnknownNameException.class, () -> Preprocessing.parse("cafe"));
    assertEquals("caffe", e.near().get(0));
  }

  private static float[] run(Network network, String tensor) {
    try (Graph graph = new Graph()) {
      graph.importGraphDef(network.graph().graphDef());
      String input = network.graph().inputs().get("images").tensor();
      try (Session session = new Session(graph);
          TFloat32 feed = TFloat32.tensorOf(Shape.of(1, 2, 2, 3), DataBuffers.of(PIXELS));
          Result result = session.runner().feed(input, feed).fetch(tensor).run()) {
        float[] values = new float[PIXELS.length];
        ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(values);
        return values;
      }
    }
  }
}
