package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.kerasgraft.internal.Cancellation;

/** Deaths that no input explains. */
class PostmortemTest {

  private static final int KILLED = ChildProcess.SIGNALLED + 9;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
  private final Postmortem postmortem =
      new Postmortem(new Console(stream, stream, false, new Cancellation()), "Go on so.");

  private void assertSays(String line) {
    assertEquals(line, said.toString(StandardCharsets.UTF_8).strip());
    said.reset();
  }

  @Test
  void aDeathBeforeAnythingWasDoneIsNotBorne() {
    assertFalse(postmortem.isBorne(KILLED, 0));
    assertSays(
        "graft: The process ended by signal 9 (SIGKILL) before the first input or anything else was"
            + " done: while it loaded the model, or for want of memory.");
  }

  @Test
  void aDeathIsBorneOnceForEachStretchOfProgress() {
    assertTrue(postmortem.isBorne(KILLED, 3));
    assertSays("graft: The process ended by signal 9 (SIGKILL), by no input's fault; going on.");
    assertTrue(postmortem.isBorne(0, 4));
    assertSays("graft: The process ended by exit code 0, by no input's fault; going on.");
    assertFalse(postmortem.isBorne(KILLED, 4));
    assertSays(
        "graft: The process ended by signal 9 (SIGKILL) again without having come any further, by"
            + " no input's fault. Go on so.");
  }

  @Test
  void manyDeathsAreNoAccident() {
    for (int i = 1; i <= Postmortem.MOST_DEATHS; i++) {
      assertTrue(postmortem.isBorne(KILLED, i));
    }
    said.reset();
    assertFalse(postmortem.isBorne(KILLED, Long.MAX_VALUE));
    assertSays("graft: The process has ended 101 times; given up. Go on so.");
  }
}
