package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.DataType;

/** Every op through which gradients may flow has TensorFlow's right one, in the forms in use. */
class DifferentiableOpsTest {

  /** No computation of their own. */
  private static final Set<String> TRANSPARENT = Set.of("Cast", "ReadVariableOp");

  @Test
  void everyOpOfTheTableIsCompared() {
    Set<String> left = new TreeSet<>(Backpropagation.differentiable());
    left.removeAll(TRANSPARENT);
    cases().forEach(c -> left.remove(c.op()));
    assertEquals(Set.of(), left);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theGradientIsThatOfFiniteDifferences(FiniteDifferences differences) {
    double difference = differences.difference();
    assertTrue(difference <= differences.tolerance(), differences + " differs by " + difference);
  }

  static List<FiniteDifferences> cases() {
    List<FiniteDifferences> cases = new ArrayList<>();
    elementwise(cases);
    reductions(cases);
    products(cases);
    moved(cases);
    gathered(cases);
    images(cases);
    resized(cases);
    return cases;
  }

  private static FiniteDifferences of(String op) {
    return FiniteDifferences.of(op);
  }

  private static String[] words(String text) {
    return text.split(" ");
  }

  private static long[] longs(long... values) {
    return values;
  }

  private static void elementwise(List<FiniteDifferences> cases) {
    for (String op :
        words(
            "Relu Relu6 LeakyRelu Elu Selu Softplus Softsign Abs Neg Square Exp Expm1 Sin Cos Tan"
                + " Sinh Cosh Tanh Atan Asinh Sigmoid Erf Identity L2Loss Softmax")) {
      cases.add(of(op).x(3, 4).between(-3, 8));
    }
    for (String op : words("Sqrt Rsqrt Log Log1p Reciprocal Inv Lgamma")) {
      cases.add(of(op).x(3, 4).between(0.2, 3));
    }
    for (String op : words("Erfinv Asin Acos Atanh")) {
      cases.add(of(op).x(3, 4).between(0.2, 0.9));
    }
    cases.add(of("Acosh").x(3, 4).between(1.2, 3));
    for (String op :
        words("Add AddV2 Sub Mul Div RealDiv DivNoNan SquaredDifference Pow Maximum Minimum")) {
      cases.add(of(op).note("broadcast").x(3, 1, 4).x(2, 4).between(0.3, 2));
      cases.add(of(op).note("scalar").x(3, 4).x().between(0.3, 2));
    }
    cases.add(of("Softmax").note("of planes").x(2, 3, 2, 4));
    cases.add(of("LogSoftmax").x(3, 4));
    cases.add(of("AddN").list(3).x(2, 3).x(2, 3).x(2, 3).set("N", 3L));
    boolean[] some = {true, false, true};
    cases.add(of("Select").with(some).x(3, 2).x(3, 2));
    cases.add(of("SelectV2").with(some).x(2, 3).x());
    cases.add(of("ClipByValue").x(3, 4).with(-1.0).with(1.0));
    cases.add(of("CheckNumerics").x(3, 4).set("message", "m"));
    cases.add(of("BiasAdd").x(2, 3, 3, 4).x(4));
    cases.add(of("BiasAdd").note("NCHW").x(2, 4, 3, 3).x(4).set("data_format", "NCHW"));
    cases.add(of("LRN").single().x(2, 3, 3, 6));
  }

  private static void reductions(List<FiniteDifferences> cases) {
    for (String op : words("Sum Mean Max Min Prod")) {
      for (boolean keep : new boolean[] {false, true}) {
        cases.add(of(op).note("of two").x(2, 3, 4).with(new int[] {1, 2}).set("keep_dims", keep));
        cases.add(of(op).note("of last").x(2, 3, 4).with(new int[] {-1}).set("keep_dims", keep));
      }
      cases.add(of(op).note("of first").x(2, 3, 4).with(0));
    }
    for (boolean reverse : new boolean[] {false, true}) {
      cases.add(of("Cumsum").x(2, 4).with(1).set("exclusive", reverse).set("reverse", reverse));
    }
    int[] segments = {0, 0, 1, 2};
    cases.add(of("SegmentSum").x(4, 3).with(segments));
    for (String op : words("UnsortedSegmentSum UnsortedSegmentMax UnsortedSegmentMin")) {
      cases.add(of(op).x(4, 3).with(new int[] {0, 2, 0, 1}).with(3));
    }
  }

  private static void products(List<FiniteDifferences> cases) {
    for (boolean left : new boolean[] {false, true}) {
      for (boolean right : new boolean[] {false, true}) {
        String note = left + " " + right;
        long[] a = left ? longs(3, 2) : longs(2, 3);
        long[] b = right ? longs(4, 3) : longs(3, 4);
        cases.add(
            of("MatMul").note(note).x(a).x(b).set("transpose_a", left).set("transpose_b", right));
        for (String op : words("BatchMatMul BatchMatMulV2 BatchMatMulV3")) {
          cases.add(batched(op, left, right).note(note).x(2, a[0], a[1]).x(2, b[0], b[1]));
        }
        for (String op : words("BatchMatMulV2 BatchMatMulV3")) {
          cases.add(
              batched(op, left, right).note("broadcast").x(2, 1, a[0], a[1]).x(5, b[0], b[1]));
        }
      }
    }
    cases.add(einsum("abc,cde->abde").x(2, 3, 4).x(4, 2, 3));
    cases.add(einsum("aecd,abcd->acbe").x(2, 3, 2, 4).x(2, 5, 2, 4));
    cases.add(einsum("...x,xy->...y").x(2, 3, 4).x(4, 5));
  }

  private static FiniteDifferences einsum(String equation) {
    return of("Einsum").note(equation).list(2).set("equation", equation);
  }

  private static FiniteDifferences batched(String op, boolean left, boolean right) {
    FiniteDifferences product = of(op).set("adj_x", left).set("adj_y", right);
    if (op.endsWith("V3")) {
      for (String type : words("Ta Tb Tout")) {
        product.set(type, DataType.DT_DOUBLE);
      }
    }
    return product;
  }

  private static void moved(List<FiniteDifferences> cases) {
    int[][] edges = {{1, 0}, {2, 1}};
    cases.add(of("Reshape").x(2, 6).with(new int[] {3, 4}));
    cases.add(of("ExpandDims").x(2, 6).with(1));
    cases.add(of("Squeeze").x(2, 1, 3).set("squeeze_dims", longs(1)));
    cases.add(of("Transpose").x(2, 3, 4).with(new int[] {2, 0, 1}));
    cases.add(of("Pack").list(2).x(2, 3).x(2, 3).set("axis", 1L));
    cases.add(of("Unpack").x(2, 3).set("num", 3L).set("axis", 1L).outputs(3));
    cases.add(of("Split").with(1).x(2, 4).set("num_split", 2L).outputs(2));
    cases.add(of("SplitV").x(2, 4).with(new int[] {1, 3}).with(1).set("num_split", 2L).outputs(2));
    cases.add(of("ConcatV2").note("last axis").list(3).x(2, 3).x(2, 1).x(2, 2).with(-1));
    cases.add(of("Tile").x(2, 3).with(new int[] {2, 3}));
    cases.add(of("BroadcastTo").x(2, 1).with(new int[] {3, 2, 4}));
    cases.add(of("Fill").with(new int[] {2, 3}).x());
    cases.add(of("Pad").x(2, 3).with(edges));
    cases.add(of("PadV2").x(2, 3).with(edges).with(-1.0));
    for (String mode : words("REFLECT SYMMETRIC")) {
      cases.add(
          of("MirrorPad").note(mode).x(3, 4).with(new int[][] {{0, 0}, {2, 1}}).set("mode", mode));
    }
    cases.add(
        of("StridedSlice")
            .x(4, 5)
            .with(new int[] {1, 0})
            .with(new int[] {4, 5})
            .with(new int[] {1, 2}));
    cases.add(
        of("StridedSlice")
            .note("masks")
            .x(4, 5)
            .with(new int[] {1, 0})
            .with(new int[] {2, 0})
            .with(new int[] {1, -1})
            .set("shrink_axis_mask", 1L)
            .set("begin_mask", 2L)
            .set("end_mask", 2L));
    cases.add(of("Slice").x(4, 5).with(new int[] {1, 0}).with(new int[] {2, -1}));
    cases.add(of("ReverseV2").x(2, 3).with(new int[] {1}));
    cases.add(of("ReverseSequence").x(2, 4, 3).with(new int[] {2, 3}).set("seq_dim", 1L));
    cases.add(of("Roll").x(4, 3).with(new int[] {1}).with(new int[] {0}));
    cases.add(of("Diag").x(3));
    cases.add(of("DiagPart").x(3, 3));
    cases.add(of("MatrixDiag").x(2, 3));
    cases.add(of("MatrixBandPart").x(3, 3).with(1).with(0));
  }

  private static void gathered(List<FiniteDifferences> cases) {
    int[] rows = {0, 2, 2};
    cases.add(of("GatherV2").x(4, 3).with(rows).with(0));
    cases.add(of("GatherV2").note("of columns").x(2, 4, 3).with(rows).with(1));
    cases.add(
        of("GatherV2")
            .note("of each")
            .x(2, 4, 3)
            .with(new int[][] {{0, 2}, {1, 1}})
            .with(1)
            .set("batch_dims", 1L));
    int[][] places = {{0}, {2}, {2}};
    cases.add(of("GatherNd").x(4, 3).with(places));
    cases.add(of("ScatterNd").with(places).x(3, 2).with(new int[] {4, 2}));
  }

  private static void images(List<FiniteDifferences> cases) {
    for (String padding : words("SAME VALID")) {
      for (long s = 1; s <= 2; s++) {
        long[] strides = {1, s, s, 1};
        String note = padding + " " + s;
        cases.add(windowed("Conv2D", strides, padding).note(note).x(2, 6, 5, 3).x(3, 2, 3, 4));
        cases.add(
            windowed("DepthwiseConv2dNative", strides, padding)
                .note(note)
                .x(2, 6, 5, 3)
                .x(3, 2, 3, 2));
        int size = (int) (padding.equals("SAME") ? 3 * s : 2 * s + 3);
        cases.add(
            windowed("Conv2DBackpropInput", strides, padding)
                .note(note)
                .with(new int[] {2, size, size, 4})
                .x(3, 3, 4, 3)
                .x(2, 3, 3, 3));
        for (String op : words("MaxPool AvgPool")) {
          cases.add(
              windowed(op, strides, padding)
                  .note(note)
                  .x(2, 6, 5, 3)
                  .set("ksize", longs(1, 3, 2, 1)));
        }
      }
      for (String op : words("MaxPool3D AvgPool3D")) {
        cases.add(
            windowed(op, longs(1, 2, 2, 1, 1), padding)
                .single()
                .x(1, 4, 4, 3, 2)
                .set("ksize", longs(1, 2, 2, 1, 1)));
      }
      int[] window = {1, 2, 2, 1};
      cases.add(of("MaxPoolV2").x(2, 6, 5, 3).with(window).with(window).set("padding", padding));
    }
    for (boolean training : new boolean[] {false, true}) {
      float[] none = {};
      cases.add(
          of("FusedBatchNormV3")
              .note(training ? "of the batch" : "of its statistics")
              .single()
              .x(2, 3, 3, 4)
              .x(4)
              .x(4)
              .with(training ? none : new float[] {.1f, .2f, -.1f, .4f})
              .with(training ? none : new float[] {.5f, .8f, 1.1f, .4f})
              .set("U", DataType.DT_FLOAT)
              .set("is_training", training));
    }
  }

  private static FiniteDifferences windowed(String op, long[] strides, String padding) {
    return of(op).set("strides", strides).set("padding", padding);
  }

  private static void resized(List<FiniteDifferences> cases) {
    for (String op : words("ResizeNearestNeighbor ResizeBilinear ResizeBicubic")) {
      for (String how : words("half_pixel_centers align_corners")) {
        cases.add(of(op).note(how).single().x(1, 3, 4, 2).with(new int[] {6, 9}).set(how, true));
      }
    }
    int[] block = {2, 2};
    cases.add(of("SpaceToBatchND").x(2, 4, 6, 3).with(block).with(new int[][] {{1, 1}, {0, 2}}));
    cases.add(of("BatchToSpaceND").x(4, 3, 3, 2).with(block).with(new int[][] {{0, 1}, {1, 0}}));
    cases.add(of("SpaceToDepth").x(2, 4, 6, 3).set("block_size", 2L));
    cases.add(of("DepthToSpace").x(2, 2, 3, 8).set("block_size", 2L));
  }
}
