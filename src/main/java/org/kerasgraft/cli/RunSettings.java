package org.kerasgraft.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.FinishedRun;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.export.Provenance;
import org.kerasgraft.head.Head;

/**
 * What is in force in a {@code train}, defaults too, under the options' names.
 *
 * @param asked what can be told before anything is read
 */
record RunSettings(Map<String, String> asked) {

  /** How the work is done and shown; not recorded. */
  private static final Set<String> NOT_RECORDED = Set.of("resume", "checkpoint-seconds", "isolate");

  /** Recorded, but without effect on what a run holds. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("out", "quiet", "debug", "format", "cache");

  /** Recorded as what they turned out to be, where nothing else was asked for. */
  private static final Set<String> RESOLVED = Set.of("at", "preprocessing", "image-size");

  static RunSettings of(Arguments arguments, TrainCommand.Request request) {
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("model", request.model().source().path().toString());
    asked.put("head", request.head().head().map(Head::spec).orElse("the model's own"));
    asked.putAll(new TrainingSettings(request.training()).all());
    arguments.given().forEach(asked::putIfAbsent);
    asked.keySet().removeAll(NOT_RECORDED);
    return new RunSettings(asked);
  }

  /** With what only the model could tell. */
  Map<String, String> resolved(Provenance provenance) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("model", asked.get("model"));
    provenance.surgery().cutAfter().ifPresent(layer -> all.put("at", layer));
    all.put("head", asked.get("head"));
    provenance
        .input()
        .images()
        .ifPresent(
            images -> {
              all.put("preprocessing", images.mode().id());
              all.put("image-size", images.size().toString());
            });
    asked.forEach(all::putIfAbsent);
    return all;
  }

  /**
   * Checks that a finished run is the one that is asked for.
   *
   * @throws CannotCreateException if it is another one, naming the first setting that differs
   */
  void requireSame(FinishedRun run, String name) {
    Map<String, String> all = new LinkedHashMap<>(run.settings());
    asked.forEach(all::putIfAbsent);
    for (String option : all.keySet()) {
      Optional<String> then = Optional.ofNullable(run.settings().get(option));
      Optional<String> now = Optional.ofNullable(asked.get(option));
      boolean open =
          WITHOUT_EFFECT.contains(option)
              || (RESOLVED.contains(option) && now.orElse("auto").equals("auto"));
      if (!open && !then.equals(now)) {
        throw new CannotCreateException(
            "'"
                + name
                + "' is finished already, with --"
                + option
                + " "
                + then.orElse("not given")
                + ", not "
                + now.orElse("without it")
                + "; nothing was touched.",
            "Choose a new path, or remove it first.");
      }
    }
  }
}
