package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was scanned is what is loaded. */
class SingleReadTest {

  private static final Path MAIN = Path.of("src/main/java/org/kerasgraft");
  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");

  private static Set<String> sourcesThatSay(String words) throws IOException {
    try (Stream<Path> files = Files.walk(MAIN)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> read(file).contains(words))
          .map(file -> MAIN.relativize(file).toString().replace('\\', '/'))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void oneClassParsesModelsAndTensorFlowsLoaderIsForTestsOfExports() throws IOException {
    assertEquals(Set.of("savedmodel/ModelProto.java"), sourcesThatSay("SavedModel.parseFrom("));
    assertEquals(Set.of("junit/Reload.java"), sourcesThatSay("SavedModelBundle.load"));
    assertEquals(Set.of(), sourcesThatSay("loadSavedModel"));
  }

  @Test
  void aFileThatIsSwappedAfterwardsChangesNothing(@TempDir Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(MODEL)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = directory.resolve(MODEL.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    ImportedModel before = SavedModelReader.read(directory);
    String recorded = before.scan().sha256();
    Files.write(directory.resolve("saved_model.pb"), new HostileModel().build().toByteArray());

    assertEquals(SavedModelReader.read(MODEL).metaGraph(), before.metaGraph());
    assertEquals(SavedModelReader.read(MODEL).scan().sha256(), recorded);
  }
}
