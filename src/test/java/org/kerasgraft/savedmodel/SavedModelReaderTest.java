package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.error.InvalidModelException;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.ObjectReference;

/** Valid messages that say something else: each is read as what it is, or refused by name. */
class SavedModelReaderTest {

  @TempDir private Path temporary;

  private Path changed(String model, Consumer<SavedModel.Builder> change) throws IOException {
    Path from = Path.of("src/test/resources/models").resolve(model);
    Path to = temporary.resolve(model);
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
    Files.deleteIfExists(to.resolve("fingerprint.pb"));
    Path file = to.resolve("saved_model.pb");
    SavedModel.Builder builder = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    change.accept(builder);
    Files.write(file, builder.build().toByteArray());
    return to;
  }

  private static String refusal(Path model) {
    return assertThrows(InvalidModelException.class, () -> SavedModelReader.read(model)).explain();
  }

  private static Map<String, Integer> children(SavedModel.Builder model) {
    return model.getMetaGraphs(0).getObjectGraphDef().getNodes(0).getChildrenList().stream()
        .collect(Collectors.toMap(ObjectReference::getLocalName, ObjectReference::getNodeId));
  }

  private static SavedObject.Builder object(SavedModel.Builder model, int id) {
    return model.getMetaGraphsBuilder(0).getObjectGraphDefBuilder().getNodesBuilder(id);
  }

  /** By the objects alone: the checkpoint tells that they were changed. */
  private static ModelFormat format(Path model) throws IOException {
    byte[] bytes = Files.readAllBytes(model.resolve("saved_model.pb"));
    return SavedModelReader.format(
        SavedModel.parseFrom(bytes).getMetaGraphs(0).getObjectGraphDef().getNodesList(), List.of());
  }

  /** Keras 3 wraps each variable anew in {@code variables}; tf-keras lists the same one twice. */
  @Test
  void anExportThatListsItsVariablesTwiceIsNotKeras3s() throws IOException {
    Path model =
        changed(
            "tiny-vgg-keras3",
            m -> {
              Map<String, Integer> children = children(m);
              List<ObjectReference> same = object(m, children.get("variables")).getChildrenList();
              object(m, children.get("_all_variables")).clearChildren().addAllChildren(same);
            });
    assertEquals(ModelFormat.SAVED_MODEL, format(model));
  }

  @Test
  void anExportWithoutVariablesOfItsOwnIsKeras3s() throws IOException {
    Path model =
        changed("tiny-vgg-keras3", m -> object(m, children(m).get("variables")).clearChildren());
    assertEquals(ModelFormat.KERAS_3_EXPORT, format(model));
  }

  @Test
  void exactlyOneServingGraphIsTaken() throws IOException {
    Path two = changed("tiny-vgg-keras3", m -> m.addMetaGraphs(m.getMetaGraphs(0)));
    assertTrue(refusal(two).contains("holds 2 graphs tagged 'serve'"), refusal(two));
    Path none =
        changed(
            "tiny-vgg-keras2",
            m -> m.getMetaGraphsBuilder(0).getMetaInfoDefBuilder().setTags(0, "train"));
    assertTrue(refusal(none).contains("holds 0 graphs tagged 'serve'"), refusal(none));
  }

  @Test
  void aModelOfNothingNeedsNoWeights() throws IOException {
    MetaGraphDef.Builder empty = MetaGraphDef.newBuilder();
    empty.getMetaInfoDefBuilder().addTags("serve");
    Files.write(
        temporary.resolve("saved_model.pb"),
        SavedModel.newBuilder().addMetaGraphs(empty).build().toByteArray());
    ImportedModel model = SavedModelReader.read(temporary);
    assertEquals(ModelFormat.SAVED_MODEL, model.format());
    assertEquals(List.of(), model.variables());
    assertEquals(Map.of(), model.signatures());
  }

  @ParameterizedTest
  @CsvSource({"tiny-vgg-keras2", "tiny-vgg-keras3"})
  void aVariableOfAnotherTypeThanTheStoredValueIsRefused(String name) throws IOException {
    Path model =
        changed(
            name,
            m -> {
              var objects = m.getMetaGraphsBuilder(0).getObjectGraphDefBuilder();
              for (int id = 0; id < objects.getNodesCount(); id++) {
                if (objects.getNodes(id).hasVariable()) {
                  objects.getNodesBuilder(id).getVariableBuilder().setDtype(DataType.DT_INT32);
                }
              }
            });
    String told = refusal(model);
    assertTrue(told.contains("holds DT_FLOAT"), told);
    assertTrue(told.contains("expects DT_INT32"), told);
  }

  @Test
  void aListThatPointsOutsideTheObjectsIsDamage() throws IOException {
    Path model =
        changed(
            "tiny-vgg-keras3",
            m -> {
              SavedObject.Builder root = object(m, 0);
              for (int i = 0; i < root.getChildrenCount(); i++) {
                root.getChildrenBuilder(i).setNodeId(1000000);
              }
            });
    assertTrue(refusal(model).contains("does not fit its checkpoint"), refusal(model));
  }
}
