package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.List;
import org.kerasgraft.report.ScanSummary;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.ScanReport;

/** Tells what a model would be allowed to do; nothing of it is run. */
final class ScanCommand implements Command {

  @Override
  public String name() {
    return "scan";
  }

  @Override
  public String purpose() {
    return "Tells what a model may do, from its file alone; every other command scans first.";
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
        "graft scan savedmodels/vgg16-mini",
        "graft scan downloaded --allow-op ImageSummary --format json");
  }

  @Override
  public boolean takesOperands() {
    return true;
  }

  @Override
  public ExitCode run(Arguments arguments, Console console) {
    Path model = arguments.onlyOperand("MODEL");
    Format format = arguments.choice("format", Format.TEXT, Format::id);
    ScanReport report = SavedModelReader.scan(model, CommonOptions.policy(arguments));
    ScanSummary summary = new ScanSummary(report);
    format.print(summary::text, summary::json, console);
    report.requireClean();
    return ExitCode.OK;
  }
}
