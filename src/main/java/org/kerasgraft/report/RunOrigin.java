package org.kerasgraft.report;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run came from, for its manifest.
 *
 * @param inputs name of each input to the SHA-256 of its content
 * @param versions name of each piece of software to its version
 * @param seed what all randomness derives from
 */
public record RunOrigin(Map<String, String> inputs, Map<String, String> versions, long seed) {

  /** Copies, sorted by name. */
  public RunOrigin {
    inputs = Collections.unmodifiableMap(new TreeMap<>(inputs));
    versions = Collections.unmodifiableMap(new TreeMap<>(versions));
  }
}
