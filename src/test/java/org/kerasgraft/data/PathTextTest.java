package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathTextTest {

  @TempDir private Path folder;

  /** Bytes of a name, as in a URI, and its text. */
  @ParameterizedTest
  @CsvSource({
    "plain.png, plain.png",
    "sm%C3%B6r%20%E2%82%AC.png, smör €.png",
    "line%0Aend.png, line\\x0aend.png",
    "esc%1B%5B2J.png, esc\\x1b[2J.png",
    "c1%C2%9B.png, c1\\xc2\\x9b.png",
    "rtl%E2%80%AEgnp.png, rtl\\xe2\\x80\\xaegnp.png",
    "sep%E2%80%A8.png, sep\\xe2\\x80\\xa8.png",
    "back%5Cslash.png, back\\\\slash.png",
    "looks%5Cxff.png, looks\\\\xff.png",
    "bad%FF%C3.png, bad\\xff\\xc3.png",
    "half%E2%82.png, half\\xe2\\x82.png",
    "%EF%BF%BD.png, \uFFFD.png",
    "=cmd%7C%22a%22.png, '=cmd|\"a\".png'"
  })
  void aNameHasOneTextAndATextOneName(String raw, String text) throws IOException {
    assumeTrue(File.separatorChar == '/', "names of bytes are a matter of Unix; run it on Linux");
    Path file = Path.of(URI.create(uri(raw)));
    Files.createFile(file);
    Path listed = onlyChild();
    assertEquals(text, PathText.of(listed.getFileName()));
    assertEquals(listed, PathText.resolve(folder, text));
    assertTrue(Files.exists(PathText.resolve(folder, text)));
    assertEquals(listed, PathText.resolve(Path.of("anywhere"), PathText.of(listed)));
  }

  /** Else a model would be written whose class names nothing reads back. */
  @Test
  void aClassThatSteersATerminalIsRefusedWhenASetIsMade() {
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new ImageSet("x", List.of("a", "b\u001b[2J"), List.of()));
    assertEquals(
        "the class 'b\\x1b[2J' has control characters, line ends or marks of direction",
        refused.getMessage());
    assertTrue(PathText.isPrintable("smör € \\x1b '=1'"));
    assertFalse(PathText.isPrintable("two\nlines"));
  }

  @Test
  void wholePathsKeepTheirSlashes() {
    assertEquals("/a/b c/d.png", PathText.of(Path.of("/a/b c/d.png")));
    assertEquals("../a/d.png", PathText.of(Path.of("../a/d.png")));
    assertEquals(Path.of("top/a/d.png"), PathText.resolve(Path.of("top"), "a/d.png"));
  }

  @Test
  void whatIsNoTextOfAPathIsRefused() {
    for (String text : List.of("a\\", "a\\n", "a\\x1", "\\x")) {
      assertThrows(IllegalArgumentException.class, () -> PathText.resolve(folder, text), text);
    }
  }

  /** Python sorts a byte that is no text below the private use area, above all plain letters. */
  @Test
  void bytesThatAreNoTextAreSortedAsPythonDoes() throws IOException {
    for (String raw : List.of("%FF.png", "%EE%80%80.png", "z.png", "%ED%9F%BF.png")) {
      Files.createFile(Path.of(URI.create(uri(raw))));
    }
    assertEquals(
        List.of("z.png", "\uD7FF.png", "\\xff.png", "\uE000.png"),
        ImageFolder.tree(folder).images().stream().map(LabelledImage::relativePath).toList());
  }

  @Test
  void aClassFolderOfAnyNameIsAClass() throws IOException {
    Path odd = Files.createDirectory(Path.of(URI.create(uri("new%0Aline%FF"))));
    Files.createFile(odd.resolve("1.png"));
    ImageSet set = ImageFolder.open(folder);
    assertEquals(List.of("new\\x0aline\\xff"), set.classes());
    assertEquals("new\\x0aline\\xff/1.png", set.images().get(0).relativePath());
    assertTrue(Files.exists(set.images().get(0).file()));
    assertEquals(set.images(), ImageFolder.open(folder, set.classes()).images());
  }

  private String uri(String raw) {
    return "file://" + folder.toUri().getRawPath() + raw;
  }

  private Path onlyChild() throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.findFirst().orElseThrow();
    }
  }
}
