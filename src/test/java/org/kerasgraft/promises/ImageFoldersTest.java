package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.LeftOut;
import org.kerasgraft.data.PathText;

/** P15: whatever lies in a folder, walking it ends, and each input is one row. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImageFoldersTest {

  private static final Path PICTURE = Path.of("src/test/resources/golden/images/grey.png");

  @TempDir private Path folder;

  @BeforeEach
  void aGoodPicture() throws IOException {
    Files.copy(PICTURE, Files.createDirectory(folder.resolve("c")).resolve("good.png"));
  }

  @Test
  void linksThatLoopEnd() throws IOException {
    Files.createSymbolicLink(folder.resolve("c/self"), folder.resolve("c"));
    Files.createSymbolicLink(folder.resolve("c/parent.png"), folder);
    Files.createSymbolicLink(folder.resolve("c/loop.png"), folder.resolve("c/loop.png"));
    Files.createSymbolicLink(folder.resolve("c/a.png"), folder.resolve("c/b.png"));
    Files.createSymbolicLink(folder.resolve("c/b.png"), folder.resolve("c/a.png"));
    Files.createSymbolicLink(folder.resolve("whole"), folder);
    ImageSet set = ImageFolder.open(folder);
    // "whole" is a linked class folder: its files count once more, its links do not lead on.
    assertEquals(new LeftOut(0, 2 + 3), set.leftOut());
    holds("links that loop", set, Map.of("ok", 2, "unreadable", 6));
  }

  @Test
  void pipesSocketsAndDevicesAreNotWaitedFor() throws Exception {
    Files.createSymbolicLink(folder.resolve("c/null.png"), Path.of("/dev/null"));
    Files.createSymbolicLink(folder.resolve("c/zero.png"), Path.of("/dev/zero"));
    boolean pipe = run("mkfifo", folder.resolve("c/pipe.png").toString());
    assumeTrue(pipe, "pipes need mkfifo");
    Files.createSymbolicLink(folder.resolve("c/pipe2.png"), folder.resolve("c/pipe.png"));
    try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path bound = Files.createTempDirectory("s").resolve("s"); // its path has little room
      channel.bind(UnixDomainSocketAddress.of(bound));
      Files.move(bound, folder.resolve("c/socket.png"));
      holds(
          "pipes, sockets and devices", ImageFolder.open(folder), Map.of("ok", 1, "unreadable", 5));
    }
  }

  @Test
  void linksToNowhereEmptyFilesAndFoldersOfAnImagesNameAreCounted() throws IOException {
    Files.createSymbolicLink(folder.resolve("c/dangling.png"), folder.resolve("nowhere"));
    Files.createFile(folder.resolve("c/zero.png"));
    Files.createDirectory(folder.resolve("c/folder.png"));
    Files.copy(PICTURE, folder.resolve("c/folder.png/inside.jpg"));
    Files.writeString(folder.resolve("c/text.png"), "no image");
    holds(
        "links to nowhere, empty files, folders named x.png",
        ImageFolder.open(folder),
        Map.of("ok", 2, "vanished", 1, "empty", 1, "not-an-image", 1));
  }

  @Test
  void oddNamesLeadBackToTheirFiles() throws IOException {
    List<String> names =
        List.of(
            "new%0Aline",
            "tab%09",
            "cr%0D",
            "%22quoted%22",
            "'",
            "%3Dcmd%7C'%20C%20calc'!A0",
            "%2B1",
            "-1",
            "%40x",
            ",",
            "bad%FF%FE",
            "rtl%E2%80%AEgnp",
            "esc%1B%5B2J",
            "back%5Cx41",
            "%3Cimg%20src=x%20onerror=alert(1)%3E",
            "%20",
            "%25s%25n",
            "x".repeat(251),
            "nul%01");
    for (String name : names) {
      String uri = "file://" + folder.resolve("c").toUri().getRawPath() + name + ".png";
      Files.copy(PICTURE, Path.of(URI.create(uri)));
    }
    ImageSet set = ImageFolder.open(folder);
    for (LabelledImage image : set.images()) {
      assertTrue(image.relativePath().codePoints().noneMatch(Character::isISOControl));
      assertTrue(Files.isSameFile(image.file(), PathText.resolve(folder, image.relativePath())));
    }
    assertEquals(names.size() + 1, set.images().stream().distinct().count());
    holds("odd and very long names", set, Map.of("ok", names.size() + 1));
  }

  /** A path beyond 4,096 bytes can be listed from near by, but not named as a whole. */
  @Test
  void pathsTooLongForTheSystemAreCounted() throws Exception {
    String name = "d".repeat(200);
    String script = "cd \"$1\" && for i in $(seq 30); do mkdir \"$2\" && cd \"$2\" || exit 1; done";
    assumeTrue(run("bash", "-c", script, "-", folder.resolve("c").toString(), name));
    try {
      holds("a path of 6,000 bytes", ImageFolder.open(folder), Map.of("ok", 1, "unreadable", 1));
    } finally {
      assertTrue(run("rm", "-rf", folder.resolve("c").resolve(name).toString()));
    }
  }

  @Test
  void filesThatVanishOrChangeAfterTheWalkAreRows() throws IOException {
    for (int i = 0; i < 9; i++) {
      Files.copy(PICTURE, folder.resolve("c/" + i + ".png"));
    }
    ImageSet set = ImageFolder.open(folder);
    Files.delete(folder.resolve("c/3.png"));
    Files.write(folder.resolve("c/4.png"), new byte[0]);
    Files.delete(folder.resolve("c/5.png"));
    Files.createDirectory(folder.resolve("c/5.png"));
    holds(
        "files that vanish or change after the walk",
        set,
        Map.of("ok", 7, "vanished", 1, "empty", 1, "unreadable", 1));
  }

  @Test
  void manyEntriesAreWalkedInMemoryThatIsSane() throws IOException {
    int count = Promises.size(2_000, 100_000);
    Path many = Files.createDirectory(folder.resolve("many"));
    for (int i = 0; i < count; i++) {
      Files.createLink(many.resolve("a-picture-" + i + ".png"), linkable(i));
    }
    long begin = System.nanoTime();
    ImageSet set = ImageFolder.open(folder);
    double seconds = (System.nanoTime() - begin) / 1e9;
    assertEquals(count + 1, set.count());
    Promises.of(15)
        .tried("a folder of many entries", count)
        .holds(String.format(Locale.ROOT, "each one row; listed in %.2f s", seconds));
  }

  /** A file may have some ten thousand names only. */
  private Path linkable(int i) throws IOException {
    Path file = folder.resolve("pool-" + i / 10_000);
    if (!Files.exists(file)) {
      Files.copy(PICTURE, file);
    }
    return file;
  }

  private static void holds(String what, ImageSet set, Map<String, Integer> expected) {
    Map<String, Integer> codes = new TreeMap<>();
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(2, 2))) {
      for (LabelledImage image : set.images()) {
        DecodeResult result = decoder.decode(image.file(), new float[12], 0);
        codes.merge(result.status().code(), 1, Integer::sum);
      }
    }
    assertEquals(new TreeMap<>(expected), codes);
    List<String> counted = new ArrayList<>();
    codes.forEach((code, n) -> counted.add(code + " " + n));
    Promises.of(15).tried(what, set.count()).holds("ends; " + String.join(", ", counted));
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).start().waitFor() == 0;
  }
}
