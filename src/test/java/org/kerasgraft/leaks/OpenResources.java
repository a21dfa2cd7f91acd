package org.kerasgraft.leaks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tensorflow.types.TInt32;

/**
 * What this process holds at a moment that somebody has to close. Nothing is collected before or
 * after counting: a collector that closes things would hide that nobody did.
 *
 * <ul>
 *   <li><b>Natives</b>: pointers with a deallocator, graphs and sessions, by kind ({@link
 *       Natives}).
 *   <li><b>Descriptors</b>: {@code /proc/self/fd} by what they lead to, without those of the
 *       virtual machine: jars, libraries, its modules.
 *   <li><b>Mapped files</b>: lines of {@code /proc/self/maps} that name a file, again without those
 *       of the virtual machine.
 *   <li><b>Threads</b>: live ones by name, without those that live as long as the process.
 * </ul>
 *
 * Where there is no {@code /proc}, descriptors and mapped files are not counted.
 *
 * @param counts how many of each kind, by a kind's name
 */
public record OpenResources(Map<String, Long> counts) {

  private static final Pattern MACHINE =
      Pattern.compile(
          ".*\\.(jar|jsa|so|so\\.[0-9.]+|class)|.*/lib/modules|.*/hsperfdata_.*|/proc/.*|/sys/.*"
              + "|/dev/.*|/usr/.*|/SYSV.*|anon_inode:.*");

  /**
   * Threads that are made once and stay: the virtual machine's and the test runner's, the JDK's
   * shared pool (which hashes inputs), its watcher of child processes and its thread for pictures.
   */
  private static final Pattern THREADS =
      Pattern.compile(
          "main|Reference Handler|Finalizer|Signal Dispatcher|Common-Cleaner|Notification Thread"
              + "|Attach Listener|Service Thread|Monitor .*|C[12] CompilerThread.*"
              + "|surefire-.*|ping-.*|process reaper.*|ForkJoinPool.*|JavaCPP Deallocator"
              + "|junit-.*|Cleaner-.*|Java2D Disposer");

  private static final Map<String, Long> STAYING = new TreeMap<>();

  // What the first use of anything opens for the rest of the process is no leak of that use: the
  // function that TensorFlow Java gives to tensors on Java's memory (AbstractTF_Tensor), and the
  // socket that the JDK puts in the place of a descriptor that it closes (sun.nio.ch).
  static {
    Natives.leaveAllToClose();
    TInt32.scalarOf(0).close();
    try {
      Path file = Files.createTempFile("graft", "");
      FileChannel.open(file, StandardOpenOption.DELETE_ON_CLOSE).close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies. */
  public OpenResources {
    counts = Map.copyOf(counts);
  }

  /**
   * Opens something that lives as long as the process, for example a model that several test
   * classes share; from now on it is not counted.
   *
   * @param opening opens it; nothing else is opened meanwhile
   * @param <T> its type
   * @return what was opened
   */
  public static synchronized <T> T staying(Supplier<T> opening) {
    Map<String, Long> before = everything();
    T opened = opening.get();
    everything()
        .forEach(
            (kind, now) -> STAYING.merge(kind, now - before.getOrDefault(kind, 0L), Long::sum));
    return opened;
  }

  /** What is open now, but for what stays. */
  public static synchronized OpenResources now() {
    Map<String, Long> counts = everything();
    STAYING.forEach((kind, stays) -> counts.merge(kind, -stays, Long::sum));
    counts.values().removeIf(count -> count <= 0);
    return new OpenResources(counts);
  }

  private static Map<String, Long> everything() {
    Map<String, Long> counts = new TreeMap<>(Natives.now());
    descriptors().forEach(name -> count(counts, "descriptor of " + name));
    mappedFiles().forEach(name -> count(counts, "mapped file " + name));
    Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> !THREADS.matcher(name).matches())
        .forEach(name -> count(counts, "thread " + name));
    return counts;
  }

  /**
   * What is open here and was not before, in words; none if everything was closed. What was closed
   * that others had opened is none of it.
   */
  public List<String> since(OpenResources before) {
    List<String> left = new ArrayList<>();
    new TreeMap<>(counts)
        .forEach(
            (kind, now) -> {
              long more = now - before.counts.getOrDefault(kind, 0L);
              if (more > 0) {
                left.add(more + " × " + kind);
              }
            });
    return left;
  }

  private static void count(Map<String, Long> counts, String kind) {
    counts.merge(kind, 1L, Long::sum);
  }

  private static List<String> descriptors() {
    List<String> names = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : all.toList()) {
        try {
          names.add(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
          continue; // the one that lists, closed meanwhile
        }
      }
    } catch (IOException e) {
      return List.of();
    }
    names.removeIf(name -> MACHINE.matcher(name).matches());
    return names;
  }

  private static List<String> mappedFiles() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> line.indexOf('/') > 0)
          .map(line -> line.substring(line.indexOf('/')))
          .filter(name -> !MACHINE.matcher(name).matches())
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
