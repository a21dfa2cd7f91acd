package org.kerasgraft;

import java.util.List;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.export.Provenance;
import org.kerasgraft.head.Head;
import org.kerasgraft.internal.NumericEnvironment;
import org.kerasgraft.train.Identity;
import org.kerasgraft.train.Identity.Part;
import org.kerasgraft.train.Training;

/** What the result of a fit depends on, beside its rows and the variables that train. */
final class FitIdentity {

  private FitIdentity() {}

  static Identity of(Fit fit, List<String> classes, Training training) {
    return surgery(fit)
        .and(Identity.of(training))
        .and(new Part(Identity.Kind.CONTENT, "the classes", classes.toString()))
        .and(run(fit))
        .and(withoutIsolation(fit));
  }

  /**
   * Known before the rows are where nothing finds crashed inputs; else the rows tell. So a training
   * that leaves some out is not gone on with, and their stored features not replaced, by one that
   * would not leave them out.
   */
  private static Identity withoutIsolation(Fit fit) {
    return fit.surroundings().watch().isPresent()
        ? Identity.NONE
        : Identity.NONE.and(isolation(false));
  }

  /** Whether inputs are left out because they ended a process. */
  static Part isolation(boolean crashed) {
    return Part.choice("isolation", crashed ? "with crashed inputs" : "none");
  }

  private static Identity surgery(Fit fit) {
    return Identity.NONE.and(
        Part.choice("cut after", fit.backbone().end().map(layer -> layer.name()).orElse("nothing")),
        Part.choice("head", fit.head().map(Head::spec).orElse("the model's own")),
        Part.choice("weights from scratch", fit.fresh()),
        Part.choice("validation", validation(fit.validation())));
  }

  private static String validation(Fit.Validation validation) {
    if (validation instanceof Fit.Validation.Split split) {
      return "split of " + split.fraction() + ", seed " + split.seed();
    }
    return validation instanceof Fit.Validation.Images ? "images of its own" : "none";
  }

  /** Versions, flags and threads: they decide in which order numbers are added up. */
  private static Identity run(Fit fit) {
    RuntimeOptions runtime = fit.backbone().model().runtime();
    Provenance.Versions versions = Provenance.Versions.current();
    return Identity.NONE.and(
        Part.choice("Graft version", versions.graft()),
        Part.choice("TensorFlow version", versions.tensorflow()),
        Part.choice("Java version", Runtime.version().feature()),
        Part.choice("processor", System.getProperty("os.arch")),
        Part.choice("environment's settings of kernels", NumericEnvironment.text()),
        Part.choice("threads", runtime.threadsInUse()));
  }
}
