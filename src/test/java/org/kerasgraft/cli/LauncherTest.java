package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher with a Java and a Maven that only note that they were called. */
@DisabledOnOs(
    value = OS.WINDOWS,
    disabledReason = "the launcher is a script for a Unix shell; run it on Linux or macOS")
class LauncherTest {

  @TempDir private Path project;

  /** What a run of the launcher left behind. */
  private record Outcome(int code, String out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    Files.copy(Path.of("graft"), project.resolve("graft"));
    Files.createDirectories(project.resolve("src/main/java"));
    Files.createDirectories(project.resolve("bin"));
    Files.writeString(project.resolve("pom.xml"), "<project/>");
    script(
        "java",
        "if [ \"$1\" = -version ]; then echo 'openjdk version \"17.0.1\"' >&2; else echo \"$@\"; fi");
    script(
        "mvn",
        """
        echo "called $*" >>mvn-calls
        [ -e fail ] && { echo 'the reason'; exit 1; }
        mkdir -p target; echo jar >target/graft-1.jar
        for a in "$@"; do case $a in -Dmdep.outputFile=*) echo x.jar >"${a#*=}" ;; esac; done
        """);
  }

  @Test
  void buildsOnceAndPassesArgumentsOn() throws Exception {
    Outcome first = run("inspect", "a b");
    Outcome second = run("inspect", "a b");

    assertEquals(0, first.code(), first.err());
    assertTrue(first.err().contains("Building Graft (first use"), first.err());
    assertTrue(first.out().strip().endsWith("org.kerasgraft.cli.Main inspect a b"), first.out());
    assertEquals("", second.err());
    assertEquals(1, calls());
  }

  @Test
  void aNewerSourceIsBuiltAgain() throws Exception {
    run("--help");
    Path source = Files.writeString(project.resolve("src/main/java/A.java"), "class A {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));

    Outcome outcome = run("--help");

    assertTrue(outcome.err().contains("sources have changed"), outcome.err());
    assertEquals(2, calls());
  }

  @Test
  void theProfilesAskedForAreBuiltWithAndKeptUntilOthersAreAskedFor() throws Exception {
    assertEquals(0, runWithProfiles("gpu"));
    assertEquals(0, run("--help").code());
    assertEquals(1, calls());
    assertTrue(
        Files.readString(project.resolve("mvn-calls")).contains("-Pgpu"), "no profile was passed");
    assertEquals(0, runWithProfiles(""));
    assertEquals(2, calls());
  }

  private int runWithProfiles(String profiles) throws Exception {
    List<String> command =
        List.of(
            "env",
            "GRAFT_MAVEN_PROFILES=" + profiles,
            "bash",
            project.resolve("graft").toString(),
            "--help");
    return new ProcessBuilder(environment(command)).start().waitFor();
  }

  @Test
  void aFailedBuildShowsItsOutputAndIsTriedAgain() throws Exception {
    Files.createFile(project.resolve("fail"));
    Outcome failed = run("--help");
    Files.delete(project.resolve("fail"));
    Outcome repaired = run("--help");

    assertEquals(70, failed.code());
    assertTrue(failed.err().contains("the reason"), failed.err());
    assertEquals("", failed.out());
    assertEquals(0, repaired.code(), repaired.err());
  }

  @Test
  void twoFirstUsesAtOnceBuildOnce() throws Exception {
    Process one = start("--help");
    Process two = start("--help");

    assertEquals(0, one.waitFor());
    assertEquals(0, two.waitFor());
    assertEquals(1, calls());
  }

  @Test
  void worksThroughASymbolicLink() throws Exception {
    Path link = Files.createSymbolicLink(project.resolve("bin/linked"), Path.of("../graft"));

    Process process =
        new ProcessBuilder(environment(List.of("bash", link.toString(), "-V"))).start();

    assertEquals(0, process.waitFor());
    assertTrue(Files.exists(project.resolve("target/graft/current")));
  }

  @Test
  void theMemoryLimitIsThatOfTheControlGroupsAboveTheProcess() throws Exception {
    Path groups = Files.createDirectories(project.resolve("groups/a/b"));
    Files.writeString(groups.resolve("memory.max"), "max\n");
    Files.writeString(groups.resolveSibling("memory.max"), "100000000\n");
    Path self = Files.writeString(project.resolve("self"), "9:cpu:/x\n0::/a/b\n");
    String[] where = {"GRAFT_CGROUPS=" + project.resolve("groups"), "GRAFT_CGROUP_OF_SELF=" + self};
    assertEquals("-Dgraft.memory.limit=85000000", limit(where));

    Path old = Files.createDirectories(project.resolve("groups/memory/job"));
    Files.writeString(old.resolve("memory.limit_in_bytes"), "200000000\n");
    Files.writeString(old.resolveSibling("memory.limit_in_bytes"), "9223372036854771712\n");
    Files.writeString(self, "9:cpu:/x\n4:memory:/job\n0::/\n");
    assertEquals("-Dgraft.memory.limit=170000000", limit(where));
  }

  @Test
  void theMemoryLimitAskedForIsDecimalOrRefused() throws Exception {
    assertEquals("-Dgraft.memory.limit=" + (8L << 30), limit("GRAFT_MEMORY_LIMIT=08g"));
    assertEquals("-Dgraft.memory.limit=" + (10L << 20), limit("GRAFT_MEMORY_LIMIT=010m"));
    assertEquals("-Dgraft.memory.limit=0", limit("GRAFT_MEMORY_LIMIT=0"));
    for (String bad : List.of("9999999999999g", "999999999999g", "six", "-1", "6 g")) {
      Process process =
          new ProcessBuilder(environment(launched("GRAFT_MEMORY_LIMIT=" + bad))).start();
      String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(2, process.waitFor(), bad);
      assertTrue(err.contains("GRAFT_MEMORY_LIMIT is '" + bad + "'"), err);
    }
  }

  /** The flag that the launcher gives to Java. */
  private String limit(String... settings) throws Exception {
    Process process = new ProcessBuilder(environment(launched(settings))).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return out.lines()
        .flatMap(line -> Stream.of(line.split(" ")))
        .filter(word -> word.startsWith("-Dgraft.memory.limit"))
        .findFirst()
        .orElse("none");
  }

  private List<String> launched(String... settings) {
    List<String> command = new ArrayList<>(List.of(settings));
    command.addAll(List.of("bash", project.resolve("graft").toString(), "--help"));
    return command;
  }

  private void script(String name, String body) throws IOException {
    Path file = Files.writeString(project.resolve("bin").resolve(name), "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private long calls() throws IOException {
    return Files.readAllLines(project.resolve("mvn-calls")).size();
  }

  private Outcome run(String... words) throws Exception {
    Process process = start(words);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), out, err);
  }

  private Process start(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("bash", project.resolve("graft").toString()));
    command.addAll(List.of(words));
    return new ProcessBuilder(environment(command)).start();
  }

  /** The command with the noting Java and Maven in front of the others. */
  private List<String> environment(List<String> command) {
    List<String> all =
        new ArrayList<>(
            List.of("env", "-u", "JAVA_HOME", "PATH=" + project.resolve("bin") + ":/usr/bin:/bin"));
    all.addAll(command);
    return all;
  }
}
