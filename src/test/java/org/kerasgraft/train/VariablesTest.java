package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

class VariablesTest {

  private static final List<VariableSpec> HEAD =
      List.of(
          new VariableSpec(
              "head/dense/kernel", DataType.DT_FLOAT, Shape.of(24, 1), true, List.of()),
          new VariableSpec("head/dense/bias", DataType.DT_FLOAT, Shape.of(1), true, List.of()));

  @TempDir private Path directory;
  private Network network;

  @BeforeEach
  void build() {
    try (TinyNetwork tiny = new TinyNetwork(directory, 1, 8, 8, 3)) {
      network =
          tiny.conv("block1_conv1", 4)
              .batchNorm("block1_bn")
              .pool("block1_pool")
              .conv("block2_conv1", 6)
              .conv("block2_conv2", 6)
              .pool("block2_pool")
              .cut();
    }
  }

  private List<String> chosen(Variables variables) {
    return variables.resolve(network, HEAD).backbone().stream().map(VariableSpec::name).toList();
  }

  private static final List<String> BLOCK2 =
      List.of(
          "block2_conv1/kernel", "block2_conv1/bias", "block2_conv2/kernel", "block2_conv2/bias");

  @Test
  void globsChooseLayersInTheModelsOrder() {
    assertEquals(BLOCK2, chosen(Variables.headAnd("block2_*")));
    assertEquals(BLOCK2, chosen(Variables.headAnd("block2_conv2", "block2_conv1")));
    assertEquals(BLOCK2, chosen(Variables.parse("block2_conv?, block2_conv1")));
    assertEquals(
        List.of("block2_conv2/kernel", "block2_conv2/bias"),
        chosen(Variables.layers("block2_conv2")));
  }

  @Test
  void aNewHeadAlwaysTrains() {
    Selection selection = Variables.headAnd("block2_conv2").resolve(network, HEAD);
    assertEquals(HEAD, selection.head());
    assertEquals(
        List.of("block2_conv2/kernel", "block2_conv2/bias", "head/dense/kernel", "head/dense/bias"),
        selection.chosen().stream().map(VariableSpec::name).toList());
    assertTrue(selection.contains(HEAD.get(0)));
    assertEquals(List.of(), Variables.head().resolve(network, HEAD).backbone());
  }

  @Test
  void movingStatisticsAreNeverChosen() {
    List<String> all = chosen(Variables.all());
    assertTrue(all.contains("block1_bn/gamma"), all.toString());
    assertFalse(all.contains("block1_bn/moving_mean"), all.toString());
    assertFalse(all.contains("block1_bn/moving_variance"), all.toString());
    assertEquals(
        List.of("block1_bn/gamma", "block1_bn/beta"), chosen(Variables.headAnd("block1_bn")));
    assertEquals(all, chosen(Variables.matching(v -> true)));
  }

  private static VariableSpec variable(String name, boolean trainable) {
    return new VariableSpec(name, DataType.DT_FLOAT, Shape.of(3), trainable, List.of(name));
  }

  /** Two nested models with layers of equal names, the first exported frozen, the second too. */
  private Network twins(boolean secondTrains) {
    List<VariableSpec> first =
        List.of(
            variable("bn/gamma", false),
            variable("bn/moving_mean", false),
            variable("norm/mean", false));
    List<VariableSpec> second =
        List.of(
            variable("bn/gamma_1", secondTrains),
            variable("bn/moving_mean_1", false),
            variable("norm/mean_1", false));
    Map<String, VariableSpec> all = new LinkedHashMap<>();
    Stream.concat(first.stream(), second.stream()).forEach(v -> all.put(v.name(), v));
    TensorSpec output = network.layers().get(1).onlyOutput().orElseThrow();
    List<Layer> layers = new ArrayList<>();
    for (List<VariableSpec> own : List.of(first, second)) {
      String name = own == first ? "a" : "b";
      layers.add(Layer.calledOnce(name, Optional.empty(), output, own, secondTrains));
      layers.add(
          Layer.calledOnce(name + "/bn", Optional.empty(), output, own.subList(0, 2), false));
      layers.add(
          Layer.calledOnce(name + "/norm", Optional.empty(), output, own.subList(2, 3), false));
    }
    FlatGraph graph = network.graph();
    return new Network(
        network.source(),
        new FlatGraph(graph.graphDef(), graph.inputs(), graph.outputs(), all),
        layers);
  }

