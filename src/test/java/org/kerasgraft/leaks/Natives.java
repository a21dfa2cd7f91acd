package org.kerasgraft.leaks;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.Pointer;
import org.tensorflow.Graph;

/**
 * The native things that TensorFlow Java holds open.
 *
 * <p>{@link Pointer#totalCount()} counts the pointers that have a deallocator which has not run:
 * each is put on a list when it gets one ({@code Pointer.deallocator}) and taken off when it is
 * closed, or when the collector has found it unreachable. So it counts tensors (fed ones and
 * fetched ones), sessions, statuses, options, buffers and blocks of bytes, and eager contexts. A
 * {@code Graph} is not among them: TensorFlow Java makes it without a deallocator, keeps all open
 * ones in a map, and nothing but {@code Graph.close} ever frees one; they are counted from that
 * map. A session holds a reference to its graph, and so is seen twice.
 *
 * <p>Bytes are not compared: a tensor's memory belongs to TensorFlow's allocator, and JavaCPP
 * counts only the few bytes of its handle.
 */
final class Natives {

  private static final Class<?> REFERENCE =
      type("org.bytedeco.javacpp.Pointer$DeallocatorReference");
  private static final Field HEAD = field(REFERENCE, "head");
  private static final Field NEXT = field(REFERENCE, "next");
  private static final Field DEALLOCATOR = field(REFERENCE, "deallocator");
  private static final Field GRAPHS = field(Graph.class, "ALL_GRAPHS");
  private static final Field REFERENCES = field(Graph.class, "refcount");

  private Natives() {}

  /** How many of each kind are open. */
  static Map<String, Long> now() {
    Map<String, Long> counts = new TreeMap<>();
    try {
      countPointers(counts);
      Map<?, ?> graphs = (Map<?, ?>) GRAPHS.get(null);
      synchronized (graphs) {
        for (Object graph : graphs.values()) {
          counts.merge("graph", 1L, Long::sum);
          counts.merge("reference to a graph", (long) REFERENCES.getInt(graph), Long::sum);
        }
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
    return counts;
  }

  /**
   * Ends the thread that frees pointers which the collector finds unreachable. From then on only
   * {@code close} lowers the count: whether the collector happens to run makes no difference, and
   * two counts of the same work are the same.
   */
  static void leaveAllToClose() {
    Pointer.interruptDeallocatorThread();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("JavaCPP Deallocator")) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private static void countPointers(Map<String, Long> counts) throws IllegalAccessException {
    synchronized (REFERENCE) {
      long all = 0;
      for (Object r = HEAD.get(null); r != null; r = NEXT.get(r)) {
        counts.merge("pointer " + kind(r), 1L, Long::sum);
        all++;
      }
      if (all != Pointer.totalCount()) {
        throw new IllegalStateException(
            all + " pointers are listed, " + Pointer.totalCount() + " counted");
      }
    }
  }

  /** {@code TF_Tensor} of {@code AbstractTF_Tensor$DeleteDeallocator}; bytes have no such name. */
  private static String kind(Object reference) throws IllegalAccessException {
    Object deallocator = DEALLOCATOR.get(reference);
    if (deallocator == null) {
      return "closed meanwhile";
    }
    String name = deallocator.getClass().getName();
    String simple = name.substring(name.lastIndexOf('.') + 1);
    return simple.startsWith("Abstract") ? simple.replaceAll("Abstract|\\$.*", "") : simple;
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static Field field(Class<?> type, String name) {
    try {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
