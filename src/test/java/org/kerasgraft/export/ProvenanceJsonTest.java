package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.export.Provenance.ModelInput;
import org.kerasgraft.export.Provenance.Surgery;
import org.kerasgraft.export.Provenance.TrainedPhase;
import org.kerasgraft.export.Provenance.TrainingSummary;
import org.kerasgraft.export.Provenance.Versions;
import org.tensorflow.ndarray.Shape;

/** {@code graft.json} gives back what was written, and says so where it cannot. */
class ProvenanceJsonTest {

  private static final ModelInput IMAGES =
      ModelInput.of(new ImageInput(Preprocessing.TORCH, new ImageSize(150, 160)));
  private static final SourceModel SOURCE =
      new SourceModel(
          "models/vgg16", "keras-3-export", "ab".repeat(32), Set.of("ImageSummary", "PrintV2"));

  private static ProvenanceJson json(ModelInput input, Surgery surgery) {
    TrainingSummary training =
        new TrainingSummary(
            List.of("head/dense/kernel"), List.of(new TrainedPhase("head", "Sgd", 5)));
    return new ProvenanceJson(
        new Provenance(
            input, List.of("kätzchen", "dog \"x\""), surgery, training, new Versions("1", "2")),
        List.of(new ModelFile("saved_model.pb", 5_000_000_000L, "cd".repeat(32))));
  }

  @Test
  void everythingSurvivesTheRoundTrip() {
    ProvenanceJson cut =
        json(IMAGES, new Surgery(SOURCE, Optional.of("block5_pool"), Optional.of("flatten")));
    assertEquals(Optional.of(cut), ProvenanceJson.parse(cut.text(), "graft.json"));
    ProvenanceJson kept =
        json(ModelInput.of(Shape.of(7)), new Surgery(SOURCE, Optional.empty(), Optional.empty()));
    assertEquals(Optional.of(kept), ProvenanceJson.parse(kept.text(), "graft.json"));
    assertTrue(!kept.text().contains("preprocessing"), kept.text());
  }

  @Test
  void theNoteOfAnExportScriptIsNoExportedModel() {
    String note = "{\"preprocessing\": \"caffe\", \"imageSize\": {\"height\": 9, \"width\": 9}}";
    assertEquals(Optional.empty(), ProvenanceJson.parse(note, "graft.json"));
  }

  @Test
  void aLaterFormatAsksForANewerVersion() {
    String later =
        json(IMAGES, new Surgery(SOURCE, Optional.empty(), Optional.empty()))
            .text()
            .replace("\"formatVersion\" : 1", "\"formatVersion\" : 2");
    var failure =
        assertThrows(
            InvalidModelException.class, () -> ProvenanceJson.parse(later, "m/graft.json"));
    assertEquals("'m/graft.json' has format version 2.", failure.getMessage());
    assertTrue(failure.remedy().contains("newer Graft"), failure.remedy());
  }

  @ParameterizedTest
  @ValueSource(strings = {"labels", "source", "training", "versions", "files", "rowShape"})
  void aMissingPartIsNamed(String key) {
    String broken =
        json(IMAGES, new Surgery(SOURCE, Optional.empty(), Optional.empty()))
            .text()
            .replace("\"" + key + "\"", "\"other\"");
    var failure =
        assertThrows(
            InvalidModelException.class, () -> ProvenanceJson.parse(broken, "m/graft.json"));
    assertTrue(failure.getMessage().startsWith("'m/graft.json' is damaged: "));
    assertTrue(failure.getMessage().contains(key), failure.getMessage());
  }

  @Test
  void whatIsNoJsonIsDamaged() {
    assertThrows(InvalidModelException.class, () -> ProvenanceJson.parse("{\"a\": ", "x"));
  }
}
