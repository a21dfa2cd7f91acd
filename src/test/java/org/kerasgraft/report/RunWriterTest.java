package org.kerasgraft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

class RunWriterTest {

  private static final RunOrigin ORIGIN =
      new RunOrigin(Map.of("model", "ab", "images", "cd"), Map.of("Graft", "0.1.0"), 7);

  @TempDir private Path directory;

  @Test
  void writesEveryFileAndTheManifestKnowsTheirHashes() throws Exception {
    Files.createDirectories(directory.resolve("model/1"));
    Files.writeString(directory.resolve("model/1/saved_model.pb"), "bytes");

    RunWriter.write(SampleRun.report("arrow-bricks"), ORIGIN, directory);

    JsonNode manifest = json("manifest.json");
    assertEquals(7, manifest.get("seed").asLong());
    assertEquals("ab", manifest.get("inputs").get("model").asText());
    assertEquals("block5_pool", manifest.get("options").get("at").asText());
    assertEquals("block5_conv1/kernel", manifest.get("trained").get(0).asText());
    JsonNode files = manifest.get("files");
    assertEquals(6, files.size(), files.toString());
    for (Map.Entry<String, JsonNode> file : files.properties()) {
      byte[] bytes = Files.readAllBytes(directory.resolve(file.getKey()));
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      assertEquals(
          HexFormat.of().formatHex(digest), file.getValue().get("sha256").asText(), file.getKey());
      assertEquals(bytes.length, file.getValue().get("bytes").asLong(), file.getKey());
    }
    assertTrue(files.has("model/1/saved_model.pb"));
    assertFalse(files.has("manifest.json"));
  }

  @Test
  void historyHasALineAnEpoch() throws IOException {
    RunWriter.write(SampleRun.report("x"), ORIGIN, directory);

    List<String> lines = Files.readAllLines(directory.resolve("history.csv"));
    assertEquals(51, lines.size());
    assertEquals(
        "phase,epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds", lines.get(0));
    assertTrue(lines.get(1).startsWith("head,1,"), lines.get(1));
    assertTrue(lines.get(50).startsWith("fine-tune,20,"), lines.get(50));
    assertTrue(lines.get(50).endsWith(",1.0E-4,1.4"), lines.get(50));
  }

  @Test
  void metricsNameTheFiguresOfTheKeptEpoch() throws IOException {
    RunReport report = SampleRun.report("x");
    RunWriter.write(report, ORIGIN, directory);

    JsonNode metrics = json("metrics.json");
    assertEquals("validation", metrics.get("rows").asText());
    assertEquals(200, metrics.get("evaluation").get("count").asInt());
    assertEquals(4, metrics.get("evaluation").get("classes").size());
    JsonNode head = metrics.get("phases").get(0);
    assertEquals(21, head.get("keptEpoch").asInt());
    assertEquals(
        report.history().epochs().get(20).training().loss(),
        head.get("training").get("loss").asDouble(),
        0);
  }

  @Test
  void whatBecameOfTheInputsIsCounted() throws Exception {
    RunWriter.write(SampleRun.report("x"), ORIGIN, directory);

    JsonNode inputs = json("metrics.json").get("inputs").get(0);
    assertEquals("training", inputs.get("name").asText());
    assertEquals(3, inputs.get("given").asInt());
    assertEquals(2, inputs.get("accepted").asInt());
    assertEquals(1, inputs.get("remarks").get("animated").asInt());
    assertEquals(1, inputs.get("rejected").get("empty").asInt());
    String text =
        parse(Files.readString(directory.resolve("report.html")))
            .getDocumentElement()
            .getTextContent();
    assertTrue(text.contains("1 animated"), "the remark");
    assertTrue(text.contains("1 empty"), "the code");
  }

  @Test
  void confusionAndMistakesAgreeWithTheFigures() throws IOException {
    RunReport report = SampleRun.report("x");
    RunWriter.write(report, ORIGIN, directory);

    List<String> confusion = Files.readAllLines(directory.resolve("confusion_matrix.csv"));
    assertEquals("true\\predicted,heart-waves,heart-bricks,arrow-waves,x", confusion.get(0));
    assertEquals(5, confusion.size());
    List<String> mistakes = Files.readAllLines(directory.resolve("misclassified.csv"));
    double wrong = 200 * (1 - report.result().orElseThrow().evaluation().accuracy());
    assertEquals(Math.round(wrong), mistakes.size() - 1L);
  }

  @Test
  void thePageIsWellFormedAndLoadsNothing() throws Exception {
    RunWriter.write(SampleRun.report(SampleRun.EVIL), ORIGIN, directory);

    String page = Files.readString(directory.resolve("report.html"));
    Document document = parse(page);
    assertEquals(0, document.getElementsByTagName("script").getLength());
    assertEquals(0, document.getElementsByTagName("link").getLength());
    assertEquals(0, document.getElementsByTagName("img").getLength());
    assertFalse(page.contains("url("), "the style loads something");
    assertFalse(page.contains("@import"), "the style imports something");
    assertEquals(4, document.getElementsByTagName("svg").getLength());
    assertTrue(document.getDocumentElement().getTextContent().contains(SampleRun.EVIL));
  }

  @Test
  void thePageShowsLadderCurvesMatrixAndVariables() throws Exception {
    RunWriter.write(SampleRun.report("arrow-bricks"), ORIGIN, directory);

    String page = Files.readString(directory.resolve("report.html"));
    Document document = parse(page);
    String text = document.getDocumentElement().getTextContent();
    assertTrue(text.contains("Bottleneck features: 80.4 %"), "ladder");
    assertTrue(text.contains("head, epoch 1: training"), "curves");
    assertTrue(text.contains("heart-waves taken for heart-waves"), "confusion matrix");
    assertTrue(text.contains("block1_conv1/kernel"), "frozen variables");
    NodeList polylines = document.getElementsByTagName("polyline");
    assertEquals(4, polylines.getLength());
    String points = polylines.item(0).getAttributes().getNamedItem("points").getNodeValue();
    assertEquals(50, points.split(" ", -1).length);
  }

  @Test
  void aRunWithoutHeldBackRowsHasNoFigures() throws Exception {
    RunReport full = SampleRun.report("x");
    RunReport report =
        new RunReport(
            full.title(),
            List.of(),
            List.of(),
            full.history(),
            full.phases(),
            Optional.empty(),
            full.selection(),
            full.settings());

    RunWriter.write(report, ORIGIN, directory);

    assertFalse(Files.exists(directory.resolve("confusion_matrix.csv")));
    assertTrue(json("metrics.json").get("evaluation").isNull());
    assertEquals(
        2,
        parse(Files.readString(directory.resolve("report.html")))
            .getElementsByTagName("svg")
            .getLength());
  }

  private JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(directory.resolve(name).toFile());
  }

  private static Document parse(String page) throws Exception {
    byte[] bytes = page.replaceFirst("<!DOCTYPE html>", "").getBytes(StandardCharsets.UTF_8);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(bytes));
  }
}
