package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A process is believed only if it came to its end. */
class LastWordTest {

  @Test
  void whatWasSaidIsKnownAndNothingElse() {
    try (LastWord word = LastWord.await()) {
      assertFalse(word.is(0), "nothing was said yet");
      String[] flag = word.flags().get(0).substring(2).split("=", 2);
      System.setProperty(flag[0], flag[1]);
      try {
        LastWord.say(1);
      } finally {
        System.clearProperty(flag[0]);
      }
      LastWord.say(0);
      assertTrue(word.is(1));
      assertFalse(word.is(0));
    }
  }
}
