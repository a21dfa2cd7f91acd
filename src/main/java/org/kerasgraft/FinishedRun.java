package org.kerasgraft;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.data.Manifest;

/**
 * A run directory that is complete: its manifest is there and vouches for every file.
 *
 * @param settings what was in force, under the options' names
 * @param inputs name of each input ({@code model}, {@code training}, {@code validation}) to the
 *     SHA-256 of its content
 */
public record FinishedRun(Map<String, String> settings, Map<String, String> inputs) {

  /** Copies. */
  public FinishedRun {
    settings = Map.copyOf(settings);
    inputs = Map.copyOf(inputs);
  }

  /**
   * Looks for one.
   *
   * @param directory any path
   * @return empty if there is no manifest of a run
   * @throws org.kerasgraft.error.InvalidDataException if there is one, but the run is damaged,
   *     naming the file
   */
  public static Optional<FinishedRun> at(Path directory) {
    return Manifest.find(Manifest.Kind.RUN, directory)
        .map(
            manifest -> {
              manifest.verify(name -> true);
              JsonNode content = manifest.content();
              return new FinishedRun(texts(content.path("options")), texts(content.path("inputs")));
            });
  }

  private static Map<String, String> texts(JsonNode node) {
    Map<String, String> texts = new LinkedHashMap<>();
    node.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }
}
