package org.kerasgraft.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.PreprocessingChoice;
import org.kerasgraft.features.ExtractionOptions;
import org.kerasgraft.features.FeatureExtractor;
import org.kerasgraft.features.FeatureInput;
import org.kerasgraft.features.FeatureSet;
import org.kerasgraft.features.Isolation;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.NativeScope;

/** Writes bottleneck features: the values of one layer for many inputs. */
final class FeaturesCommand implements Command {

  /**
   * What was asked for.
   *
   * @param model the SavedModel and the ops it may hold
   * @param at the layer
   * @param input what to run it on
   * @param preprocessing what the user says of the images
   * @param out the folder to make, or to finish
   * @param rows how to work through the rows
   * @param runtime device and threads
   */
  record Request(
      TrustedModel model,
      String at,
      InputChoice input,
      PreprocessingChoice preprocessing,
      Output out,
      RowOptions rows,
      RuntimeOptions runtime) {

    /**
     * The folder to make.
     *
     * @param folder its path
     * @param resume whether to go on with what an interrupted run left
     */
    record Output(Path folder, boolean resume) {}

    static Request of(Arguments arguments) {
      return new Request(
          TrustedModel.of(arguments),
          arguments.text("at").orElseThrow(() -> arguments.missing("--at")),
          InputChoice.ofSeveral(arguments),
          CommonOptions.preprocessing(arguments),
          new Output(arguments.requiredPath("out"), arguments.has("resume")),
          RowOptions.of(arguments),
          CommonOptions.runtime(arguments));
    }
  }

  @Override
  public String name() {
    return "features";
  }

  @Override
  public String purpose() {
    return "Writes bottleneck features: the values of one layer, a row an input.";
  }

  @Override
  public String synopsis() {
    return "--model MODEL --at LAYER (--images DIR | --input [NAME=]X.npy …) --out DIR [options]";
  }

  @Override
  public List<OptionSection> sections() {
    return List.of(
        OptionSection.of(
            "Model",
            TrainCommand.MODEL,
            CommonOptions.ALLOW_OP,
            OptionSection.valued("at", "LAYER", "The layer; graft inspect lists them.")),
        OptionSection.of(
            "Input",
            OptionSection.valued(
                "images",
                "DIR",
                "Images, anywhere below this folder; class folders give the index its labels."),
            OptionSection.listed(
                "input",
                "[NAME=]X.npy",
                "Rows of an array instead of images; nothing is preprocessed. NAME=X.npy once for"
                    + " each input of a model that has several."),
            CommonOptions.PREPROCESSING,
            CommonOptions.IMAGE_SIZE,
            CommonOptions.MAX_BAD,
            CommonOptions.MAX_PIXELS),
        OptionSection.of(
            "Output",
            OptionSection.valued(
                "out",
                "DIR",
                "Gets features.npy, index.csv and manifest.json; must be absent or empty."),
            OptionSection.flag(
                "resume",
                "Go on with a run that was interrupted or killed; ends with the same bytes as an"
                    + " uninterrupted one.")),
        CommonOptions.running(CommonOptions.ISOLATE));
  }

  @Override
  public List<String> examples() {
    return List.of(
        "graft features --model savedmodels/vgg16-mini --at block5_pool --images pictures --out"
            + " features",
        "graft features --model vgg16 --at block4_pool --input x.npy --out features --resume");
  }

  @Override
  public Duration patience() {
    return Interruption.A_BATCH;
  }

  @Override
  public ExitCode run(Arguments arguments, Console console) {
    Request request = Request.of(arguments);
    if (ChildProcess.isThis()) {
      ChildProcess.obeyParent(console);
    } else if (arguments.has("isolate")) {
      List<String> words = arguments.wordsWithout("isolate");
      return new IsolatedCommand(words, new IsolatedFeatures(request.out().folder()), console)
          .run();
    }
    if (!request.out().resume()) {
      AtomicDirectory.requireFree(request.out().folder());
    }
    Network whole = Network.of(request.model().read());
    Network cut = whole.cutAfter(request.at());
    if (request.input() instanceof InputChoice.Images images) {
      ImageInput expected = request.preprocessing().resolve(whole);
      ImageSet set =
          ImageFolder.anyTree(images.folder()).withMostPixels(request.rows().mostPixels());
      extract(request, expected.splice(cut), new FeatureInput.Images(set, expected), console);
    } else if (request.input() instanceof InputChoice.Rows array) {
      try (Npy npy = Npy.open(array.input())) {
        extract(request, cut, new FeatureInput.Rows(npy, Optional.empty()), console);
      }
    } else if (request.input() instanceof InputChoice.NamedRows named) {
      extractNamed(request, cut, named, console);
    }
    return ExitCode.OK;
  }

  private static void extractNamed(
      Request request, Network cut, InputChoice.NamedRows named, Console console) {
    try (NativeScope opened = new NativeScope()) {
      Map<String, Npy> arrays = new LinkedHashMap<>();
      named.inputs().forEach((name, file) -> arrays.put(name, opened.own(Npy.open(file))));
      extract(request, cut, new FeatureInput.NamedRows(arrays), console);
    }
  }

  private static void extract(
      Request request, Network network, FeatureInput input, Console console) {
    try (Progress progress = new Progress(console, request.rows().quiet());
        LiveNetwork live = LiveNetwork.open(network, request.runtime())) {
      if (input instanceof FeatureInput.Images images) {
        RowOptions.noteLeftOut(images.set(), progress);
      }
      ExtractionOptions options =
          new ExtractionOptions(
              request.rows().batchSize(),
              new ExtractionProgress(progress, "Features"),
              console.cancellation(),
              watch(request));
      FeatureExtractor extractor = new FeatureExtractor(live, input, options);
      String tensor = network.graph().outputs().get(Network.FEATURES).tensor();
      Path folder = request.out().folder();
      try (FeatureSet set =
          request.out().resume()
              ? extractor.resume(tensor, folder)
              : extractor.extract(tensor, folder)) {
        console.out().println(Console.printable(summary(set, request)));
        set.requireAtMostRejected(request.rows().maxBad());
      }
    }
  }

  private static Optional<Path> watch(Request request) {
    return ChildProcess.isThis()
        ? Optional.of(Isolation.watch(AtomicDirectory.kept(request.out().folder())))
        : Optional.empty();
  }

  private static String summary(FeatureSet set, Request request) {
    return set.count()
        + " rows of "
        + request.at()
        + ", "
        + set.rejected()
        + " inputs rejected, in "
        + request.out().folder();
  }
}
