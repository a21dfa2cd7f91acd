package org.kerasgraft.data;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.NearNames;

/**
 * Lists image files as Keras' {@code image_dataset_from_directory} does (Keras' {@code
 * index_directory}): one folder a class, classes sorted by code point, names beginning with "." no
 * classes; within a class all folders in sorted order, the files of each sorted. Files count by
 * their ending, in any case: {@code .bmp .gif .jpeg .jpg .png}. A link to a file or to a class
 * folder counts, a link to a folder further down is not followed. What is no regular file (a pipe,
 * a device) is left out.
 */
public final class ImageFolder {

  private static final List<String> ENDINGS = List.of(".bmp", ".gif", ".jpeg", ".jpg", ".png");

  private ImageFolder() {}

  /**
   * Lists class folders; the classes are the folders' names in order.
   *
   * @param directory holds one folder a class
   * @return the labelled images, class by class
   * @throws MissingInputException if there is no such directory, or no class folder or image in it
   */
  public static ImageSet open(Path directory) {
    Map<String, Path> folders = classFolders(directory);
    return index(directory, List.copyOf(folders.keySet()), folders);
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
    Map<String, Path> folders = classFolders(directory);
    for (String folder : folders.keySet()) {
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
    List<LabelledImage> images = new ArrayList<>();
    add(directory, "", LabelledImage.UNLABELLED, images);
    return filled(directory, List.of(), images);
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
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        if (isImageName(name) || (Files.isDirectory(child) && name.startsWith("."))) {
          return tree(directory);
        }
        folders |= Files.isDirectory(child);
      }
    } catch (IOException e) {
      throw unreadable(directory, e);
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
            .map(f -> new LabelledImage(f, f.toString(), LabelledImage.UNLABELLED))
            .toList());
  }

  private static ImageSet index(Path directory, List<String> classes, Map<String, Path> folders) {
    List<LabelledImage> images = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      String name = classes.get(label);
      if (folders.containsKey(name)) {
        add(folders.get(name), name + "/", label, images);
      }
    }
    return filled(directory, classes, images);
  }

  private static ImageSet filled(Path directory, List<String> classes, List<LabelledImage> images) {
    if (images.isEmpty()) {
      throw new MissingInputException(
          "There is no image in '" + directory + "'.",
          "Images end in " + String.join(", ", ENDINGS) + ".");
    }
    return new ImageSet(directory.toString(), classes, images);
  }

  /**
   * The class folders in order. Paths are kept as the file system gave them: a name that is no
   * valid Unicode has a lossy text, but can still be opened.
   */
  private static Map<String, Path> classFolders(Path directory) {
    requireDirectory(directory);
    Map<String, Path> folders = new TreeMap<>(BY_CODE_POINT);
    boolean looseImages = false;
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        looseImages |= isImageName(name);
        if (Files.isDirectory(child) && !name.startsWith(".")) {
          folders.put(name, child);
        }
      }
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
    if (folders.isEmpty()) {
      throw new MissingInputException(
          "There is no class folder in '" + directory + "'" + (looseImages ? ", only files." : "."),
          "Put the images of each class into its own folder below it.");
    }
    return folders;
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

  private static void add(Path folder, String prefix, int label, List<LabelledImage> images) {
    Map<String, List<Path>> byDirectory = new TreeMap<>(BY_CODE_POINT);
    try {
      Files.walkFileTree(realTop(folder), new Collector(realTop(folder), byDirectory));
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
    byDirectory.forEach(
        (directory, files) -> {
          files.sort(Comparator.comparing(f -> f.getFileName().toString(), BY_CODE_POINT));
          for (Path file : files) {
            String relative = directory + (directory.isEmpty() ? "" : "/") + file.getFileName();
            images.add(new LabelledImage(file, prefix + relative, label));
          }
        });
  }

  /** A linked top folder is entered; links further down are not. */
  private static Path realTop(Path folder) throws IOException {
    return Files.isSymbolicLink(folder) ? folder.toRealPath() : folder;
  }

  /** Gathers image files by their directory, {@code ""} or {@code "a/b"} below the top. */
  private static final class Collector extends SimpleFileVisitor<Path> {
    private final Path top;
    private final Map<String, List<Path>> byDirectory;

    Collector(Path top, Map<String, List<Path>> byDirectory) {
      this.top = top;
      this.byDirectory = byDirectory;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      boolean countedLink =
          attributes.isSymbolicLink() && (Files.isRegularFile(file) || !Files.exists(file));
      if (isImageName(file.getFileName().toString())
          && (attributes.isRegularFile() || countedLink)) {
        byDirectory.computeIfAbsent(below(file.getParent()), d -> new ArrayList<>()).add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (Files.isDirectory(file)) {
        throw failure;
      }
      return FileVisitResult.CONTINUE;
    }

    private String below(Path directory) {
      List<String> names = new ArrayList<>();
      if (!directory.equals(top)) {
        top.relativize(directory).forEach(name -> names.add(name.toString()));
      }
      return String.join("/", names);
    }
  }

  private static boolean isImageName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(lower::endsWith);
  }

  private static StorageException unreadable(Path directory, IOException e) {
    return new StorageException(
        "Cannot list '" + directory + "': " + e + ".", "Check that you may read it.", e);
  }

  /** Python's order of strings. {@code String.compareTo} differs for supplementary characters. */
  static final Comparator<String> BY_CODE_POINT =
      (a, b) -> {
        int i = 0;
        while (i < a.length() && i < b.length()) {
          int left = a.codePointAt(i);
          int right = b.codePointAt(i);
          if (left != right) {
            return Integer.compare(left, right);
          }
          i += Character.charCount(left);
        }
        return Integer.compare(a.length(), b.length());
      };
}
