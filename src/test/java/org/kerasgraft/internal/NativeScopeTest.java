package org.kerasgraft.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NativeScopeTest {

  private final List<String> closed = new ArrayList<>();

  private AutoCloseable resource(String name, boolean fails) {
    return () -> {
      closed.add(name);
      if (fails) {
        throw new IllegalStateException(name);
      }
    };
  }

  @Test
  void theLastIsClosedFirstAndEachOnce() {
    NativeScope scope = new NativeScope();
    AutoCloseable first = resource("first", false);
    assertSame(first, scope.own(first));
    scope.own(resource("second", false));
    scope.close();
    scope.close();
    assertEquals(List.of("second", "first"), closed);
  }

  @Test
  void allAreClosedEvenIfSomeFail() {
    NativeScope scope = new NativeScope();
    scope.own(resource("first", true));
    scope.own(resource("second", false));
    scope.own(resource("third", true));
    IllegalStateException failure = assertThrows(IllegalStateException.class, scope::close);
    assertEquals(List.of("third", "second", "first"), closed);
    assertEquals("third", failure.getMessage());
    assertEquals("first", failure.getSuppressed()[0].getMessage());
  }
}
