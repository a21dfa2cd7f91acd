package org.kerasgraft.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.head.Head;

/**
 * What is in force in a {@code train}, defaults too, under the options' names.
 *
 * @param asked what can be told before anything is read
 */
record RunSettings(Map<String, String> asked) {

  /** How the work is done and shown; not recorded. */
  private static final Set<String> NOT_RECORDED = Set.of("resume", "checkpoint-seconds", "isolate");

  static RunSettings of(Arguments arguments, TrainCommand.Request request) {
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("model", request.model().source().path().toString());
    asked.put("head", request.head().head().map(Head::spec).orElse("the model's own"));
    asked.putAll(new TrainingSettings(request.training()).all());
    arguments.given().forEach(asked::putIfAbsent);
    asked.keySet().removeAll(NOT_RECORDED);
    return new RunSettings(asked);
  }

  /** With what only the model could tell: where it is cut, and what is done to images. */
  Map<String, String> resolved(Optional<String> cutAfter, Optional<ImageInput> input) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("model", asked.get("model"));
    cutAfter.ifPresent(layer -> all.put("at", layer));
    all.put("head", asked.get("head"));
    input.ifPresent(
        images -> {
          all.put("preprocessing", images.mode().id());
          all.put("image-size", images.size().toString());
        });
    asked.forEach(all::putIfAbsent);
    return all;
  }
}
