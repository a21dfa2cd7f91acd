package org.kerasgraft.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.data.Labels;
import org.kerasgraft.features.InputAccount;
import org.kerasgraft.report.RunReport.Mistake;
import org.kerasgraft.report.RunReport.PhaseNote;
import org.kerasgraft.report.RunReport.Result;
import org.kerasgraft.report.RunReport.Rung;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.Evaluation;
import org.kerasgraft.train.History;
import org.kerasgraft.train.Predictions;
import org.kerasgraft.train.Selection;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/** A made-up run with every part of a report, and names that want escaping. */
final class SampleRun {

  static final String EVIL = "<script>alert(\"1\" & '2')</script>";

  private SampleRun() {}

  static RunReport report(String className) {
    List<String> classes = List.of("heart-waves", "heart-bricks", "arrow-waves", className);
    return new RunReport(
        "Demo: the ladder on generated pictures",
        List.of(new RunReport.Inputs("training", account())),
        List.of(
            new Rung("From scratch", 0.523),
            new Rung("Bottleneck features", 0.804),
            new Rung("Fine-tuned top block", 0.911)),
        history(30, 20),
        List.of(
            new PhaseNote("head", "rmsprop, learning rate 0.001", 21),
            new PhaseNote("fine-tune", "sgd, learning rate 0.0001, momentum 0.9", 19)),
        Optional.of(result(classes)),
        selection(),
        settings());
  }

  private static InputAccount account() {
    InputAccount account = new InputAccount();
    account.add("ok", "animated");
    account.add("ok", "");
    account.add("empty", "0 bytes");
    return account;
  }

  private static History history(int head, int fineTune) {
    List<History.Epoch> epochs = new ArrayList<>();
    for (int e = 1; e <= head + fineTune; e++) {
      boolean first = e <= head;
      double wobble = 0.02 * Math.sin(e * 1.7);
      double loss = 1.2 * Math.exp(-e / 12.0) + 0.1 + wobble / 4;
      double judged = 1.1 * Math.exp(-e / 14.0) + 0.24 + wobble;
      epochs.add(
          new History.Epoch(
              first ? "head" : "fine-tune",
              first ? e : e - head,
              new History.Score(loss, 1 - loss / 2.5),
              Optional.of(new History.Score(judged, 1 - judged / 2.4)),
              first ? 1e-3 : 1e-4,
              first ? 0.21 : 1.4));
    }
    return new History(epochs);
  }

  private static Result result(List<String> classes) {
    int n = 200;
    float[] values = new float[n * 4];
    int[] truth = new int[n];
    List<Mistake> mistakes = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      truth[i] = i % 4;
      int predicted = i % 11 == 3 ? (i + 1) % 4 : truth[i];
      for (int c = 0; c < 4; c++) {
        values[i * 4 + c] = c == predicted ? 0.7f : 0.1f;
      }
      if (predicted != truth[i]) {
        String path = classes.get(truth[i]) + "/" + i + ".png";
        mistakes.add(
            new Mistake(path, classes.get(truth[i]), classes.get(predicted), 0.5 + i / 500.0, 0.1));
      }
    }
    Evaluation evaluation =
        Evaluation.of(new Predictions(values, 4), new Labels("sample", truth), classes);
    return new Result("validation", evaluation, mistakes);
  }

  static Selection selection() {
    List<VariableSpec> frozen = new ArrayList<>();
    List<VariableSpec> chosen = new ArrayList<>();
    long in = 3;
    for (int block = 1; block <= 5; block++) {
      for (int conv = 1; conv <= 2; conv++) {
        String layer = "block" + block + "_conv" + conv;
        long out = 4L << block;
        List<VariableSpec> into = block == 5 ? chosen : frozen;
        into.add(variable(layer + "/kernel", 3, 3, in, out));
        into.add(variable(layer + "/bias", out));
        in = out;
      }
    }
    List<VariableSpec> head =
        List.of(variable("head/dense/kernel", 512, 256), variable("head/dense/bias", 256));
    List<VariableSpec> all = new ArrayList<>(frozen);
    all.addAll(chosen);
    all.addAll(head);
    return new Selection(chosen, head, all);
  }

  private static VariableSpec variable(String name, long... shape) {
    return new VariableSpec(name, DataType.DT_FLOAT, Shape.of(shape), true, List.of());
  }

  private static Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("model", "savedmodels/vgg16-mini");
    settings.put("at", "block5_pool");
    settings.put("head", "flatten, dense(256, relu), dropout(0.5), dense(classes)");
    settings.put("trainable", "last conv block: block5");
    settings.put("batch-size", "16");
    settings.put("seed", "0");
    settings.put("Graft", "0.1.0");
    settings.put("TensorFlow", "2.18.0");
    return settings;
  }
}
