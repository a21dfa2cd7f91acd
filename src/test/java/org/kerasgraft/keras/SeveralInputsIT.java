package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.Npy;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.features.ExtractionListener;
import org.kerasgraft.features.ExtractionOptions;
import org.kerasgraft.features.FeatureExtractor;
import org.kerasgraft.features.FeatureInput;
import org.kerasgraft.features.FeatureSet;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.NativeScope;
import org.kerasgraft.savedmodel.SavedModelReader;

/** Features of a model with two inputs are Keras', whichever of them a cut needs. */
@Tag("keras")
class SeveralInputsIT {

  /** Both sides run the same kernels in float32; only their fusion may differ. */
  private static final double TOLERANCE = 1e-5;

  @TempDir static Path models;
  @TempDir Path folder;

  @BeforeAll
  static void makeModelsWithKeras() {
    KerasPeer.orSkip().run("peer_inputs.py", models);
  }

  @ParameterizedTest
  @ValueSource(strings = {"keras-3-export", "keras-2-saved-model"})
  void featuresBehindBothInputsAreKeras(String format) throws IOException {
    assertKeras(format, "joined", "extra=extra", "image=image");
    assertKeras(format, "pooled", "image=image");
  }

  @ParameterizedTest
  @ValueSource(strings = {"keras-3-export", "keras-2-saved-model"})
  void arraysThatDoNotFitTheInputsAreRefusedBeforeTheFirstRow(String format) {
    assertThrows(
        InvalidDataException.class, () -> extract(format, "joined", "extra=few", "image=image"));
    UnknownNameException unknown =
        assertThrows(
            UnknownNameException.class,
            () -> extract(format, "joined", "extre=extra", "image=image"));
    assertEquals(List.of("extra"), unknown.near());
    UsageException missing =
        assertThrows(UsageException.class, () -> extract(format, "joined", "image=image"));
    assertTrue(missing.explain().contains("'extra'"), missing.explain());
    assertThrows(
        UnknownNameException.class, () -> extract(format, "pooled", "extra=extra", "image=image"));
    assertThrows(ModelRefusedException.class, () -> extract(format, "joined", "image"));
  }

  private void assertKeras(String format, String layer, String... inputs) throws IOException {
    PeerArray keras = PeerArray.read(models.resolve(format).resolve(layer + ".npy"));
    PeerArray ours = extract(format, layer, inputs);
    assertEquals(keras.shape(), ours.shape());
    assertTrue(PeerArray.relativeL2(ours.values(), keras.values()) <= TOLERANCE, layer);
  }

  /** Features at a layer; an input is {@code name=array}, or an array without a name. */
  private PeerArray extract(String format, String layer, String... inputs) throws IOException {
    Path directory = models.resolve(format);
    Network cut = Network.of(SavedModelReader.read(directory.resolve("model"))).cutAfter(layer);
    Path out = folder.resolve(layer);
    try (NativeScope scope = new NativeScope();
        LiveNetwork live = LiveNetwork.open(cut, RuntimeOptions.defaults())) {
      Map<String, Npy> arrays = new LinkedHashMap<>();
      for (String input : inputs) {
        String file = input.substring(input.indexOf('=') + 1) + ".npy";
        Npy array = scope.own(Npy.open(directory.resolve(file)));
        arrays.put(input.substring(0, Math.max(0, input.indexOf('='))), array);
      }
      FeatureInput input =
          arrays.containsKey("")
              ? new FeatureInput.Rows(arrays.get(""), Optional.empty())
              : new FeatureInput.NamedRows(arrays);
      String tensor = cut.graph().outputs().get(Network.FEATURES).tensor();
      ExtractionOptions options = new ExtractionOptions(2, ExtractionListener.SILENT);
      new FeatureExtractor(live, input, options).extract(tensor, out).close();
    }
    try (FeatureSet set = FeatureSet.open(out)) {
      assertEquals(5, set.count());
    }
    return PeerArray.read(out.resolve("features.npy"));
  }
}
