package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** P16: the process of all tests, and so its children, may have no network interface at all. */
class NoNetworkTest {

  private static final String SUITE = "all test classes, in a process without network interfaces";

  @Test
  void nothingIsReachableWhereTheTestsRunWithoutNetwork() throws IOException {
    if (!"none".equals(System.getProperty("graft.network"))) {
      Promises.of(16).skipped(SUITE, "this run has a network; 'bash .ci/promises' takes it away");
      return;
    }
    assertEquals(List.of(), interfacesUp());
    try (Socket socket = new Socket()) {
      InetAddress address = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
      assertThrows(
          IOException.class, () -> socket.connect(new InetSocketAddress(address, 80), 1000));
    }
    try (Stream<Path> classes = Files.walk(Path.of("target", "test-classes"))) {
      long count = classes.filter(c -> c.toString().endsWith("Test.class")).count();
      Promises.of(16)
          .tried(SUITE, count)
          .holds("all passed; no interface was up, not even loopback");
    }
  }

  /** Java answers a process without any with an exception. */
  private static List<String> interfacesUp() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(NoNetworkTest::isUp)
          .map(NetworkInterface::getName)
          .toList();
    } catch (SocketException none) {
      assertEquals("No network interfaces configured", none.getMessage());
      return List.of();
    }
  }

  private static boolean isUp(NetworkInterface one) {
    try {
      return one.isUp();
    } catch (SocketException e) {
      throw new AssertionError(e);
    }
  }
}
