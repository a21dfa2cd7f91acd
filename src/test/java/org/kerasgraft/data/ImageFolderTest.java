package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;

class ImageFolderTest {

  @TempDir private Path folder;

  @Test
  void classesAreTheSortedFoldersAndFilesAreSortedWithinEach() throws IOException {
    create("dogs/b.png", "dogs/a.JPG", "Cats/x.gif", "cats/y.bmp", "cats/z.jpeg", "top.png");
    create("dogs/notes.txt", "dogs/c.webp", ".hidden/x.png");
    ImageSet set = ImageFolder.open(folder);
    assertEquals(List.of("Cats", "cats", "dogs"), set.classes());
    assertEquals(
        List.of("Cats/x.gif", "cats/y.bmp", "cats/z.jpeg", "dogs/a.JPG", "dogs/b.png"), paths(set));
    assertArrayEquals(new int[] {0, 1, 1, 2, 2}, set.labels());
  }

  @Test
  void nestedFoldersAreWalkedInTheOrderOfTheirWholePaths() throws IOException {
    create("c/a/b/1.png", "c/a-b/2.png", "c/a/3.png", "c/4.png", "c/.h/5.png");
    assertEquals(
        List.of("c/4.png", "c/.h/5.png", "c/a/3.png", "c/a-b/2.png", "c/a/b/1.png"),
        paths(ImageFolder.open(folder)));
  }

  @Test
  void namesAreOrderedByCodePoint() {
    String supplementary = new String(Character.toChars(0x1F600));
    assertTrue(PathText.BY_CODE_POINT.compare("\uFFFD", supplementary) < 0);
    assertTrue("\uFFFD".compareTo(supplementary) > 0, "String's own order differs here");
    assertTrue(PathText.BY_CODE_POINT.compare("a", "ab") < 0);
    assertEquals(0, PathText.BY_CODE_POINT.compare("ab", "ab"));
  }

  @Test
  void linkedFilesCountAndLinkedFoldersFurtherDownDoNot() throws IOException {
    create("c/real.png", "elsewhere/far.png");
    Files.createSymbolicLink(folder.resolve("c/link.png"), folder.resolve("c/real.png"));
    Files.createSymbolicLink(folder.resolve("c/broken.png"), folder.resolve("nowhere"));
    Files.createSymbolicLink(folder.resolve("c/sub"), folder.resolve("elsewhere"));
    Files.createSymbolicLink(folder.resolve("c/loop"), folder.resolve("c"));
    Files.createDirectory(folder.resolve("c/folder.png"));
    assertEquals(
        List.of("c/broken.png", "c/link.png", "c/real.png", "elsewhere/far.png"),
        paths(ImageFolder.open(folder)));
  }

