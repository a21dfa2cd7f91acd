package org.kerasgraft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CsvTest {

  @Test
  void quotesWhatWouldBreakALine() {
    assertEquals("a,\"b,c\",\"d\"\"e\",\"f\ng\",\n", Csv.line("a", "b,c", "d\"e", "f\ng", null));
  }

  @Test
  void disarmsFormulas() {
    assertEquals(
        "'=1+1,'+1,'-1,'@x,\"'\tx\",\"'=a,b\"\n",
        Csv.line("=1+1", "+1", "-1", "@x", "\tx", "=a,b"));
  }

  @Test
  void leavesNumbersAlone() {
    assertEquals("-1,-0.5,1.0E-4\n", Csv.line(-1, -0.5, 1e-4));
  }
}
