package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kerasgraft.FinishedRun;
import org.kerasgraft.Graft;
import org.kerasgraft.cli.CommandLine;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.features.FeatureSet;
import org.kerasgraft.internal.NewFile;
import org.kerasgraft.promises.Spoilt.Mutant;

/**
 * Promise 13, beyond the hash: manifests, indexes and labels that are not what Graft writes, under
 * a last line that is right, so that every check behind it is reached.
 */
class MutatedManifestsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;

  /** An output, and what reads all of it. */
  private enum Output {
    FEATURES(Manifest.Kind.FEATURES, MutatedManifestsTest::readFeatures),
    RUN(Manifest.Kind.RUN, path -> assertNotNull(required(FinishedRun.at(path)))),
    MODEL(Manifest.Kind.MODEL, path -> Graft.load(path).close()),
    KERAS(
        Manifest.Kind.KERAS,
        path -> required(Manifest.find(Manifest.Kind.KERAS, path)).verify(name -> true));

    private final Manifest.Kind kind;
    private final Consumer<Path> reader;

    Output(Manifest.Kind kind, Consumer<Path> reader) {
      this.kind = kind;
      this.reader = reader;
    }

    Path directory() {
      return folder.resolve(name());
    }

    Path manifest() {
      return directory().resolve(kind.path());
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @BeforeAll
  static void write() throws IOException {
    SmallRun small = SmallRun.shared();
    small.write(Output.RUN.directory());
    small.model().save(Output.MODEL.directory());
    Graft.toKeras(Output.MODEL.directory(), Output.KERAS.directory());
    try (Stream<Path> entries = Files.list(small.cache());
        FeatureSet stored = FeatureSet.open(entries.sorted().findFirst().orElseThrow())) {
      stored.copyTo(Output.FEATURES.directory());
    }
  }

  /** Empty where it says that it is another program's. */
  private static <T> T required(Optional<T> found) {
    return found.orElseThrow(() -> new MissingInputException("Another program's.", ""));
  }

  private static void readFeatures(Path directory) {
    try (FeatureSet set = FeatureSet.open(directory)) {
      set.requireAtMostRejected(Integer.MAX_VALUE);
      LabelledRows rows = set.labelled();
      float[] row = new float[set.rowSize()];
      for (int i = 0; i < rows.labels().count(); i++) {
        set.read(i, row, 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Output.class)
  void aSealedManifestThatLiesIsRefusedInALine(Output output) throws IOException {
    byte[] whole = Files.readAllBytes(output.manifest());
    byte[] content = Seals.content(output.manifest());
    int count = output == Output.MODEL ? Promises.size(10, 1_000) : Promises.size(60, 3_000);
    try (Spoilt spoilt = new Spoilt(output.label() + " manifests, sealed again")) {
      for (int n = 0; n < count; n++) {
        byte[] bytes = Seals.sealed(JsonMutations.mutated(content, Spoilt.random(n)));
        Mutant mutant = new Mutant(output.label() + "-manifest", n, bytes);
        Files.write(output.manifest(), bytes);
        spoilt.call(mutant, () -> output.reader.accept(output.directory()));
      }
      spoilt.holds(13);
    } finally {
      Files.write(output.manifest(), whole);
    }
  }

  @ParameterizedTest
  @EnumSource(Output.class)
  void aManifestNamesNothingOutsideItsDirectory(Output output) throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "not part of any output");
    byte[] whole = Files.readAllBytes(output.manifest());
    List<String> names =
        List.of(
            "../secret",
            "a/../../secret",
            "./manifest.json",
            secret.toString(),
            "/dev/zero",
            "..\\secret",
            "C:/secret",
            "a//b",
            "",
            ".",
            "a\u0000b",
            "variables/");
    for (String name : names) {
      ObjectNode root = (ObjectNode) JSON.readTree(Seals.content(output.manifest()));
      ((ObjectNode) root.required("files"))
          .putObject(name)
          .put("bytes", Files.size(secret))
          .put("sha256", Sha256.of(secret));
      Files.write(output.manifest(), Seals.sealed(JSON.writeValueAsBytes(root)));
      GraftException told =
          assertThrows(GraftException.class, () -> output.reader.accept(output.directory()), name);
      assertTrue(told.getMessage().contains("which is no file in its folder"), told.getMessage());
      Files.write(output.manifest(), whole);
    }
    output.reader.accept(output.directory());
    Promises.of(14)
        .tried(
            "names that lead out of the folder, in a manifest of: " + output.label(), names.size())
        .holds("each refused, nothing outside is read");
  }

  @Test
  void filesOfFeaturesThatLieAreRefusedInALine() throws IOException {
    for (String name : List.of("index.csv", "features.npy")) {
      requireOneLine(Output.FEATURES, name, Promises.size(60, 3_000));
    }
  }

  /** Changes bytes of a file of an output, and lets the manifest agree. */
  private static void requireOneLine(Output output, String name, int count) throws IOException {
    Path file = output.directory().resolve(name);
    byte[] manifest = Files.readAllBytes(output.manifest());
    byte[] whole = Files.readAllBytes(file);
    try (Spoilt spoilt = new Spoilt(name + " of " + output.label() + ", sealed again")) {
      for (int n = 0; n < count; n++) {
        byte[] bytes = ByteMutations.mutated(whole, Spoilt.random(n));
        Files.write(file, bytes);
        Seals.reseal(output.kind, output.directory(), name);
        Mutant mutant = new Mutant(file.getFileName().toString(), n, bytes);
        spoilt.call(mutant, () -> output.reader.accept(output.directory()));
      }
      spoilt.holds(13);
    } finally {
      Files.write(file, whole);
      Files.write(output.manifest(), manifest);
    }
  }

  /** What an export script wrote beside a model of somebody else's; it has no seal. */
  @Test
  void aRecordedPreprocessingThatLiesIsRefusedInALine() throws IOException {
    Path model = folder.resolve("recorded");
    for (String name : SmallRun.files(SmallRun.MODEL)) {
      Path to = model.resolve(name);
      Files.createDirectories(to.getParent());
      NewFile.copy(SmallRun.MODEL.resolve(name), to);
    }
    Path file = Files.createDirectory(model.resolve("assets.extra")).resolve("graft.json");
    byte[] whole =
        "{\"preprocessing\" : \"tf\", \"imageSize\" : {\"height\" : 32, \"width\" : 32}}"
            .getBytes();
    Path picture = folder.resolve("pictures");
    SmallRun.pictures(picture, 1);
    int count = Promises.size(12, 600);
    try (Spoilt spoilt = new Spoilt("graft.json beside a model")) {
      for (int n = 0; n < count; n++) {
        byte[] bytes = JsonMutations.mutated(whole, Spoilt.random(n));
        Files.write(file, bytes);
        Mutant mutant = new Mutant("graft.json", n, bytes);
        Path out = folder.resolve("out-" + n);
        if (n % 6 == 0) {
          int code =
              spoilt
                  .command(
                      mutant,
                      () ->
                          CommandLine.run(
                              "features",
                              "--quiet",
                              "--model",
                              model,
                              "--at",
                              "block1_pool",
                              "--images",
                              picture,
                              "--out",
                              out))
                  .code();
          assertEquals(code == 0, Files.exists(out), "an output exactly where it ended well");
        } else {
          spoilt.command(mutant, () -> CommandLine.run("inspect", model));
        }
      }
      spoilt.holds(13);
    }
  }
}
