package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.List;
import org.kerasgraft.graph.Network;
import org.kerasgraft.report.ModelSummary;
import org.kerasgraft.savedmodel.OpPolicy;
import org.kerasgraft.savedmodel.SavedModelReader;

/** Shows a model as data; TensorFlow's natives are not loaded. */
final class InspectCommand implements Command {

  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public String purpose() {
    return "Shows a model's layers, parameters and signatures, without running it.";
  }

  @Override
  public String synopsis() {
    return "MODEL [--allow-op OP …] [--format text|json]";
  }

  @Override
  public List<OptionSection> sections() {
    return List.of(CommonOptions.looking());
  }

  @Override
  public List<String> examples() {
    return List.of(
        "graft inspect savedmodels/vgg16-mini",
        "graft inspect savedmodels/vgg16-mini --format json");
  }

  @Override
  public boolean takesOperands() {
    return true;
  }

  @Override
  public ExitCode run(Arguments arguments, Console console) {
    Path model = arguments.onlyOperand("MODEL");
    Format format = arguments.choice("format", Format.TEXT, Format::id);
    OpPolicy policy = CommonOptions.policy(arguments);
    ModelSummary summary = new ModelSummary(Network.of(SavedModelReader.read(model, policy)));
    format.print(summary::text, summary::json, console);
    return ExitCode.OK;
  }
}
