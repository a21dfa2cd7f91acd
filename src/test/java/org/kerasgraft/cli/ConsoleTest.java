package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ConsoleTest {

  @Test
  void nothingFromOutsideSteersTheTerminal() {
    assertEquals("a?[2Jb", Console.printable("a\u001b[2Jb"));
    for (int c : new int[] {0, '\n', '\r', 0x7f, 0x9b, 0x200e, 0x2028, 0x2029, 0x202e, 0x2066}) {
      assertEquals("a?b", Console.printable("a" + Character.toString(c) + "b"), "" + c);
    }
    assertEquals("tab\tand \u4f60", Console.printable("tab\tand \u4f60"));
  }
}
