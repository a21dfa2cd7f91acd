package org.kerasgraft.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.NearNames;

/**
 * Lists image files as Keras' {@code image_dataset_from_directory} does (Keras' {@code
 * index_directory}): one folder a class, classes sorted by code point, names beginning with "." no
 * classes; within a class all folders in sorted order, the files of each sorted. Files count by
 * their ending, in any case: {@code .bmp .gif .jpeg .jpg .png}. A link to a file or to a class
 * folder counts, a link to a folder further down is not followed. Whatever has the name of an image
 * is an input, and so is a folder that cannot be listed: a pipe, say, becomes a row with a code
 * later. Names of classes and paths are texts as {@link PathText} has them.
 */
public final class ImageFolder {

  private ImageFolder() {}

  /**
   * Lists class folders; the classes are the folders' names in order.
   *
   * @param directory holds one folder a class
   * @return the labelled images, class by class
   * @throws MissingInputException if there is no such directory, or no class folder or image in it
   */
  public static ImageSet open(Path directory) {
    ClassFolders folders = ClassFolders.of(directory);
    return index(directory, List.copyOf(folders.byName().keySet()), folders);
  }

  /**
   * Lists class folders whose numbers a model has fixed already.
   *
   * @param directory holds one folder a class; a class may be absent
   * @param classes the class names by number
   * @return the labelled images, class by class
   * @throws MissingInputException if there is no such directory, or no class folder or image in it
   * @throws InvalidDataException if a folder is none of the classes
   */
  public static ImageSet open(Path directory, List<String> classes) {
    ClassFolders folders = ClassFolders.of(directory);
    for (String folder : folders.byName().keySet()) {
      if (!classes.contains(folder)) {
        List<String> near = NearNames.of(folder, classes);
        throw new InvalidDataException(
            "'"
                + directory
                + "' has a folder '"
                + folder
                + "', which is none of the "
                + classes.size()
                + " classes of the model.",
            near.isEmpty()
                ? "The classes are " + String.join(", ", classes) + "."
                : "Did you mean '" + String.join("' or '", near) + "'?");
      }
    }
    return index(directory, classes, folders);
  }

  /**
   * Lists all images below a directory, without classes.
   *
   * @param directory any tree
   * @return the unlabelled images
   * @throws MissingInputException if there is no such directory, or no image in it
   */
  public static ImageSet tree(Path directory) {
    requireDirectory(directory);
    try {
      ImageWalk walk = ImageWalk.of(directory, "");
      List<LabelledImage> images = walk.images(LabelledImage.UNLABELLED);
      return filled(directory, List.of(), images, walk.leftOut());
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
  }

  /**
   * Lists all images below a directory, with classes where they lie in class folders: if the
   * directory itself holds folders, none of a hidden name, and no image.
   *
   * @param directory class folders, or any tree
   * @return labelled as by {@link #open(Path)}, or unlabelled as by {@link #tree(Path)}
   * @throws MissingInputException if there is no such directory, or no image in it
   */
  public static ImageSet anyTree(Path directory) {
    requireDirectory(directory);
    boolean folders = false;
    for (Path child : children(directory)) {
      boolean isFolder = Files.isDirectory(child);
      if (ImageWalk.isImageName(child.getFileName())
          || (isFolder && child.getFileName().toString().startsWith("."))) {
        return tree(directory);
      }
      folders |= isFolder;
    }
    return folders ? open(directory) : tree(directory);
  }

  /**
   * Takes single files as they are given, whatever their endings.
   *
   * @param files at least one; one that is absent becomes a row with a code later, as in a folder
   * @return the unlabelled images in the given order
   */
  public static ImageSet files(List<Path> files) {
    if (files.isEmpty()) {
      throw new MissingInputException("No image file was given.", "Give at least one.");
    }
    return new ImageSet(
        files.size() + " files",
        List.of(),
        files.stream()
            .map(f -> new LabelledImage(f, PathText.of(f), LabelledImage.UNLABELLED))
            .toList());
  }

  private static ImageSet index(Path directory, List<String> classes, ClassFolders folders) {
    List<LabelledImage> images = new ArrayList<>();
    LeftOut leftOut = folders.leftOut();
    for (int label = 0; label < classes.size(); label++) {
      Path folder = folders.byName().get(classes.get(label));
      if (folder != null) {
        try {
          ImageWalk walk = ImageWalk.of(folder, PathText.name(folder.getFileName()) + "/");
          images.addAll(walk.images(label));
          leftOut = leftOut.and(walk.leftOut());
        } catch (IOException e) {
          throw unreadable(folder, e);
        }
      }
    }
    return filled(directory, classes, images, leftOut);
  }

  private static ImageSet filled(
      Path directory, List<String> classes, List<LabelledImage> images, LeftOut leftOut) {
    if (images.isEmpty()) {
      throw new MissingInputException(
          "There is no image in '" + directory + "'.",
          "Images end in " + String.join(", ", ImageWalk.ENDINGS) + ".");
    }
    return new ImageSet(directory.toString(), classes, images).withLeftOut(leftOut);
  }

  /**
   * The class folders in order. Paths are kept as the file system gave them: a name that is no
   * valid Unicode has a text of its own, but is opened as it is.
   */
  private record ClassFolders(Map<String, Path> byName, LeftOut leftOut) {

    static ClassFolders of(Path directory) {
      requireDirectory(directory);
      Map<String, Path> sorted = new TreeMap<>(PathText.BY_CODE_POINT);
      int hidden = 0;
      int files = 0;
      boolean looseImages = false;
      for (Path child : children(directory)) {
        String name = PathText.name(child.getFileName());
        looseImages |= ImageWalk.isImageName(child.getFileName());
        if (!Files.isDirectory(child)) {
          files++;
        } else if (name.startsWith(".")) {
          hidden++;
        } else {
          sorted.put(name, child);
        }
      }
      if (sorted.isEmpty()) {
        throw new MissingInputException(
            "There is no class folder in '"
                + directory
                + "'"
                + (looseImages ? ", only files." : "."),
            "Put the images of each class into its own folder below it.");
      }
      Map<String, Path> byName = new LinkedHashMap<>();
      sorted.forEach((name, folder) -> byName.put(PathText.printable(name), folder));
      return new ClassFolders(byName, new LeftOut(files, hidden));
    }
  }

  private static List<Path> children(Path directory) {
    try (Stream<Path> children = Files.list(directory)) {
      return children.toList();
    } catch (IOException e) {
      throw unreadable(directory, e);
    } catch (UncheckedIOException e) {
      throw unreadable(directory, e.getCause());
    }
  }

  private static void requireDirectory(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new MissingInputException(
          Files.exists(directory)
              ? "'" + directory + "' is no directory."
              : "There is no directory '" + directory + "'.",
          "Give a directory of images.");
    }
  }

  private static StorageException unreadable(Path directory, IOException e) {
    return new StorageException(
        "Cannot list '" + directory + "': " + e + ".", "Check that you may read it.", e);
  }
}
