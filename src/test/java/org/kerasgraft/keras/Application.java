package org.kerasgraft.keras;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A model of Keras Applications.
 *
 * @param name the function that builds it
 * @param family those that differ in size alone
 * @param size of its images in the comparison, in pixels: small, yet more than one pixel is left at
 *     the end where the architecture allows it
 */
record Application(String name, String family, int size) {

  /** All, families in the order of Keras' documentation, the smallest model of each first. */
  static final List<Application> ALL =
      Stream.of(
              family("VGG", 32, "VGG16", "VGG19"),
              family("ResNet", 64, "ResNet50", "ResNet101", "ResNet152"),
              family("ResNet v2", 64, "ResNet50V2", "ResNet101V2", "ResNet152V2"),
              family("MobileNet", 64, "MobileNet"),
              family("MobileNet v2", 64, "MobileNetV2"),
              family("MobileNet v3", 64, "MobileNetV3Small", "MobileNetV3Large"),
              family(
                  "EfficientNet",
                  64,
                  "EfficientNetB0",
                  "EfficientNetB1",
                  "EfficientNetB2",
                  "EfficientNetB3",
                  "EfficientNetB4",
                  "EfficientNetB5",
                  "EfficientNetB6",
                  "EfficientNetB7"),
              family(
                  "EfficientNet v2",
                  64,
                  "EfficientNetV2B0",
                  "EfficientNetV2B1",
                  "EfficientNetV2B2",
                  "EfficientNetV2B3",
                  "EfficientNetV2S",
                  "EfficientNetV2M",
                  "EfficientNetV2L"),
              family("DenseNet", 64, "DenseNet121", "DenseNet169", "DenseNet201"),
              family("Inception v3", 75, "InceptionV3"),
              family("Inception-ResNet v2", 75, "InceptionResNetV2"),
              family("Xception", 71, "Xception"),
              family("NASNet", 64, "NASNetMobile", "NASNetLarge"),
              family(
                  "ConvNeXt",
                  64,
                  "ConvNeXtTiny",
                  "ConvNeXtSmall",
                  "ConvNeXtBase",
                  "ConvNeXtLarge",
                  "ConvNeXtXLarge"))
          .flatMap(List::stream)
          .toList();

  private static List<Application> family(String family, int size, String... names) {
    return Arrays.stream(names).map(name -> new Application(name, family, size)).toList();
  }

  /**
   * Those that are asked for.
   *
   * @param wanted {@code all}, {@code family} (one a family) or names with commas between
   */
  static List<Application> of(String wanted) {
    if (wanted.equals("all")) {
      return ALL;
    }
    if (wanted.equals("family")) {
      Set<String> seen = new LinkedHashSet<>();
      return ALL.stream().filter(a -> seen.add(a.family())).toList();
    }
    return Arrays.stream(wanted.split(",")).map(String::strip).map(Application::named).toList();
  }

  private static Application named(String name) {
    return ALL.stream()
        .filter(a -> a.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no Keras Application: " + name));
  }
}
