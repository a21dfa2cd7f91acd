package org.kerasgraft.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads an image file no further than its header admits. Only regular files are opened, so that no
 * pipe is waited for. What the file system says is a result, never an exception.
 *
 * @param path the file; a link is followed
 * @param mostPixels the pixels of the largest image that is decoded, 1 or more
 */
record ImageFile(Path path, long mostPixels) {

  /** What is read of a file that its header does not admit, unless that is longer. */
  static final int PREFIX = 1 << 12;

  /** What is read at once; Java keeps as much outside the heap for each thread. */
  private static final int PIECE = 1 << 16;

  private static final int GROWTH = 4;

  /** Takes the content of a file that its header admits. */
  interface Sink {

    /** Hears the length, before anything. */
    void begin(int length);

    /** Takes the next bytes, of an array that is used again. */
    void take(byte[] bytes, int count);
  }

  /**
   * Reads the file.
   *
   * @param sink gets the content, and all of it where the result is ok
   * @param afterReading what happens between the reading and the check after it
   * @return how it went
   */
  DecodeResult read(Sink sink, Runnable afterReading) {
    try {
      BasicFileAttributes before = Files.readAttributes(path, BasicFileAttributes.class);
      if (before.isDirectory()) {
        return new DecodeResult(DecodeStatus.UNREADABLE, "a folder that is not listed");
      }
      if (!before.isRegularFile()) {
        return new DecodeResult(DecodeStatus.UNREADABLE, "no regular file");
      }
      if (before.size() > ImageLimits.MOST_BYTES) {
        return new DecodeResult(DecodeStatus.TOO_LARGE, before.size() + " bytes");
      }
      DecodeResult result = content((int) before.size(), sink);
      afterReading.run();
      BasicFileAttributes after = Files.readAttributes(path, BasicFileAttributes.class);
      return isSame(before, after) ? result : changed();
    } catch (NoSuchFileException | FileNotFoundException e) {
      return new DecodeResult(DecodeStatus.VANISHED, "no such file");
    } catch (AccessDeniedException | SecurityException e) {
      return new DecodeResult(DecodeStatus.UNREADABLE, "no permission");
    } catch (FileSystemException e) {
      return new DecodeResult(
          DecodeStatus.UNREADABLE, Objects.requireNonNullElse(e.getReason(), "no reason"));
    } catch (IOException e) {
      return new DecodeResult(
          DecodeStatus.UNREADABLE,
          Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName()));
    } catch (OutOfMemoryError e) {
      return EncodedImage.NO_MEMORY;
    }
  }

  private static DecodeResult changed() {
    return new DecodeResult(DecodeStatus.CHANGED, "it changed while it was read");
  }

  private static boolean isSame(BasicFileAttributes before, BasicFileAttributes after) {
    return before.size() == after.size()
        && before.lastModifiedTime().equals(after.lastModifiedTime())
        && Objects.equals(before.fileKey(), after.fileKey());
  }

  private DecodeResult content(int size, Sink sink) throws IOException {
    try (InputStream stream = Files.newInputStream(path)) {
      byte[] start = stream.readNBytes(Math.min(size, PREFIX));
      if (size == 0) {
        return stream.read() < 0 ? new DecodeResult(DecodeStatus.EMPTY, "0 bytes") : changed();
      }
      int longest = Math.min(size, ImageLimits.LONGEST_HEADER);
      Optional<ImageHeader> header = ImageHeader.of(start);
      while (start.length < longest && header.filter(ImageHeader::mayFollow).isPresent()) {
        byte[] more = stream.readNBytes(Math.min(longest, GROWTH * start.length) - start.length);
        if (more.length == 0) {
          return changed();
        }
        int known = start.length;
        start = Arrays.copyOf(start, known + more.length);
        System.arraycopy(more, 0, start, known, more.length);
        header = ImageHeader.of(start);
      }
      DecodeResult verdict = ImageLimits.verdict(header, size, mostPixels);
      if (!verdict.isOk()) {
        return verdict;
      }
      sink.begin(size);
      sink.take(start, start.length);
      return hasRest(stream, size - start.length, sink) ? DecodeResult.OK : changed();
    }
  }

  /** Reads what is left; false if there is less or more than there should be. */
  private static boolean hasRest(InputStream stream, int rest, Sink sink) throws IOException {
    byte[] piece = new byte[Math.min(rest, PIECE)];
    int left = rest;
    while (left > 0) {
      int count = stream.read(piece, 0, Math.min(piece.length, left));
      if (count < 0) {
        return false;
      }
      sink.take(piece, count);
      left -= count;
    }
    return stream.read() < 0;
  }
}
