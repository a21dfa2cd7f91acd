package org.kerasgraft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;

/** The versions of what runs; TensorFlow's natives are not loaded for it. */
final class Version {

  /**
   * The TensorFlow inside TensorFlow Java 1.1.0. Only its natives know it, so it stands here; a
   * test compares both.
   */
  static final String TENSORFLOW = "2.18.0";

  private Version() {}

  static void print(Console console) {
    console.out().println("Graft " + graft());
    console.out().println("TensorFlow " + TENSORFLOW);
    console.out().println("TensorFlow Java " + tensorFlowJava());
    console
        .out()
        .println(
            "Java "
                + Runtime.version().feature()
                + " ("
                + System.getProperty("java.vm.name")
                + ")");
  }

  /** Graft's own, as its jar says. */
  static String graft() {
    return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
        .orElse("(unpackaged)");
  }

  /** TensorFlow Java's, as its jar says. */
  static String tensorFlowJava() {
    String place = "/META-INF/maven/org.tensorflow/tensorflow-core-api/pom.properties";
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
