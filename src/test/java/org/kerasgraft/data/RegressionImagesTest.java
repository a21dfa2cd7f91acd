package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RegressionImagesTest {

  private static final Path IMAGES = Path.of("src/test/resources/regression/images");

  @Test
  void eachGetsTheCodeOfItsName() throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(IMAGES)) {
      files = listed.filter(file -> !file.endsWith("README.md")).sorted().toList();
    }
    assertTrue(files.size() >= 12);
    float[] untouched = new float[48];
    Arrays.fill(untouched, 7f);
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(4, 4))) {
      for (Path file : files) {
        float[] target = untouched.clone();
        String name = file.getFileName().toString();
        DecodeResult result = decoder.decode(file, target, 0);
        assertEquals(name.replaceFirst("--.*", ""), result.status().code(), name + " " + result);
        assertEquals(!result.isOk(), Arrays.equals(untouched, target), name);
      }
    }
  }
}
