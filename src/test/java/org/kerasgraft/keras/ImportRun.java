package org.kerasgraft.keras;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one import took, in a process of its own.
 *
 * @param readMillis to read and cut, no session yet
 * @param readCpu the same, milliseconds of CPU
 * @param openMillis to import the graph and restore the weights
 * @param openCpu the same, milliseconds of CPU
 * @param peakBefore peak resident memory before there is a session for the model, in KiB
 * @param peak peak resident memory in the end, in KiB
 * @param bytes of the weights that were restored; of {@code graft} alone
 */
record ImportRun(
    long readMillis,
    long readCpu,
    long openMillis,
    long openCpu,
    long peakBefore,
    long peak,
    long bytes) {

  private static final String LINE = "import ";

  /** Reads what a process printed; other lines are TensorFlow's. */
  static ImportRun parse(String printed) {
    String line =
        printed
            .lines()
            .filter(l -> l.startsWith(LINE))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no result in:\n" + printed));
    long[] n =
        Arrays.stream(line.substring(LINE.length()).split(" "))
            .mapToLong(Long::parseLong)
            .toArray();
    return new ImportRun(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
  }

  /** Runs {@link ImportProbe} in a JVM with the launcher's collector. */
  static ImportRun java(String how, Path model) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                ImportProbe.class.getName(),
                how,
                model.toString()));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(command + " exited with " + process.exitValue());
      }
      return parse(printed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The quickest times and the largest memory of several runs. */
  static ImportRun best(List<ImportRun> runs) {
    return runs.stream().reduce(ImportRun::better).orElseThrow();
  }

  private ImportRun better(ImportRun other) {
    return new ImportRun(
        Math.min(readMillis, other.readMillis),
        Math.min(readCpu, other.readCpu),
        Math.min(openMillis, other.openMillis),
        Math.min(openCpu, other.openCpu),
        Math.max(peakBefore, other.peakBefore),
        Math.max(peak, other.peak),
        bytes);
  }

  double seconds() {
    return (readMillis + openMillis) / 1000.0;
  }

  double cpuSeconds() {
    return (readCpu + openCpu) / 1000.0;
  }
}
