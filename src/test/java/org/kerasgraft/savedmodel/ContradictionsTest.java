package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.InvalidModelException;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SignatureDef;

/** A model that says one thing in one place and another elsewhere is refused, naming both. */
class ContradictionsTest {

  private static final Path SOURCE = Path.of("src/test/resources/models/versions/tf-2.21/model");

  @TempDir private Path temporary;

  private String refusal(Consumer<MetaGraphDef.Builder> change) throws IOException {
    Path copy = temporary.resolve("model");
    try (Stream<Path> tree = Files.walk(SOURCE)) {
      for (Path path : tree.filter(p -> !p.endsWith("fingerprint.pb")).toList()) {
        Files.copy(path, copy.resolve(SOURCE.relativize(path)));
      }
    }
    Path file = copy.resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    assertEquals(10, SavedModelReader.read(copy).variables().size());
    change.accept(model.getMetaGraphsBuilder(0));
    Files.write(file, model.build().toByteArray());
    return assertThrows(InvalidModelException.class, () -> SavedModelReader.read(copy))
        .getMessage();
  }

  private static void signature(
      MetaGraphDef.Builder graph, String name, Consumer<SignatureDef.Builder> change) {
    SignatureDef.Builder signature = graph.getSignatureDefOrThrow(name).toBuilder();
    change.accept(signature);
    graph.putSignatureDef(name, signature.build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "serving_default"})
  void aSignatureUnderAnotherNameIsRefused(String name) throws IOException {
    String message =
        refusal(
            graph ->
                graph
                    .putSignatureDef("other", graph.getSignatureDefOrThrow(name))
                    .removeSignatureDef(name));
    assertTrue(message.contains("other") && message.contains("its objects"), message);
  }

  @Test
  void anInputsShapeIsThatOfItsPlaceholder() throws IOException {
    String message =
        refusal(
            graph ->
                signature(
                    graph,
                    "serve",
                    s -> {
                      var info = s.getInputsOrThrow("images").toBuilder();
                      info.getTensorShapeBuilder().getDimBuilder(1).setSize(9);
                      s.putInputs("images", info.build());
                    }));
    assertTrue(message.contains("the input 'images' of the signature 'serve'"), message);
    assertTrue(message.contains("[-1, 9, 8, 3], but 'serve_images' DT_FLOAT"), message);
  }

  @Test
  void anOutputsTypeIsThatOfItsFunction() throws IOException {
    String message =
        refusal(
            graph ->
                signature(
                    graph,
                    "serve",
                    s ->
                        s.putOutputs(
                            "output_0",
                            s.getOutputsOrThrow("output_0").toBuilder()
                                .setDtype(DataType.DT_INT32)
                                .build())));
    assertTrue(message.contains("is DT_INT32, but its function's DT_FLOAT"), message);
  }

  @Test
  void aSignatureHasAnOutput() throws IOException {
    String message = refusal(graph -> signature(graph, "serve", s -> s.clearOutputs()));
    assertTrue(message.contains("the signature 'serve' has no output"), message);
  }

  @Test
  void anEndThatTheGraphHasNotIsNamed() throws IOException {
    String message =
        refusal(
            graph ->
                signature(
                    graph,
                    "serve",
                    s ->
                        s.putInputs(
                            "images",
                            s.getInputsOrThrow("images").toBuilder()
                                .setName("nowhere:0")
                                .build())));
    assertTrue(message.contains("'nowhere', which the graph has not"), message);
  }

  @Test
  void anInputUnderAnotherNameIsNotItsFunctions() throws IOException {
    String message =
        refusal(
            graph ->
                signature(
                    graph,
                    "serve",
                    s ->
                        s.putInputs("pictures", s.getInputsOrThrow("images"))
                            .removeInputs("images")));
    assertTrue(message.contains("[pictures], its function [images]"), message);
  }

  @Test
  void aVariableUnderAnotherNameIsRefused() throws IOException {
    String message =
        refusal(
            graph -> {
              List<SavedObject.Builder> objects =
                  graph.getObjectGraphDefBuilder().getNodesBuilderList();
              objects.stream()
                  .filter(o -> o.getVariable().getName().equals("norm/gamma"))
                  .findFirst()
                  .orElseThrow()
                  .getVariableBuilder()
                  .setName("norm/beta");
            });
    assertTrue(message.contains("is the variable 'norm/gamma', in the model 'norm/beta'"), message);
  }

  @Test
  void aVariableInAnotherListIsRefused() throws IOException {
    String message =
        refusal(
            graph ->
                graph.getObjectGraphDefBuilder().getNodesBuilderList().stream()
                    .filter(o -> o.getChildrenCount() > 3)
                    .skip(1)
                    .findFirst()
                    .orElseThrow()
                    .getChildrenBuilder(0)
                    .setNodeId(1));
    assertTrue(message.contains("does not fit its checkpoint"), message);
  }

  @Test
  void missingObjectsAreCounted() throws IOException {
    String message =
        refusal(
            graph -> {
              var objects = graph.getObjectGraphDefBuilder();
              objects.removeNodes(objects.getNodesCount() - 1);
            });
    assertTrue(message.contains("objects in the model"), message);
  }
}