  @Test
  void aPipeIsAnInputThatIsNotWaitedFor() throws Exception {
    create("c/real.png");
    Path pipe = folder.resolve("c/pipe.png");
    assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0,
        "pipes need mkfifo; run it on Linux or macOS");
    assertEquals(List.of("c/pipe.png", "c/real.png"), paths(ImageFolder.open(folder)));
    assertEquals(
        DecodeStatus.UNREADABLE,
        EncodedImage.read(pipe, ImageDecoder.MOST_PIXELS).result().status());
  }

  @Test
  void whatIsLeftOutIsCounted() throws IOException {
    create("c/1.png", "c/notes.txt", "c/d/more.txt", "top.png", ".hidden/2.png");
    Files.createSymbolicLink(folder.resolve("c/sub"), folder.resolve(".hidden"));
    assertEquals(new LeftOut(3, 2), ImageFolder.open(folder).leftOut());
    assertEquals(new LeftOut(2, 1), ImageFolder.tree(folder).leftOut());
    assertEquals(LeftOut.NOTHING, ImageFolder.files(List.of(folder)).leftOut());
  }

  @Test
  void aLinkedClassFolderCounts() throws IOException {
    create("real/1.png", "real/sub/2.png");
    Path classes = Files.createDirectory(folder.resolve("classes"));
    Files.createSymbolicLink(classes.resolve("linked"), folder.resolve("real"));
    ImageSet set = ImageFolder.open(classes);
    assertEquals(List.of("linked/1.png", "linked/sub/2.png"), paths(set));
    assertTrue(set.images().stream().allMatch(image -> Files.exists(image.file())));
  }

  @Test
  void aTreeHasNoLabels() throws IOException {
    create("b/2.png", "1.png", "b/c/3.png");
    ImageSet set = ImageFolder.tree(folder);
    assertEquals(List.of("1.png", "b/2.png", "b/c/3.png"), paths(set));
    assertEquals(List.of(), set.classes());
    assertArrayEquals(new int[] {-1, -1, -1}, set.labels());
    assertTrue(Files.exists(set.images().get(2).file()));
  }

  @Test
  void aTreeOfClassFoldersHasLabels() throws IOException {
    create("b/2.png", "a/1.png", "b/c/3.png", "notes.txt");
    ImageSet set = ImageFolder.anyTree(folder);
    assertEquals(List.of("a/1.png", "b/2.png", "b/c/3.png"), paths(set));
    assertEquals(List.of("a", "b"), set.classes());
    assertArrayEquals(new int[] {0, 1, 1}, set.labels());
  }

  @Test
  void aLooseImageOrAHiddenFolderMakesATreeUnlabelled() throws IOException {
    create("a/1.png", "0.png");
    assertEquals(List.of(), ImageFolder.anyTree(folder).classes());
    Files.delete(folder.resolve("0.png"));
    assertEquals(List.of("a"), ImageFolder.anyTree(folder).classes());
    create(".hidden/2.png");
    assertEquals(List.of(".hidden/2.png", "a/1.png"), paths(ImageFolder.anyTree(folder)));
    assertEquals(List.of(), ImageFolder.anyTree(folder).classes());
  }

  @Test
  void theClassesOfAModelFixTheNumbers() throws IOException {
    create("cats/1.png", "dogs/2.png");
    ImageSet set = ImageFolder.open(folder, List.of("dogs", "horses", "cats"));
    assertEquals(List.of("dogs/2.png", "cats/1.png"), paths(set));
    assertArrayEquals(new int[] {0, 2}, set.labels());
    InvalidDataException e =
        assertThrows(
            InvalidDataException.class, () -> ImageFolder.open(folder, List.of("cats", "dog")));
    assertTrue(e.explain().contains("'dogs'") && e.explain().contains("'dog'"), e.explain());
  }

  @Test
  void whatHoldsNoImageIsMissingInput() throws IOException {
    Path none = folder.resolve("none");
    assertThrows(MissingInputException.class, () -> ImageFolder.open(none));
    assertThrows(MissingInputException.class, () -> ImageFolder.tree(none));
    assertThrows(MissingInputException.class, () -> ImageFolder.open(folder));
    create("loose.png");
    MissingInputException loose =
        assertThrows(MissingInputException.class, () -> ImageFolder.open(folder));
    assertTrue(loose.getMessage().contains("no class folder"), loose.getMessage());
    create("c/text.txt");
    assertThrows(MissingInputException.class, () -> ImageFolder.open(folder));
    assertThrows(MissingInputException.class, () -> ImageFolder.tree(folder.resolve("loose.png")));
    assertThrows(MissingInputException.class, () -> ImageFolder.files(List.of()));
  }

  @Test
  void oneFilledClassIsTooFewToTellApart() throws IOException {
    create("cats/1.png");
    Files.createDirectory(folder.resolve("dogs"));
    ImageSet set = ImageFolder.open(folder);
    InvalidDataException e = assertThrows(InvalidDataException.class, set::requireTwoClasses);
    assertTrue(e.getMessage().contains("'cats'"), e.getMessage());
    create("dogs/1.png");
    assertEquals(2, ImageFolder.open(folder).requireTwoClasses().count());
  }

  @Test
  void theSplitKeepsLabelsWithTheirImages() throws IOException {
    for (int i = 0; i < 5; i++) {
      create("cats/" + i + ".png", "dogs/" + i + ".png");
    }
    ImageSet.Parts parts = ImageFolder.open(folder).split(0.2, 0);
    // numpy.random.RandomState(0) shuffles 0..9 to 2 8 4 9 1 6 7 3 | 0 5
    assertEquals(List.of("cats/0.png", "dogs/0.png"), paths(parts.validation()));
    assertArrayEquals(new int[] {0, 1}, parts.validation().labels());
    assertEquals("cats/2.png", paths(parts.training()).get(0));
    assertEquals(8, parts.training().count());
    assertFalse(paths(parts.training()).contains("cats/0.png"));
  }

  private void create(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
  }

  private static List<String> paths(ImageSet set) {
    return set.images().stream().map(LabelledImage::relativePath).toList();
  }
}
