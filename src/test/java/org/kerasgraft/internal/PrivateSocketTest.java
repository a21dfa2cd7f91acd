package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PrivateSocketTest {

  @Test
  void oneOtherProcessIsLetInAndThenNothingIsLeft() throws Exception {
    try (PrivateSocket socket = PrivateSocket.open()) {
      Path path = socket.path();
      assertEquals(
          "rwx------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())));
      CompletableFuture<SocketChannel> caller = CompletableFuture.supplyAsync(() -> connect(path));
      Optional<SocketChannel> here = socket.accept(() -> true);
      try (SocketChannel one = here.orElseThrow();
          SocketChannel other = caller.get()) {
        assertFalse(Files.exists(path.getParent()), "socket and folder are gone");
        other.write(ByteBuffer.wrap(new byte[] {7}));
        other.close(); // what was written can be read after the writer's end
        ByteBuffer read = ByteBuffer.allocate(2);
        assertEquals(1, one.read(read));
        assertEquals(7, read.get(0));
        assertEquals(-1, one.read(read));
      }
    }
  }

  @Test
  void waitingEndsWithNobodyToWaitFor() throws IOException {
    PrivateSocket socket = PrivateSocket.open();
    assertTrue(socket.accept(() -> false).isEmpty());
    assertFalse(Files.exists(socket.path().getParent()));
    socket.close();
    assertThrows(IOException.class, () -> PrivateSocket.connect(socket.path()));
  }

  private static SocketChannel connect(Path path) {
    try {
      return PrivateSocket.connect(path);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
