package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.export.ServedDirectory;
import org.kerasgraft.features.CrashNotes;
import org.kerasgraft.internal.FlightRecord;
import org.kerasgraft.internal.PrivateSocket;
import org.kerasgraft.savedmodel.WeightFiles;

/**
 * {@code --isolate} of the commands that predict: another process decodes and runs the model; when
 * it dies, the input that ended it is {@code crashed}, and a new process answers for the others of
 * its batch, which is composed as it would be without that input. Files are read here; nothing
 * native is loaded here.
 */
final class IsolatedPredictor implements RowPredictor {

  /** How long a process may take to end after the command has hung up. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Asks a process for some inputs' answers. */
  private interface Question {
    /** Gives one input; what becomes of it. */
    DecodeResult give(PredictionLink link, int input) throws IOException;
  }

  private final List<String> words;
  private final WeightFiles weights;
  private final int classes;
  private final int rowSize;
  private final long mostPixels;
  private final Console console;
  private final Postmortem postmortem;
  private final Notes notes = new Notes();
  private IntFunction<String> names = i -> "input " + i;
  private Optional<Child> child = Optional.empty();

  /**
   * Starts nothing yet.
   *
   * @param words the command with its options, without {@code --isolate}
   * @param model what the process will open
   * @param mostPixels the pixels of the largest image that is decoded, 1 or more
   * @param console hears of crashes
   */
  IsolatedPredictor(List<String> words, ServedDirectory model, long mostPixels, Console console) {
    this.words = List.copyOf(words);
    this.weights = WeightFiles.of(model.path());
    this.classes = model.provenance().labels().size();
    this.rowSize = Math.toIntExact(model.provenance().input().rowShape().size());
    this.mostPixels = mostPixels;
    this.console = console;
    this.postmortem = new Postmortem(console, "");
  }

  /** The process and the line to it. */
  private record Child(ChildProcess process, PredictionLink link) {}

  @Override
  public Answers images(List<LabelledImage> images, int first) {
    names = i -> "'" + images.get(i - first).relativePath() + "'";
    return answers(
        first,
        images.size(),
        (link, input) -> {
          EncodedImage image = EncodedImage.read(images.get(input - first).file(), mostPixels);
          return image.result().isOk() ? link.decode(input, image.bytes()) : image.result();
        });
  }

  @Override
  public Answers rows(RowSource rows, int first, int count) {
    float[] row = new float[rowSize];
    names = i -> "row " + i;
    return answers(
        first,
        count,
        (link, input) -> {
          rows.read(input, row, 0);
          link.row(input, row);
          return DecodeResult.OK;
        });
  }

  private Answers answers(int first, int count, Question question) {
    while (true) {
      Child asked = child();
      try {
        Answers answers = ask(asked.link(), first, count, question);
        notes.batches++;
        return answers;
      } catch (IOException e) {
        asked.link().drain();
        asked.link().close();
        child = Optional.empty();
        conclude(asked.process(), asked.link().last());
      }
    }
  }

  private Answers ask(PredictionLink link, int first, int count, Question question)
      throws IOException {
    link.begin(count);
    List<DecodeResult> results = new ArrayList<>();
    List<Integer> good = new ArrayList<>();
    for (int input = first; input < first + count; input++) {
      String crash = notes.crashed.get(input);
      DecodeResult result =
          crash == null
              ? question.give(link, input)
              : new DecodeResult(DecodeStatus.CRASHED, crash);
      results.add(result);
      good.addAll(result.isOk() ? List.of(input) : List.of());
    }
    boolean eachFirst = !good.isEmpty() && notes.alone.contains(good.get(0));
    return new Answers(results, List.of(link.run(eachFirst, good.size(), classes)));
  }

  private Child child() {
    while (child.isEmpty()) {
      child = start();
    }
    return child.get();
  }

  /** Starts a process; empty if it has ended before it called, and another shall be tried. */
  private Optional<Child> start() {
    try (PrivateSocket socket = PrivateSocket.open()) {
      ChildProcess process =
          ChildProcess.start(
              words,
              List.of("-D" + PredictionChild.SOCKET + "=" + socket.path()),
              console.err(),
              console);
      Optional<SocketChannel> channel = Optional.empty();
      try {
        channel = socket.accept(() -> process.isAlive() && !console.cancellation().isCancelled());
      } catch (IOException e) {
        console.say("The socket to a process of its own failed: " + e + ".");
      }
      if (channel.isEmpty()) {
        conclude(process, Optional.empty());
      }
      Optional<Child> started =
          channel.map(PredictionLink::new).map(link -> new Child(process, link));
      started.ifPresent(this::requireSameModel);
      return started;
    }
  }

  /** By now it has read the weights: another process before it answered with those of then. */
  private void requireSameModel(Child started) {
    try {
      weights.requireSame();
    } catch (RuntimeException e) {
      started.link().close();
      started.process().endWithin(PATIENCE);
      throw e;
    }
  }

  /** A process has ended, or is ended now: finds why; returns if another shall go on. */
  private void conclude(ChildProcess process, Optional<FlightRecord.Entry> last) {
    int code = process.endWithin(PATIENCE);
    Optional<ExitCode> known = postmortem.known(code, () -> false);
    if (known.isPresent()) {
      throw new ChildFailure(known.get());
    }
    if (!postmortem.isExplained(code, last, Optional.of(notes))) {
      throw new ChildFailure(ExitCode.INTERNAL);
    }
  }

  /** Hangs up, and waits for the process to end. */
  @Override
  public void close() {
    child.ifPresent(
        c -> {
          c.link().close();
          c.process().endWithin(PATIENCE);
        });
    child = Optional.empty();
  }

  /** What is known of the inputs, for as long as the command runs. */
  private final class Notes implements CrashNotes {
    private final Map<Integer, String> crashed = new HashMap<>();
    private final Set<Integer> alone = new HashSet<>();
    private long batches;

    @Override
    public boolean blame(int input, String detail) {
      return crashed.putIfAbsent(input, detail) == null;
    }

    @Override
    public boolean separate(int first) {
      return alone.add(first);
    }

    @Override
    public long progress() {
      return batches;
    }

    @Override
    public String name(int input) {
      return names.apply(input);
    }
  }
}
