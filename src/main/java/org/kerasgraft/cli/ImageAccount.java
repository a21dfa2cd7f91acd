package org.kerasgraft.cli;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.data.ImageRemark;
import org.kerasgraft.data.ImageSet;

/** Counts what became of images: accepted, with which remarks, and rejected, with which codes. */
final class ImageAccount {

  private final Map<ImageRemark, Integer> remarks = new EnumMap<>(ImageRemark.class);
  private final Map<String, Integer> rejected = new TreeMap<>();
  private int accepted;

  /** Says what a folder holds beside its images, if anything. */
  static void noteLeftOut(ImageSet set, Progress progress) {
    int files = set.leftOut().files();
    int folders = set.leftOut().folders();
    if (files + folders > 0) {
      progress.note(
          String.format(
              Locale.ROOT,
              "Left out of '%s': %,d files that are no images by name or place, %,d folders that"
                  + " are linked or hidden",
              set.name(),
              files,
              folders));
    }
  }

  /**
   * Counts an image.
   *
   * @param status the code of what became of it
   * @param detail of an accepted one, its remarks
   */
  void add(String status, String detail) {
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

  /** One line: images in = accepted + rejected. */
  String text() {
    int bad = rejected.values().stream().mapToInt(Integer::intValue).sum();
    String noted =
        remarks.entrySet().stream()
            .map(e -> counted(e.getValue(), e.getKey().code()))
            .collect(Collectors.joining(", "));
    String codes =
        rejected.entrySet().stream()
            .map(e -> counted(e.getValue(), e.getKey()))
            .collect(Collectors.joining(", "));
    return counted(accepted + bad, "images: ")
        + counted(accepted, "accepted")
        + (noted.isEmpty() ? "" : " (" + noted + ")")
        + ", "
        + counted(bad, "rejected")
        + (codes.isEmpty() ? "" : " (" + codes + ")");
  }

  private static String counted(int number, String what) {
    return String.format(Locale.ROOT, "%,d %s", number, what);
  }
}
