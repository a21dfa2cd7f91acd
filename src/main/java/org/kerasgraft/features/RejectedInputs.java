package org.kerasgraft.features;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.kerasgraft.error.InvalidDataException;

/** What was rejected so far: how many by each code, and which first. Not thread-safe. */
final class RejectedInputs {

  private static final int MOST_NAMED = 5;

  private final InputAccount account = new InputAccount();
  private final List<IndexRow> first = new ArrayList<>();

  void add(IndexRow row) {
    account.add(row.status(), row.detail());
    if (first.size() < MOST_NAMED) {
      first.add(row);
    }
  }

  /** That nothing is left: there is no index that could say why, so the message does. */
  InvalidDataException all(FeatureInput input) {
    String named =
        first.stream()
            .map(row -> "'" + row.path() + "' is '" + row.status() + "'")
            .collect(Collectors.joining(", "));
    return new InvalidDataException(
        "None of the "
            + input.count()
            + " inputs in '"
            + input.name()
            + "' can be used ("
            + InputAccount.text(account.rejected())
            + "): "
            + named
            + (account.bad() > first.size()
                ? " and " + (account.bad() - first.size()) + " more"
                : "")
            + ".",
        "Give at least one readable JPEG, PNG, GIF or BMP image.");
  }
}
