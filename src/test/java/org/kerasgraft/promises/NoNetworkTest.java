package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** P16: the process of all tests, and so its children, may have no network interface at all. */
class NoNetworkTest {

  /** How a row says so; {@link TestReports} counts on it. */
  static final String NONE = "no interface is up";

  @Test
  void nothingIsReachableWhereTheTestsRunWithoutNetwork() throws IOException {
    if (!"none".equals(System.getProperty("graft.network"))) {
      Promises.of(16)
          .skipped(
              "all tests without network",
              "this run has a network; 'bash .ci/promises' takes it away");
      return;
    }
    assertEquals(List.of(), interfacesUp());
    try (Socket socket = new Socket()) {
      InetAddress address = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
      assertThrows(
          IOException.class, () -> socket.connect(new InetSocketAddress(address, 80), 1000));
    }
    Promises.of(16)
        .tried("the tests' process looks for a network", 1)
        .holds(NONE + ", not even loopback; nothing is reachable");
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
