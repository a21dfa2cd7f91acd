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
 */
public record FinishedRun(Map<String, String> settings) {

  /** Copies. */
  public FinishedRun {
    settings = Map.copyOf(settings);
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
              Map<String, String> settings = new LinkedHashMap<>();
              JsonNode options = manifest.content().path("options");
              options.properties().forEach(o -> settings.put(o.getKey(), o.getValue().asText()));
              return new FinishedRun(settings);
            });
  }
}
