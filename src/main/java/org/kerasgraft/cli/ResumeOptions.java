package org.kerasgraft.cli;

import java.time.Duration;
import org.apache.commons.cli.Option;

/**
 * How a training may be interrupted.
 *
 * @param resume whether to go on with what an interrupted one left
 * @param interval how much time a killed process may lose at most
 */
record ResumeOptions(boolean resume, Duration interval) {

  private static final int SECONDS = 60;

  static final Option RESUME =
      OptionSection.flag(
          "resume",
          "Go on with a run that was interrupted or killed; ends with the same model, to the bit."
              + " Begins if there is nothing to go on with; does nothing if the run is finished.");
  static final Option CHECKPOINT_SECONDS =
      OptionSection.valued(
          "checkpoint-seconds",
          "N",
          "Keep the training's state at least so often, for --resume; 0 keeps every step; default "
              + SECONDS
              + ".");

  static ResumeOptions of(Arguments arguments) {
    return new ResumeOptions(
        arguments.has("resume"),
        Duration.ofSeconds(arguments.count("checkpoint-seconds", 0).orElse(SECONDS)));
  }
}
