package org.kerasgraft.promises;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder in which writing fails for real. Needs a POSIX shell; two need Linux namespaces. */
enum Refusal {
  /** A file system of a few pages, mounted for one process. */
  FULL_DISK("mount -t tmpfs -o size=%dk tmpfs \"$0\" || exit 200; ", true),
  /** A limit on the size of a file. */
  QUOTA("ulimit -f %d || exit 200; ", false),
  /** Mounted read-only for one process: even the superuser is refused. */
  READ_ONLY("mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" || exit 200; ", true);

  /** The command, then what it left. */
  private static final String RUN =
      "\"$@\"; code=$?; ulimit -f unlimited 2>/dev/null; echo ---left---; find \"$0\" -mindepth 1;"
          + " exit $code";

  private final String setting;
  private final boolean mounts;

  Refusal(String setting, boolean mounts) {
    this.setting = setting;
    this.mounts = mounts;
  }

  /**
   * How a command ended.
   *
   * @param code its exit code
   * @param err what it said
   * @param left what was in the folder afterwards
   */
  record Outcome(int code, String err, List<String> left) {}

  /** Why it cannot be tried here; empty if it can. */
  Optional<String> missing(Path scratch) throws IOException {
    Path place = Files.createDirectory(scratch.resolve("try-" + name()));
    Outcome outcome = run(place, 64, List.of("true"));
    return outcome.code() == 0
        ? Optional.empty()
        : Optional.of("no mount namespaces for this user: " + outcome.err().strip());
  }

  /**
   * Runs a command.
   *
   * @param place an existing folder, which refuses
   * @param size of the file system in KiB, or of the largest file in half KiB
   * @param command the process
   */
  Outcome run(Path place, int size, List<String> command) {
    List<String> words = new ArrayList<>();
    if (mounts) {
      words.addAll(List.of("unshare", "-rm"));
    }
    words.addAll(List.of("sh", "-c", String.format(Locale.ROOT, setting, size) + RUN));
    words.add(place.toString());
    words.addAll(command);
    try {
      Path out = Files.createTempFile("refusal", ".out");
      Path err = Files.createTempFile("refusal", ".err");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(words).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
        int code = builder.start().waitFor();
        Stream<String> left =
            Files.readAllLines(out).stream().dropWhile(l -> !l.equals("---left---")).skip(1);
        return new Outcome(code, Files.readString(err), left.toList());
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      return new Outcome(200, String.valueOf(e.getMessage()), List.of());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
