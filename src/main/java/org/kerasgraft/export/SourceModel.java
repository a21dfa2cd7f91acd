package org.kerasgraft.export;

import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.kerasgraft.features.FeatureKey;
import org.kerasgraft.savedmodel.ImportedModel;

/**
 * The model that an exported one was made from.
 *
 * @param path the directory as the user gave it
 * @param format the id of its {@link org.kerasgraft.savedmodel.ModelFormat}
 * @param sha256 its {@link FeatureKey#modelHash(ImportedModel)}
 * @param allowedOps the ops that only the user's exception let pass; it may hold them, and what was
 *     made from it may
 */
public record SourceModel(String path, String format, String sha256, Set<String> allowedOps) {

  /** Checks and copies. */
  public SourceModel {
    Objects.requireNonNull(path);
    Objects.requireNonNull(format);
    Objects.requireNonNull(sha256);
    allowedOps = Collections.unmodifiableSet(new TreeSet<>(allowedOps));
  }

  /**
   * Describes and hashes an imported model.
   *
   * @param model the model; its directory is read through
   * @return the description
   * @throws org.kerasgraft.error.StorageException if a file cannot be read
   */
  public static SourceModel of(ImportedModel model) {
    return new SourceModel(
        model.directory().toString(),
        model.format().id(),
        FeatureKey.modelHash(model),
        model.scan().allowedByUser());
  }
}
