package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kerasgraft.leaks.OpenResources;
import org.kerasgraft.promises.Uses.Use;

/**
 * P9: whatever is used leaves nothing open, the first time and again, whether it succeeds or fails.
 * Counted are native pointers, graphs and references to them, descriptors, mapped files and threads
 * ({@link OpenResources}).
 */
class ClosedAtTheEndTest {

  /** Each use follows others already; at night each follows itself too. */
  private static final int TIMES = Promises.size(1, 3);

  @TempDir private static Path folder;
  private static Uses on;
  private static String home;
  private static int begun;
  private static int uses;

  @BeforeAll
  static void warmUp() {
    home = System.getProperty("user.home");
    System.setProperty("user.home", folder.toString());
    on = new Uses(folder);
  }

  @AfterAll
  static void record() {
    System.setProperty("user.home", home);
    if (uses > 0 && uses == begun) {
      Promises.of(9)
          .tried(
              "uses after which pointers, graphs, descriptors, mapped files, threads are counted",
              uses)
          .holds("0 left");
    }
  }

  static Stream<Use> good() {
    return GoodUses.all().stream();
  }

  @ParameterizedTest
  @MethodSource
  void good(Use use) throws Exception {
    leavesNothing(use);
  }

  static Stream<Use> failing() {
    return FailingUses.all().stream();
  }

  @ParameterizedTest
  @MethodSource
  void failing(Use use) throws Exception {
    leavesNothing(use);
  }

  static Stream<Use> commands() {
    return CommandUses.all().stream();
  }

  @ParameterizedTest
  @MethodSource
  void commands(Use use) throws Exception {
    leavesNothing(use);
  }

  private static void leavesNothing(Use use) throws Exception {
    for (int time = 1; time <= TIMES; time++) {
      begun++;
      OpenResources before = OpenResources.now();
      use.work().run(on);
      OpenResources after = OpenResources.now();
      assertEquals(List.of(), after.since(before), use + " left open, time " + time);
      uses++;
    }
  }
}
