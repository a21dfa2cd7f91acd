package org.kerasgraft.leaks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails a test class that leaves anything open which it has opened ({@link OpenResources}). JUnit
 * finds it by {@code META-INF/services} and puts it around every class; where classes run at the
 * same time, nobody can say whose something is, and it does nothing.
 *
 * <p>More may be closed after a class than before, never less: others may have ended meanwhile. The
 * collector has no part in it, its thread for pointers is ended.
 */
public final class EachClassClosesAll implements BeforeAllCallback, AfterAllCallback {

  private static final Namespace NAMESPACE = Namespace.create(EachClassClosesAll.class);
  private static final int GLANCES = 100;
  private static final long GLANCE_NANOS = 20_000_000;
  private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";

  /**
   * What a class leaves open and cannot close. Entries only go: one that is not needed any more
   * fails its class.
   *
   * @param test the class
   * @param what what is left
   * @param reason why nobody can close it
   */
  private record Excuse(String test, Pattern what, String reason) {}

  private static final List<Excuse> EXCUSES =
      List.of(
          new Excuse(
              "CanariesTest",
              Pattern.compile(".* descriptor of .*/trace/tfdbg_events\\..*"),
              "lets TensorFlow run a hostile model, whose debug events it keeps open for good"));

  @Override
  public void beforeAll(ExtensionContext context) {
    if (isCounted(context)) {
      context.getStore(NAMESPACE).put(OpenResources.class, OpenResources.now());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (isCounted(context)) {
      String test = context.getRequiredTestClass().getSimpleName();
      OpenResources before =
          context.getStore(NAMESPACE).get(OpenResources.class, OpenResources.class);
      List<String> left = leftAfterAWhile(before);
      List<Excuse> excuses = EXCUSES.stream().filter(e -> e.test().equals(test)).toList();
      for (Excuse excuse : excuses) {
        List<String> excused =
            left.stream().filter(l -> excuse.what().matcher(l).matches()).toList();
        assertEquals(false, excused.isEmpty(), () -> "not needed any more: " + excuse);
        left = left.stream().filter(l -> !excused.contains(l)).toList();
      }
      assertEquals(List.of(), left, test + " left open");
    }
  }

  /** Java closes the pipes of a process that has ended in a thread of its own. */
  private static List<String> leftAfterAWhile(OpenResources before) {
    List<String> left = OpenResources.now().since(before);
    for (int i = 0; i < GLANCES && !left.isEmpty(); i++) {
      LockSupport.parkNanos(GLANCE_NANOS);
      left = OpenResources.now().since(before);
    }
    return left;
  }

  private static boolean isCounted(ExtensionContext context) {
    boolean parallel =
        context.getConfigurationParameter(PARALLEL).map(Boolean::parseBoolean).orElse(false);
    return !parallel && context.getRequiredTestClass().getEnclosingClass() == null;
  }
}
