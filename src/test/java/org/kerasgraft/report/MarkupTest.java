package org.kerasgraft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MarkupTest {

  @Test
  void marksOfHtmlAreEscaped() {
    assertEquals(
        "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt; &amp;amp;",
        Markup.escape("<a href=\"x\" title='y'> &amp;"));
  }

  @Test
  void controlsAndMarksOfDirectionAreReplaced() {
    for (int c : new int[] {0, 7, 0x1b, 0x7f, 0x9b, 0x61c, 0x200e, 0x202e, 0x2066, 0xd800}) {
      assertEquals("a\ufffdb", Markup.escape("a" + Character.toString(c) + "b"), "" + c);
    }
  }

  @Test
  void lettersOfAnyScriptStayAsTheyAre() {
    String text = "na\u00efve \u4f60\u597d \ud83d\ude00\tx\n\u200d";
    assertEquals(text, Markup.escape(text));
  }
}
