package org.kerasgraft.internal;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Owns native resources and closes all of them, last first, even when one close fails; later
 * failures are suppressed under the first. Not thread-safe.
 */
public final class NativeScope implements AutoCloseable {

  private final Deque<AutoCloseable> owned = new ArrayDeque<>();

  /** Creates an empty scope. */
  public NativeScope() {}

  /**
   * Takes ownership of a resource.
   *
   * @param resource the resource, closed with this scope
   * @param <T> its type
   * @return the same resource
   */
  public <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  /** Closes all owned resources, last first. Idempotent. */
  @Override
  public void close() {
    RuntimeException first = null;
    while (!owned.isEmpty()) {
      try {
        owned.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = e instanceof RuntimeException r ? r : new IllegalStateException(e);
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
