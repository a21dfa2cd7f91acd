package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.kerasgraft.features.ExtractionListener;
import org.kerasgraft.features.IndexRow;
import org.kerasgraft.features.InputAccount;

/** Shows how an extraction goes. */
final class ExtractionProgress implements ExtractionListener {

  private static final int MOST_NAMED = 20;

  private final Progress progress;
  private final String what;
  private int rejected;

  ExtractionProgress(Progress progress, String what) {
    this.progress = progress;
    this.what = what;
  }

  @Override
  public void onStoreHit(String tensor, Path entry) {
    progress.note("Features used again, " + entry.getFileName().toString().substring(0, 12));
  }

  @Override
  public void onStoreDamaged(Path entry, String reason) {
    progress.note("Features in " + entry + " cannot be used (" + reason + "); computed again");
  }

  @Override
  public void onResumed(int done, int total) {
    if (done == 0) {
      progress.note("Nothing to resume; beginning at the first input");
    } else if (done == total) {
      progress.note("Already complete, " + total + " inputs");
    } else {
      progress.note("Going on after " + done + " of " + total + " inputs");
    }
  }

  @Override
  public void onRejected(IndexRow row) {
    rejected++;
    if (rejected <= MOST_NAMED) {
      progress.note("Rejected " + row.path() + ": " + row.status());
    } else if (rejected == MOST_NAMED + 1) {
      progress.note("More are rejected; index.csv will name each.");
    }
  }

  @Override
  public void onIndex(List<IndexRow> index) {
    progress.note(InputAccount.of(index).text());
  }

  @Override
  public void onProgress(int done, int total, double rowsPerSecond) {
    progress.at(what, done, total, String.format(Locale.ROOT, "%.1f a second", rowsPerSecond));
  }
}