  @Test
  void statisticsStayOutWhereTheirNameIsNumberedToBeUnique() {
    network = twins(false);
    assertEquals(List.of("bn/gamma", "bn/gamma_1"), chosen(Variables.all()));
    assertEquals(List.of("bn/gamma_1"), chosen(Variables.headAnd("b/*")));
  }

  @Test
  void aFrozenLayerTrainsThoughAnotherModelsLayerOfThatNameIsTrainable() {
    network = twins(true);
    assertEquals(List.of("bn/gamma"), chosen(Variables.headAnd("a/bn")));
    assertEquals(List.of("bn/gamma", "bn/gamma_1"), chosen(Variables.all()));
  }

  @Test
  void aRuleChoosesVariables() {
    assertEquals(
        List.of("block2_conv1/kernel", "block2_conv2/kernel"),
        chosen(
            Variables.matching(
                v -> v.name().startsWith("block2") && v.name().endsWith("/kernel"))));
    assertThrows(UsageException.class, () -> chosen(Variables.matching(v -> false)));
  }

  @Test
  void theLastConvBlockIsFoundFromTheGraph() {
    assertEquals(BLOCK2, chosen(Variables.lastConvBlock()));
    assertEquals(BLOCK2, chosen(Variables.fromLastConvBlock()));
  }

  @Test
  void eachPatternMustMatchALayerWithVariables() {
    UnknownNameException e =
        assertThrows(
            UnknownNameException.class, () -> chosen(Variables.headAnd("block2_*", "blok1_conv1")));
    assertEquals("blok1_conv1", e.name());
    assertEquals("block1_conv1", e.near().get(0));
    assertThrows(UnknownNameException.class, () -> chosen(Variables.headAnd("block2_pool")));
    assertThrows(UnknownNameException.class, () -> chosen(Variables.headAnd("block3_*")));
    assertThrows(UsageException.class, () -> Variables.parse("block2_*,,block1_*"));
    assertThrows(UsageException.class, () -> Variables.headAnd());
  }

  @Test
  void dotsAndBracketsInPatternsAreThemselves() {
    assertThrows(UnknownNameException.class, () -> chosen(Variables.headAnd("block2.conv1")));
    assertThrows(UnknownNameException.class, () -> chosen(Variables.headAnd("block[12]_conv1")));
    assertTrue(SelectionSearch.glob("a.b*").matcher("a.b/c").matches());
    assertFalse(SelectionSearch.glob("a?").matcher("a").matches());
  }

  @Test
  void nothingChosenIsAnError() {
    assertThrows(UsageException.class, () -> Variables.head().resolve(network, List.of()));
  }

  @Test
  void totalsAndRowsAreForPrinting() {
    Selection selection = Variables.headAnd("block2_conv2").resolve(network, HEAD);
    assertEquals(3 * 3 * 6 * 6 + 6 + 24 + 1, selection.trainableParameters());
    assertEquals((3 * 3 * 3 * 4 + 4) + 4 * 4 + (3 * 3 * 4 * 6 + 6), selection.frozenParameters());
    assertEquals(12, selection.rows().size());
    assertEquals(
        new Selection.Row("block1_conv1/kernel", "(3, 3, 3, 4)", 108, false),
        selection.rows().get(0));
    assertEquals(new Selection.Row("head/dense/bias", "(1,)", 1, true), selection.rows().get(11));
    assertEquals(List.of(), selection.headOnly().backbone());
  }
}
