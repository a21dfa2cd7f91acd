package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.PathText;
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

  private static final Path PLACE = Path.of("m", "graft.json");

  private static Provenance provenance(ModelInput input, Surgery surgery) {
    TrainingSummary training =
        new TrainingSummary(
            List.of("head/dense/kernel"), List.of(new TrainedPhase("head", "Sgd", 5)));
    return new Provenance(
        input, List.of("kätzchen", "dog \"x\""), surgery, training, new Versions("1", "2"));
  }

  private static ObjectNode json() {
    return ProvenanceJson.of(
        provenance(IMAGES, new Surgery(SOURCE, Optional.empty(), Optional.empty())));
  }

  @Test
  void everythingSurvivesTheRoundTrip() {
    Provenance cut =
        provenance(IMAGES, new Surgery(SOURCE, Optional.of("block5_pool"), Optional.of("flatten")));
    assertEquals(cut, ProvenanceJson.parse(ProvenanceJson.of(cut), PLACE));
    Provenance kept =
        provenance(
            ModelInput.of(Shape.of(7)), new Surgery(SOURCE, Optional.empty(), Optional.empty()));
    assertEquals(kept, ProvenanceJson.parse(ProvenanceJson.of(kept), PLACE));
    assertFalse(ProvenanceJson.of(kept).has("preprocessing"));
  }

  @Test
  void anotherFormatAsksForTheVersionThatWroteIt() {
    var failure =
        assertThrows(
            InvalidModelException.class,
            () -> ProvenanceJson.parse(json().put("formatVersion", 3), PLACE));
    assertEquals("'" + PLACE + "' has format version 3.", failure.getMessage());
    assertTrue(failure.remedy().contains("the Graft that wrote it"), failure.remedy());
  }

  @ParameterizedTest
  @ValueSource(strings = {"esc\u001b[2J", "c1\u009b2J", "rtl\u202egnp", "two\nlines", "sep\u2028"})
  void aLabelThatSteersATerminalIsRefusedByName(String label) {
    ObjectNode foreign = json();
    foreign.putArray("labels").add("cat").add(label);
    var failure =
        assertThrows(InvalidModelException.class, () -> ProvenanceJson.parse(foreign, PLACE));
    String name = label.substring(0, 2);
    assertTrue(
        failure.getMessage().startsWith("'" + PLACE + "' is damaged: the label '" + name),
        failure.getMessage());
    assertTrue(PathText.isPrintable(failure.getMessage()), failure.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"labels", "source", "training", "versions", "rowShape"})
  void aMissingPartIsNamed(String key) {
    ObjectNode broken = json();
    broken.remove(key);
    var failure =
        assertThrows(InvalidModelException.class, () -> ProvenanceJson.parse(broken, PLACE));
    assertTrue(failure.getMessage().startsWith("'" + PLACE + "' is damaged: "));
    assertTrue(failure.getMessage().contains(key), failure.getMessage());
  }
}
