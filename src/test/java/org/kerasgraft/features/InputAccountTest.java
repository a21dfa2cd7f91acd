package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class InputAccountTest {

  @Test
  void imagesAreAcceptedPlusRejected() {
    InputAccount account = new InputAccount();
    account.add("ok", "");
    account.add("ok", "exif-rotated animated");
    account.add("ok", "animated");
    account.add("truncated", "animated");
    account.add("empty", "0 bytes");
    account.add("empty", "0 bytes");
    assertEquals(
        "6 images: 3 accepted (1 exif-rotated, 2 animated), 3 rejected (2 empty, 1 truncated)",
        account.text());
  }

  @Test
  void nothingSpecialIsShort() {
    InputAccount account = new InputAccount();
    for (int i = 0; i < 1234; i++) {
      account.add("ok", "");
    }
    assertEquals("1,234 images: 1,234 accepted, 0 rejected", account.text());
  }
}
