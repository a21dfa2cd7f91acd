package org.kerasgraft.data;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Walks a folder for images in Keras' order: all folders sorted by their whole paths, the files of
 * each sorted. Links to folders are not followed, so that a walk ends. A folder that cannot be
 * listed is an input, too: nobody knows what it holds, and its row says so.
 */
final class ImageWalk extends SimpleFileVisitor<Path> {

  static final List<String> ENDINGS = List.of(".bmp", ".gif", ".jpeg", ".jpg", ".png");

  private final Path top;
  private final String prefix;
  private final Map<String, List<Found>> byDirectory = new TreeMap<>(PathText.BY_CODE_POINT);
  private int files;
  private int folders;

  /** An input and its name as Python has it. */
  private record Found(String name, Path file) {}

  private ImageWalk(Path top, String prefix) {
    this.top = top;
    this.prefix = prefix;
  }

  /**
   * Walks.
   *
   * @param folder the top; entered if it is a link
   * @param prefix what the inputs' paths begin with, as Python has it
   * @throws IOException if the top itself cannot be listed and has no prefix
   */
  static ImageWalk of(Path folder, String prefix) throws IOException {
    Path top = Files.isSymbolicLink(folder) ? folder.toRealPath() : folder;
    ImageWalk walk = new ImageWalk(top, prefix);
    Files.walkFileTree(top, walk);
    return walk;
  }

  /** The inputs in order. */
  List<LabelledImage> images(int label) {
    List<LabelledImage> images = new ArrayList<>();
    byDirectory.forEach(
        (directory, found) -> {
          found.sort(Comparator.comparing(Found::name, PathText.BY_CODE_POINT));
          for (Found each : found) {
            String below = directory + (directory.isEmpty() ? "" : "/") + each.name();
            images.add(new LabelledImage(each.file(), PathText.printable(prefix + below), label));
          }
        });
    return images;
  }

  LeftOut leftOut() {
    return new LeftOut(files, folders);
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink() && Files.isDirectory(file)) {
      folders++;
    } else if (isImageName(file.getFileName())) {
      add(file);
    } else {
      files++;
    }
    return FileVisitResult.CONTINUE;
  }

  /** What cannot be looked at may be a folder of images; what is gone is none, unless by name. */
  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    if (file.equals(top) && prefix.isEmpty()) {
      throw failure;
    }
    if (isImageName(file.getFileName()) || !(failure instanceof NoSuchFileException)) {
      add(file);
    } else {
      files++;
    }
    return FileVisitResult.CONTINUE;
  }

  /** A folder whose listing breaks off is an input beside what was listed of it. */
  @Override
  public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
    return failure == null ? FileVisitResult.CONTINUE : visitFileFailed(folder, failure);
  }

  private void add(Path file) {
    boolean isTop = file.equals(top);
    byDirectory
        .computeIfAbsent(isTop ? "" : below(file.getParent()), d -> new ArrayList<>())
        .add(new Found(isTop ? "" : PathText.name(file.getFileName()), file));
  }

  private String below(Path directory) {
    List<String> names = new ArrayList<>();
    if (!directory.equals(top)) {
      top.relativize(directory).forEach(name -> names.add(PathText.name(name)));
    }
    return String.join("/", names);
  }

  static boolean isImageName(Path name) {
    String lower = name.toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(lower::endsWith);
  }
}
