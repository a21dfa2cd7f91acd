package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.FaultPoints;
import org.kerasgraft.internal.FaultPoints.Point;

/** An export that fails, or that does not equal the live network, leaves nothing. */
class ExportFailureTest {

  @TempDir Path folder;

  private static TrainedExample live;

  @BeforeAll
  static void open() {
    live = TrainedExample.images("circle", "square", "star");
  }

  @AfterAll
  static void close() {
    live.close();
  }

  @Test
  void aChangedWeightIsFoundOnReloadAndNothingIsLeft() throws IOException {
    Path target = folder.resolve("model");
    try (TrainedExample example = TrainedExample.images("cat", "dog")) {
      float[] bias = example.snapshot().values("head/dense_1/bias").floats();
      try (var installed =
          whenTheNotesAreWritten(
              place -> example.assign("head/dense_1/bias", new float[] {Math.nextUp(bias[0])}))) {
        var failure =
            assertThrows(
                StorageException.class,
                () -> SavedModelExport.writeAtomically(example.spec(), target));
        assertTrue(
            failure.getMessage().contains("variable 'head/dense_1/bias' has other values"),
            failure.getMessage());
      }
    }
    assertEquals(Set.of(), content(folder));
  }

  @Test
  void damagedWeightsAreFoundOnReload() throws IOException {
    try (var installed =
        whenTheNotesAreWritten(
            place -> {
              Path data = place.resolve("variables/variables.data-00000-of-00001");
              byte[] bytes = Files.readAllBytes(data);
              bytes[bytes.length / 2] ^= 1;
              Files.write(data, bytes);
            })) {
      Path target = folder.resolve("model");
      assertThrows(
          GraftException.class, () -> SavedModelExport.writeAtomically(live.spec(), target));
    }
    assertEquals(Set.of(), content(folder));
  }

  /** What is done to a model when all but its last file is written. */
  private interface Change {
    void to(Path model) throws IOException;
  }

  private static FaultPoints.Installed whenTheNotesAreWritten(Change change) {
    AtomicBoolean changed = new AtomicBoolean();
    return FaultPoints.install(
        (point, path) -> {
          if (point == Point.WRITE
              && path.endsWith(Manifest.Kind.MODEL.path())
              && changed.compareAndSet(false, true)) {
            change.to(path.getParent().getParent());
          }
        });
  }

  @Test
  void aTargetWithContentIsNotTouched() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.txt"), "mine");
    assertThrows(
        CannotCreateException.class, () -> SavedModelExport.writeAtomically(live.spec(), folder));
    assertThrows(CannotCreateException.class, () -> SavedModelExport.write(live.spec(), folder));
    assertEquals(Set.of("mine.txt"), content(folder));
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void aParentThatIsAFileCannotHoldAModel() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThrows(
        CannotCreateException.class,
        () -> SavedModelExport.writeAtomically(live.spec(), file.resolve("model")));
    assertThrows(
        CannotCreateException.class,
        () -> SavedModelExport.write(live.spec(), file.resolve("model")));
  }

  @Test
  void weightsThatAreNotFiniteAreRefused() {
    try (TrainedExample example = TrainedExample.images("cat", "dog")) {
      example.assign("head/dense_1/bias", new float[] {Float.NaN});
      var failure =
          assertThrows(
              ModelRefusedException.class,
              () -> SavedModelExport.writeAtomically(example.spec(), folder.resolve("model")));
      assertTrue(failure.getMessage().contains("NaN"), failure.getMessage());
    }
  }

  @Test
  void labelsThatDoNotFitTheOutputAreRefused() throws IOException {
    ExportSpec spec = live.spec();
    Provenance of = spec.provenance();
    Provenance wrong =
        new Provenance(
            of.input(), List.of("one", "two"), of.surgery(), of.training(), of.versions());
    ExportSpec misfit = new ExportSpec(spec.network(), spec.outputs(), spec.headVariables(), wrong);
    assertThrows(
        ModelRefusedException.class,
        () -> SavedModelExport.writeAtomically(misfit, folder.resolve("model")));
    assertEquals(Set.of(), content(folder));
  }

  @Test
  void outputsOfTheTrainingPathAreRefused() {
    ExportSpec spec = live.spec();
    String training =
        spec.network().graph().toGraphDef().getNodeList().stream()
            .filter(n -> n.getOp().equals("Placeholder") && n.getName().contains("dropout"))
            .findAny()
            .orElseThrow()
            .getName();
    ExportSpec wrong =
        new ExportSpec(
            spec.network(),
            new ExportSpec.Outputs(spec.outputs().probabilities(), training + ":0"),
            spec.headVariables(),
            spec.provenance());
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> SavedModelExport.write(wrong, folder.resolve("model")));
    assertTrue(failure.getMessage().contains(training), failure.getMessage());
  }

  private static Set<String> content(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(p -> p.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
