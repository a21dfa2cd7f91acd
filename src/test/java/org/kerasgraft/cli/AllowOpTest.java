package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.TensorShapeProto;

/** A user's exceptions from the list of ops, from command to command. */
class AllowOpTest {

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");

  /** Passes its input on, and is not listed: its like dump what passes. */
  private static final String OP = "DebugGradientIdentity";

  private static final String REMEDY =
      "If you trust where the model comes from: --allow-op " + OP + ".";

  private static final String ALLOW = " --allow-op ReadFile --allow-op " + OP;

  @TempDir private static Path directory;

  @BeforeAll
  static void makeInputs() throws IOException {
    try (Stream<Path> tree = Files.walk(MODEL)) {
      for (Path path : tree.toList()) {
        Path target = at("model").resolve(MODEL.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
    Path file = at("model/saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    model
        .getMetaGraphsBuilder(0)
        .getGraphDefBuilder()
        .getLibraryBuilder()
        .getFunctionBuilderList()
        .forEach(AllowOpTest::insert);
    Files.write(file, model.build().toByteArray());
    Files.delete(at("model/fingerprint.pb"));
    Files.createDirectory(at("cache"));
    succeed("pictures --per-class 2 --out @pics");
  }

  /** Puts the op before each first convolution of a function's body. */
  private static void insert(FunctionDef.Builder function) {
    for (int i = 0; i < function.getNodeDefCount(); i++) {
      NodeDef.Builder node = function.getNodeDefBuilder(i);
      if (node.getOp().equals("Conv2D") && node.getName().contains("block1_conv1")) {
        NodeDef.Builder odd =
            NodeDef.newBuilder().setOp(OP).setName("odd").addInput(node.getInput(0));
        odd.putAttr("T", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build());
        odd.putAttr("_output_shapes", shapeOfImages());
        node.setInput(0, "odd:output:0");
        function.addNodeDef(i, odd);
        return;
      }
    }
  }

  private static AttrValue shapeOfImages() {
    AttrValue.Builder shapes = AttrValue.newBuilder();
    TensorShapeProto.Builder shape = shapes.getListBuilder().addShapeBuilder();
    List.of(-1, 32, 32, 3).forEach(size -> shape.addDimBuilder().setSize(size));
    return shapes.build();
  }

  @Test
  void theExceptionIsNeededByEachCommandAndRecorded() throws IOException {
    refusedThenAllowed("inspect @model");
    String scan = refusedThenAllowed("scan @model").out();
    assertTrue(scan.contains("Allowed by --allow-op: " + OP + "\n"), scan);

    refusedThenAllowed(
        "features --model @model --preprocessing none --at block5_pool --images @pics --out"
            + " @features --quiet");
    assertEquals("[\"" + OP + "\"]", json("features/manifest.json").get("allowedOps").toString());

    refusedThenAllowed(
        "train --model @model --preprocessing none --images @pics --out @run --quiet --cache @cache"
            + " --head-epochs 1 --fine-tune-epochs 0");
    assertEquals(
        "ReadFile " + OP, json("run/manifest.json").get("options").get("allow-op").asText());
    assertEquals(
        "[\"" + OP + "\"]",
        json("run/model/1/assets.extra/graft.json").get("source").get("allowedOps").toString());

    refusedThenAllowed("predict --model @run --images @pics --quiet");
    refusedThenAllowed("evaluate --model @run --images @pics --quiet");
    refusedThenAllowed("to-keras --model @run --out @back");
  }

  private static CommandRun refusedThenAllowed(String line) {
    CommandRun refused = run(line);
    assertEquals(77, refused.code().code(), line + refused.err());
    assertTrue(refused.err().contains(OP + " at '"), refused.err());
    assertTrue(refused.err().contains(REMEDY), refused.err());
    return succeed(line + ALLOW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inspect @model",
        "scan @model",
        "features --model @model --at x --images @pics --out @out",
        "train --model @model --images @pics --out @out",
        "evaluate --model @run --images @pics",
        "predict --model @run --images @pics",
        "to-keras --model @run --out @out"
      })
  void anOpThatThereIsNotIsAMistake(String line) {
    CommandRun run = run(line + " --allow-op ReedFile");
    assertEquals(2, run.code().code(), run.err());
    assertTrue(
        run.err().contains("No op 'ReedFile' in TensorFlow. Did you mean 'ReadFile'"), run.err());
  }

  private static CommandRun succeed(String line) {
    CommandRun run = run(line);
    assertEquals(0, run.code().code(), line + run.err());
    return run;
  }

  private static CommandRun run(String line) {
    List<String> words = new ArrayList<>();
    for (String word : line.split(" ")) {
      words.add(word.startsWith("@") ? at(word.substring(1)).toString() : word);
    }
    return CommandRun.of(words.toArray(String[]::new));
  }

  private static Path at(String name) {
    return directory.resolve(name);
  }

  private static JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(at(file).toFile());
  }
}
