package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.List;

/** Writes down what a listener hears. */
final class Recorder implements TrainingListener {

  final List<String> events = new ArrayList<>();
  final List<String> warnings = new ArrayList<>();
  int batches;
  int keptEpoch;

  @Override
  public void phaseBegins(PhasePlan plan) {
    events.add(
        "begin "
            + plan.phase()
            + " at "
            + plan.fedAt()
            + ", "
            + plan.epochs()
            + " x "
            + plan.stepsPerEpoch());
  }

  @Override
  public void batchEnds(BatchProgress progress) {
    batches++;
  }

  @Override
  public void epochEnds(History.Epoch epoch) {
    events.add("epoch " + epoch.phase() + " " + epoch.epoch());
  }

  @Override
  public void phaseEnds(String phase, int kept) {
    keptEpoch = kept;
    events.add("end " + phase + " " + kept);
  }

  @Override
  public void warning(String text) {
    warnings.add(text);
  }
}
