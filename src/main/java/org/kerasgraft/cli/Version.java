package org.kerasgraft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The versions of what runs; TensorFlow's natives are not loaded for it. */
final class Version {

  /**
   * The TensorFlow inside TensorFlow Java 1.1.0. Only its natives know it, so it stands here; a
   * test compares both.
   */
  static final String TENSORFLOW = "2.18.0";

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /** What TensorFlow's kernels choose their code by; the same bits need the same ones. */
  private static final Set<String> INSTRUCTIONS =
      Set.of(
          "sse4_2",
          "avx",
          "avx2",
          "fma",
          "f16c",
          "avx_vnni",
          "avx512f",
          "avx512_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "amx_bf16",
          "asimd",
          "bf16",
          "sve");

  private Version() {}

  static void print(Console console) {
    console.out().println("Graft " + graft());
    console.out().println("TensorFlow " + TENSORFLOW);
    console.out().println("TensorFlow Java " + tensorFlowJava());
    console.out().println("JavaCPP " + ofJar("org.bytedeco/javacpp"));
    String machine = System.getProperty("java.vm.name");
    console.out().println("Java " + Runtime.version().feature() + " (" + machine + ")");
    console.out().println("Processor " + processor(PROCESSORS));
    console.out().println("Memory limit " + MemoryWatch.limitInWords());
  }

  /** Kind and instruction sets; the kind alone where the system does not tell them. */
  static String processor(Path description) {
    String kind = System.getProperty("os.arch");
    try (Stream<String> lines = Files.lines(description)) {
      String known =
          lines
              .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
              .limit(1)
              .flatMap(line -> Stream.of(line.split("\\s+")))
              .filter(INSTRUCTIONS::contains)
              .sorted()
              .collect(Collectors.joining(" "));
      return known.isEmpty() ? kind : kind + " (" + known + ")";
    } catch (IOException | UncheckedIOException e) {
      return kind;
    }
  }

  /** Graft's own, as its jar says. */
  static String graft() {
    return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
        .orElse("(unpackaged)");
  }

  /** TensorFlow Java's, as its jar says. */
  static String tensorFlowJava() {
    return ofJar("org.tensorflow/tensorflow-core-api");
  }

  private static String ofJar(String artifact) {
    String place = "/META-INF/maven/" + artifact + "/pom.properties";
    try (InputStream in = Version.class.getResourceAsStream(place)) {
      if (in == null) {
        return "(unknown)";
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", "(unknown)");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
