package org.kerasgraft.features;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.data.ImageRemark;

/**
 * Counts what became of inputs: accepted, with which remarks, and rejected, with which codes. What
 * was given is the sum of both. Not thread-safe.
 */
public final class InputAccount {

  private final Map<ImageRemark, Integer> remarks = new EnumMap<>(ImageRemark.class);
  private final Map<String, Integer> rejected = new TreeMap<>();
  private int accepted;

  /** An account of nothing yet. */
  public InputAccount() {}

  /**
   * The account of an index.
   *
   * @param index what became of each input
   * @return the counts
   */
  public static InputAccount of(List<IndexRow> index) {
    InputAccount account = new InputAccount();
    index.forEach(row -> account.add(row.status(), row.detail()));
    return account;
  }

  /**
   * Counts an input.
   *
   * @param status the code of what became of it
   * @param detail of an accepted one, its remarks
   */
  public void add(String status, String detail) {
    if (!status.equals(DecodeStatus.OK.code())) {
      rejected.merge(status, 1, Integer::sum);
      return;
    }
    accepted++;
    for (ImageRemark remark : ImageRemark.values()) {
      if (remark.isIn(detail)) {
        remarks.merge(remark, 1, Integer::sum);
      }
    }
  }

  /**
   * How many were accepted.
   *
   * @return 0 or more
   */
  public int accepted() {
    return accepted;
  }

  /**
   * How many of the accepted have a remark.
   *
   * @return each remark's code to their number, 1 or more; an input may count for several
   */
  public Map<String, Integer> remarks() {
    Map<String, Integer> byCode = new LinkedHashMap<>();
    remarks.forEach((remark, count) -> byCode.put(remark.code(), count));
    return Collections.unmodifiableMap(byCode);
  }

  /**
   * How many were rejected.
   *
   * @return each status to their number, 1 or more
   */
  public Map<String, Integer> rejected() {
    return Collections.unmodifiableMap(rejected);
  }

  /**
   * How many were rejected in all.
   *
   * @return 0 or more
   */
  public int bad() {
    return rejected.values().stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * One line for a reader: what was given = accepted + rejected.
   *
   * @return for example {@code 3 images: 2 accepted (1 animated), 1 rejected (1 empty)}
   */
  public String text() {
    return counted(accepted + bad(), "images: ")
        + counted(accepted, "accepted")
        + inBrackets(remarks())
        + ", "
        + counted(bad(), "rejected")
        + inBrackets(rejected);
  }

  private static String inBrackets(Map<String, Integer> counts) {
    return counts.isEmpty() ? "" : " (" + text(counts) + ")";
  }

  /**
   * Counts by code in words.
   *
   * @param counts codes and numbers
   * @return for example {@code 2 empty, 1 truncated}; empty for none
   */
  public static String text(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .map(e -> counted(e.getValue(), e.getKey()))
        .collect(Collectors.joining(", "));
  }

  private static String counted(int number, String what) {
    return String.format(Locale.ROOT, "%,d %s", number, what);
  }
}
