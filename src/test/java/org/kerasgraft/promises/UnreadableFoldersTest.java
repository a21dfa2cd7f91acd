package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P15, P1: files and folders without permission are rows; root itself runs without its powers. */
class UnreadableFoldersTest {

  private static final String WHAT = "files and folders without permission, graft features";
  private static final Path PICTURE = Path.of("src/test/resources/golden/images/grey.png");

  @TempDir private Path folder;

  @AfterEach
  void permit() throws IOException {
    for (String name : List.of("c/closed", "c/names-only", "d")) {
      permissions(name, "rwx------");
    }
  }

  @Test
  void whatMayNotBeReadIsARow() throws Exception {
    List<String> powerless = powerless();
    if (powerless == null) {
      Promises.of(15).skipped(WHAT, "root without setpriv");
      return;
    }
    for (String name :
        List.of("c/good.png", "c/secret.png", "c/closed/1.png", "c/names-only/2.png", "d/3.png")) {
      Path file = folder.resolve("images").resolve(name);
      Files.createDirectories(file.getParent());
      Files.copy(PICTURE, file);
    }
    permissions("c/secret.png", "---------");
    permissions("c/closed", "---------");
    permissions("c/names-only", "r--------");
    permissions("d", "-wx------");

    CommandProcess.Outcome outcome =
        CommandProcess.startUnder(
                powerless,
                folder,
                List.of("-Xmx256m"),
                "features",
                "--model",
                "src/test/resources/models/tiny-vgg-keras3",
                "--at",
                "block1_pool",
                "--preprocessing",
                "caffe",
                "--max-bad",
                4,
                "--images",
                folder.resolve("images"),
                "--out",
                folder.resolve("out"))
            .end();

    assertEquals(0, outcome.code(), outcome.err());
    assertEquals(
        List.of(
            "row,path,label,status,detail",
            ",c/closed,c,unreadable,a folder that is not listed",
            "0,c/good.png,c,ok,",
            ",c/secret.png,c,unreadable,no permission",
            ",c/names-only/2.png,c,unreadable,no permission",
            ",d/,d,unreadable,a folder that is not listed"),
        Files.readAllLines(folder.resolve("out/index.csv")));
    Promises.of(15).tried(WHAT, 5).holds("ends; ok 1, unreadable 4");
  }

  /** What to run a command under so that permissions count; null if root keeps its powers. */
  private static List<String> powerless() throws Exception {
    if (!System.getProperty("user.name").equals("root")) {
      return List.of();
    }
    List<String> command =
        List.of(
            "setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all");
    try {
      List<String> probe = new ArrayList<>(command);
      probe.add("true");
      return new ProcessBuilder(probe).start().waitFor() == 0 ? command : null;
    } catch (IOException e) {
      return null;
    }
  }

  private void permissions(String name, String rights) throws IOException {
    Path file = folder.resolve("images").resolve(name);
    if (Files.exists(file)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
    }
  }
}
