package org.kerasgraft.savedmodel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.kerasgraft.error.StorageException;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.SavedModel;

/** Whether a model's files stand inside its directory. */
final class ModelFiles {

  private static final String PLACE = "directory";
  private static final int DEPTH = 8;

  private ModelFiles() {}

  /** Links that lead out, special files, and assets whose names do. */
  static List<ScanFinding> findings(Path directory, SavedModel model) {
    List<ScanFinding> findings = new ArrayList<>();
    model.getMetaGraphsList().stream()
        .flatMap(m -> m.getAssetFileDefList().stream())
        .map(AssetFileDef::getFilename)
        .filter(name -> !isInside(name))
        .forEach(name -> findings.add(finding(name, "is an asset outside of the model")));
    try (Stream<Path> files = Files.walk(directory, DEPTH)) {
      Path real = directory.toRealPath();
      for (Path file : files.toList()) {
        String name = directory.relativize(file).toString();
        if (Files.isSymbolicLink(file) && !file.equals(directory) && !leadsInto(file, real)) {
          findings.add(finding(name, "is a link that leads out of the model"));
        } else if (!Files.isRegularFile(file) && !Files.isDirectory(file)) {
          findings.add(finding(name, "is no regular file"));
        }
      }
    } catch (IOException e) {
      throw new StorageException("Cannot list '" + directory + "': " + e.getMessage() + ".", "", e);
    }
    return findings;
  }

  private static ScanFinding finding(String name, String reason) {
    return new ScanFinding("", name, PLACE, reason);
  }

  private static boolean leadsInto(Path link, Path real) {
    try {
      return link.toRealPath().startsWith(real);
    } catch (IOException e) {
      return false; // leads nowhere, or in a circle
    }
  }

  private static boolean isInside(String asset) {
    try {
      Path path = Path.of(asset);
      return !asset.contains("\\")
          && !path.isAbsolute()
          && path.normalize().equals(path)
          && !path.startsWith("..");
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
