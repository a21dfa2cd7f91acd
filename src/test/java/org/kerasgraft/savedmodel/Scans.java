package org.kerasgraft.savedmodel;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** For models that a test makes without a file. */
public final class Scans {

  /** Nothing found, nothing allowed besides. */
  public static final ScanReport CLEAN =
      new ScanReport(Path.of("made-by-a-test"), "0", 0, 0, Map.of(), List.of(), Set.of());

  /** None. */
  public static final WeightFiles NO_WEIGHTS = WeightFiles.of(Path.of("made-by-a-test"));

  private Scans() {}
}
