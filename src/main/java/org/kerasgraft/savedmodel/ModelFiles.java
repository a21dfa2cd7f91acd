package org.kerasgraft.savedmodel;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.kerasgraft.error.StorageException;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.SavedModel;

/** Whether a model's files stand inside its directory, are files, and are not too many. */
final class ModelFiles extends SimpleFileVisitor<Path> {

  static final String PLACE = "directory";

  /** Read whole; others piece by piece, if at all, and may be of any size. */
  private static final String READ_WHOLE = "[^/]*\\.pb|variables/[^/]*\\.index|assets\\.extra/.*";

  /** What TensorFlow's loader looks for beside or instead of {@code saved_model.pb}. */
  private static final Set<String> OTHER_FORMS = Set.of("saved_model.pbtxt", "saved_model.cpb");

  private final Path directory;
  private final Path real;
  private final ModelLimits limits;
  private final List<ScanFinding> findings = new ArrayList<>();
  private long files;

  private ModelFiles(Path directory, ModelLimits limits) throws IOException {
    this.directory = directory;
    this.real = directory.toRealPath();
    this.limits = limits;
  }

  /** Links that lead out, special files, files too large, and assets whose names lead out. */
  static List<ScanFinding> findings(Path directory, SavedModel model, ModelLimits limits) {
    try {
      ModelFiles visitor = new ModelFiles(directory, limits);
      model.getMetaGraphsList().stream()
          .flatMap(m -> m.getAssetFileDefList().stream())
          .map(AssetFileDef::getFilename)
          .filter(name -> !isInside(name))
          .forEach(name -> visitor.add(name, "is an asset outside of the model"));
      Files.walkFileTree(visitor.real, visitor);
      return visitor.findings;
    } catch (IOException e) {
      throw new StorageException("Cannot list '" + directory + "': " + e.getMessage() + ".", "", e);
    }
  }

  private void add(String name, String reason) {
    findings.add(new ScanFinding("", name, PLACE, reason));
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    return counted();
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    String name = real.relativize(file).toString().replace('\\', '/');
    if (attributes.isSymbolicLink()) {
      String fault = fault(file);
      if (!fault.isEmpty()) {
        add(name, fault);
        return counted();
      }
    } else if (!attributes.isRegularFile()) {
      add(name, "is no regular file");
    }
    if (OTHER_FORMS.contains(name)) {
      add(name, "is a second form of the model, which other loaders may take for it");
    }
    if (Files.size(file) > limits.fileBytes() && name.matches(READ_WHOLE)) {
      add(name, String.format(Locale.ROOT, "has more than %,d bytes", limits.fileBytes()));
    }
    return counted();
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) {
    add(real.relativize(file).toString(), "cannot be read");
    return counted();
  }

  private FileVisitResult counted() {
    if (++files <= limits.files()) {
      return FileVisitResult.CONTINUE;
    }
    String reason = String.format(Locale.ROOT, "holds more than %,d files", limits.files());
    add(directory.toString(), reason);
    return FileVisitResult.TERMINATE;
  }

  /** What is wrong with a link; what it leads to is looked at under the link's own name. */
  private String fault(Path link) {
    try {
      Path target = link.toRealPath();
      if (target.startsWith(real)) {
        return Files.isRegularFile(target) ? "" : "is a link to a folder or a special file";
      }
    } catch (IOException e) {
      // leads nowhere, or in a circle
    }
    return "is a link that leads out of the model";
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
