package org.kerasgraft.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.head.Activation.RELU;
import static org.kerasgraft.head.Activation.SIGMOID;
import static org.kerasgraft.head.Activation.SOFTMAX;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.UsageException;

class HeadTest {

  @Test
  void builderGivesTheLayersInOrder() {
    Head head = Head.builder().flatten().dense(256, RELU).dropout(0.5f).classes(2).build();
    assertEquals(
        List.of(
            new HeadLayer.Flatten(),
            new HeadLayer.Dense(256, RELU),
            new HeadLayer.Dropout(0.5f),
            new HeadLayer.Classes(OptionalInt.of(2), Optional.empty())),
        head.layers());
    assertEquals(OptionalInt.of(2), head.classes());
  }

  @Test
  void presetsAreTheDocumentedLayers() {
    assertEquals(
        "flatten, dense(256, relu), dropout(0.5), dense(classes)", Head.kerasBlog().spec());
    assertEquals("global_average_pooling, dropout(0.2), dense(classes)", Head.kerasGuide().spec());
    assertEquals(Head.kerasBlog(), Head.parse("keras-blog"));
    assertEquals(Head.kerasGuide(), Head.parse(" Keras-Guide "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flatten, dense(256, relu), dropout(0.5), dense(classes, softmax)",
        "global_max_pooling, dense(8), dense(classes, sigmoid)",
        "global_average_pooling, dropout(0.0), dense(16, swish), dense(classes)",
        "dense(classes)"
      })
  void whatIsPrintedIsReadBack(String spec) {
    assertEquals(spec, Head.parse(spec).spec());
    assertEquals(Head.parse(spec), Head.parse(Head.parse(spec).spec()));
  }

  @Test
  void spacesAndCaseDoNotMatter() {
    assertEquals(
        Head.parse("flatten, dense(256, relu), dense(classes, softmax)"),
        Head.parse("Flatten,dense( 256 ,ReLU ),DENSE(Classes,SoftMax)"));
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void everyActivationIsFoundByItsName(Activation activation) {
    assertEquals(Optional.of(activation), Activation.find(activation.id()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "flaten, dense(classes)|'flaten'|Did you mean 'flatten'?",
        "flatten, dense(256, rleu), dense(classes)|'dense(256, rleu)'|Did you mean 'elu' or 'relu'?",
        "flatten, dense(clases)|'dense(clases)'|Did you mean 'classes'?",
        "flatten, dense(0, relu), dense(classes)|'dense(0, relu)'|A head is",
        "flatten, dense(1, relu, 3), dense(classes)|'dense(1, relu, 3)'|A head is",
        "dropout(1), dense(classes)|'dropout(1)'|A head is",
        "dropout(half), dense(classes)|'dropout(half)'|A head is",
        "flatten(3), dense(classes)|'flatten(3)'|A head is",
        "flatten, , dense(classes)|cannot be read at ''|A head is",
        "flatten, dense(classes|'dense(classes'|A head is",
        "flatten), dense(classes)|'flatten)'|A head is",
        "flatten, dense(classes, relu)|'dense(classes, relu)'|A head is",
        "flatten dense|'flatten dense'|A head is"
      })
  void whatCannotBeReadIsQuoted(String spec, String quoted, String hint) {
    UsageException e = assertThrows(UsageException.class, () -> Head.parse(spec));
    assertTrue(e.getMessage().contains(quoted), e.explain());
    assertTrue(e.remedy().contains(hint), e.explain());
  }

  @Test
  void theClassLayerIsLastAndOnlyLast() {
    UsageException none =
        assertThrows(UsageException.class, () -> Head.parse("flatten, dense(2, softmax)"));
    assertTrue(none.remedy().contains("dense(classes, softmax)"), none.explain());
    assertThrows(UsageException.class, () -> Head.parse("dense(classes), dropout(0.5)"));
    assertThrows(UsageException.class, () -> Head.builder().build());
  }

  @Test
  void theDataTellTheNumberOfClasses() {
    assertEquals(OptionalInt.empty(), Head.kerasBlog().classes());
    assertEquals(OptionalInt.of(5), Head.kerasBlog().withClasses(5).classes());
    assertEquals(Head.kerasBlog().withClasses(2), Head.kerasBlog().withClasses(2).withClasses(2));
  }

  @Test
  void aWrongNumberOfClassesIsRefusedWithBothNumbers() {
    Head two = Head.builder().flatten().classes(2).build();
    UsageException other = assertThrows(UsageException.class, () -> two.withClasses(3));
    assertEquals("The head has 2 classes, the data have 3 classes.", other.getMessage());
    assertThrows(UsageException.class, () -> Head.kerasBlog().withClasses(1));
    Head sigmoid = Head.builder().flatten().classes(SIGMOID).build();
    assertThrows(UsageException.class, () -> sigmoid.withClasses(3));
    assertEquals(OptionalInt.of(2), sigmoid.withClasses(2).classes());
    assertEquals(
        OptionalInt.of(3), Head.builder().classes(SOFTMAX).build().withClasses(3).classes());
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new HeadLayer.Dense(0, RELU));
    assertThrows(IllegalArgumentException.class, () -> new HeadLayer.Dropout(1));
    assertThrows(IllegalArgumentException.class, () -> new HeadLayer.Dropout(Float.NaN));
    assertThrows(IllegalArgumentException.class, () -> Head.builder().classes(1));
    assertThrows(IllegalArgumentException.class, () -> Head.builder().classes(RELU));
  }
}
