package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.CannotCreateException;

/** Where an output comes to lie, and what an empty directory there means. */
class OutputPlaceTest {

  @TempDir private Path temporary;
  private Path parent;

  @BeforeEach
  void withoutLinks() throws IOException {
    parent = temporary.toRealPath();
  }

  private static List<String> left(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private static void write(Path target) {
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      NewFile.text(directory.staging().resolve("file"), "new");
      directory.commit();
    }
  }

  @Test
  void aPathOverALinkIsWrittenWhereItIsLookedFor() throws IOException {
    Path real = Files.createDirectories(parent.resolve("real/inner")).getParent();
    Files.createSymbolicLink(parent.resolve("link"), parent.resolve("real/inner"));
    Path target = parent.resolve("link").resolve("..").resolve("out");

    write(target);
    assertEquals("new", Files.readString(real.resolve("out/file")));
    assertTrue(Files.exists(target.resolve("file")), "the same path leads to it");
    assertEquals(List.of("link", "real"), left(parent));
    assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(target));
    assertThrows(CannotCreateException.class, () -> AtomicDirectory.requireFree(target));
  }

  @Test
  void whatIsNotThereYetIsTakenAtItsWordAndLookedAtThere() throws IOException {
    Path detour = parent.resolve("missing").resolve("..").resolve("out");
    write(detour);
    assertEquals(List.of("out"), left(parent));
    assertThrows(CannotCreateException.class, () -> AtomicDirectory.requireFree(detour));
    Files.createSymbolicLink(parent.resolve("link"), parent.resolve("out"));
    write(parent.resolve("missing").resolve("..").resolve("link").resolve("deeper"));
    assertEquals(List.of("deeper", "file"), left(parent.resolve("out")));
  }

  /** An empty one of those that a Linux system has; a rename cannot take its place. */
  @Test
  void aPlaceWhereAFileSystemIsMountedIsRefusedAtOnce() throws IOException {
    Optional<Path> mounted =
        Stream.of("/dev/mqueue", "/dev/shm", "/dev/pts", "/sys/firmware", "/proc/scsi", "/mnt")
            .map(Path::of)
            .filter(path -> isEmpty(path) && device(path) != device(path.getParent()))
            .findFirst();
    Assumptions.assumeTrue(
        mounted.isPresent(),
        "nothing empty is mounted here; run it after: mount -t tmpfs none /mnt");
    var told =
        assertThrows(CannotCreateException.class, () -> AtomicDirectory.requireFree(mounted.get()));
    assertTrue(told.explain().contains("mounted"), told.explain());
    assertTrue(told.explain().contains(mounted.get().resolve("out").toString()), told.explain());
    assertThrows(CannotCreateException.class, () -> AtomicDirectory.create(mounted.get()).close());
  }

  private static boolean isEmpty(Path path) {
    try {
      return left(path).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static long device(Path path) {
    try {
      return (long) Files.getAttribute(path, "unix:dev");
    } catch (IOException | UnsupportedOperationException e) {
      return 0;
    }
  }

  @Test
  void anEmptyDirectoryKeepsItsPermissionsFromTheFirstByteOn() throws IOException {
    Path target = Files.createDirectory(parent.resolve("run"));
    Assumptions.assumeTrue(Files.getFileStore(target).supportsFileAttributeView("posix"));
    for (String permissions : List.of("rwx------", "rwxrwx---", "rwxrwxrwx")) {
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(permissions));
      try (AtomicDirectory kept = AtomicDirectory.resumable(target, "train", true)) {
        assertEquals(permissions, permissions(kept.staging()));
        kept.commit();
      }
      assertEquals(permissions, permissions(target));
      try (AtomicDirectory directory = AtomicDirectory.create(target)) {
        assertEquals(permissions, permissions(directory.staging()));
        directory.commit();
      }
      assertEquals(permissions, permissions(target));
    }
    assertFalse(Files.exists(parent.resolve(".run.partial")));
  }

  private static String permissions(Path directory) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
  }
}
