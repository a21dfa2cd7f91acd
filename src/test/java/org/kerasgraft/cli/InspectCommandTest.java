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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectCommandTest {

  private static final String MODELS = "src/test/resources/models/";

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"tiny-vgg-keras3,keras-3-export", "tiny-vgg-keras2,keras-2-saved-model"})
  void jsonHasTheFieldsOfTheContract(String model, String format) throws IOException {
    CommandRun run = CommandRun.of("inspect", MODELS + model, "--format", "json");

    assertEquals("", run.err());
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertEquals(
        List.of(
            "model",
            "format",
            "producer",
            "signatures",
            "layers",
            "variables",
            "parameters",
            "lastConvBlock",
            "preprocessing",
            "unsteady"),
        names(json));
    assertEquals(format, json.get("format").asText());
    assertEquals("2.21.0", json.get("producer").get("tensorflow").asText());
    assertEquals(4969, json.get("parameters").get("total").asInt());
    JsonNode block = json.get("lastConvBlock");
    assertEquals("block5", block.get("name").asText());
    assertEquals("block5_pool", block.get("output").asText());
    assertEquals(4, block.get("layers").size());
  }

  @Test
  void aLayerHasNameTypeShapeParametersAndVariables() throws IOException {
    JsonNode layer = layer("tiny-vgg-keras3", "block5_conv3");

    assertEquals(
        List.of("name", "type", "outputShape", "parameters", "trainable", "variables", "calls"),
        names(layer));
    assertEquals("Conv2D", layer.get("type").asText());
    assertEquals("[null,2,2,8]", layer.get("outputShape").toString());
    assertEquals(584, layer.get("parameters").asInt());
    assertTrue(layer.get("trainable").asBoolean());
    assertEquals(
        "[\"block5_conv3/kernel\",\"block5_conv3/bias\"]", layer.get("variables").toString());
  }

  @Test
  void anOpenImageSizeIsNullInJsonAndSaidInText() throws IOException {
    JsonNode layer = layer("dynamic-vgg-keras3", "block5_pool");
    assertTrue(layer.get("outputShape").get(1).isNull(), layer.toString());

    CommandRun text = CommandRun.of("inspect", MODELS + "dynamic-vgg-keras3");
    assertTrue(text.out().contains("Preprocessing"), text.out());
    assertTrue(text.out().contains("(None, None, None, 3)"), text.out());
  }

  @Test
  void textListsLayersTotalsAndSignatures() {
    CommandRun run = CommandRun.of("inspect", MODELS + "tiny-vgg-keras3");

    assertEquals(ExitCode.OK, run.code());
    assertTrue(
        run.out().contains("block5_conv3  Conv2D        (None, 2, 2, 8)           584  yes"),
        run.out());
    assertTrue(run.out().contains("Parameters     4,969\n"), run.out());
    assertTrue(run.out().contains("serving_default  input   input_layer  float32"), run.out());
    assertTrue(run.out().contains("caffe (the architecture is VGG16), images of 32x32"), run.out());
  }

  @Test
  void noModelNoInput() throws IOException {
    CommandRun absent = CommandRun.of("inspect", directory.resolve("none").toString());
    assertEquals(66, absent.code().code(), absent.err());

    Files.writeString(directory.resolve("saved_model.pb"), "no protobuf \u0001\u0002");
    CommandRun damaged = CommandRun.of("inspect", directory.toString());
    assertEquals(65, damaged.code().code(), damaged.err());
    assertEquals(1, damaged.err().lines().count(), damaged.err());
    assertTrue(damaged.err().startsWith("graft: "), damaged.err());

    CommandRun missing = CommandRun.of("inspect");
    assertEquals(2, missing.code().code());
    assertEquals(
        "graft: MODEL is missing. Usage: graft inspect MODEL [--allow-op OP …] [--format text|json]\n",
        missing.err());
  }

  private static JsonNode layer(String model, String name) throws IOException {
    JsonNode json =
        new ObjectMapper()
            .readTree(CommandRun.of("inspect", MODELS + model, "--format", "json").out());
    for (JsonNode layer : json.get("layers")) {
      if (layer.get("name").asText().equals(name)) {
        return layer;
      }
    }
    throw new AssertionError("no layer " + name);
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
