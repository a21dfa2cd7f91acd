package org.kerasgraft.internal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.kerasgraft.error.StorageException;

/**
 * A place where one other process of the same user can reach this one: a socket in a folder that
 * only the user may enter. It needs no network. Both go as soon as the other has come, or on {@link
 * #close()}, which is idempotent.
 */
public final class PrivateSocket implements AutoCloseable {

  private static final long GLANCE_MILLIS = 10;

  private final Path folder;
  private final ServerSocketChannel server;

  private PrivateSocket(Path folder, ServerSocketChannel server) {
    this.folder = folder;
    this.server = server;
  }

  /**
   * Opens a place below the system's folder for temporary files.
   *
   * @return the socket, owned by the caller
   * @throws StorageException if it cannot be made
   */
  public static PrivateSocket open() {
    try {
      Path folder = Files.createTempDirectory("graft-");
      PrivateSocket socket =
          new PrivateSocket(folder, ServerSocketChannel.open(StandardProtocolFamily.UNIX));
      try {
        socket.server.bind(UnixDomainSocketAddress.of(socket.path()));
        socket.server.configureBlocking(false);
        return socket;
      } catch (IOException | RuntimeException e) {
        socket.close();
        throw e;
      }
    } catch (IOException | UnsupportedOperationException e) {
      throw new StorageException(
          "A socket for a process of its own cannot be made in '"
              + System.getProperty("java.io.tmpdir")
              + "': "
              + e.getMessage()
              + ".",
          "Leave out --isolate, or give Java a short -Djava.io.tmpdir that may be written.",
          e);
    }
  }

  /**
   * What the other process has to be told.
   *
   * @return the socket's path
   */
  public Path path() {
    return folder.resolve("socket");
  }

  /**
   * Waits for the other process.
   *
   * @param isAwaited asked again and again; false ends the waiting
   * @return the connection, owned by the caller; empty if it is not awaited any more
   * @throws IOException if the socket fails
   */
  public Optional<SocketChannel> accept(BooleanSupplier isAwaited) throws IOException {
    try {
      SocketChannel channel = server.accept();
      while (channel == null && isAwaited.getAsBoolean()) {
        TimeUnit.MILLISECONDS.sleep(GLANCE_MILLIS);
        channel = server.accept();
      }
      close();
      return Optional.ofNullable(channel);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while waiting for a process", e);
    }
  }

  /**
   * The other process' side.
   *
   * @param path what {@link #path()} gave
   * @return the connection, owned by the caller
   * @throws IOException if nobody is there
   */
  public static SocketChannel connect(Path path) throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(path));
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path());
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new StorageException("Cannot remove '" + folder + "': " + e + ".", "", e);
    }
  }
}
