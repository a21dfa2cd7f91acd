package org.kerasgraft.junit;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.kerasgraft.internal.NearNames;
import org.tensorflow.ndarray.Shape;

/** How numbers, places, shapes and names read in a message. */
final class Text {

  private static final int MOST = 10;

  private Text() {}

  /** Two digits: {@code 5e-5}, {@code 0.012}, {@code 4}, {@code 1.3e7}. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    double magnitude = Math.abs(value);
    if (value == 0 || (magnitude >= 1e-3 && magnitude < 1e5)) {
      MathContext two = new MathContext(2);
      return BigDecimal.valueOf(value).round(two).stripTrailingZeros().toPlainString();
    }
    String text = String.format(Locale.ROOT, "%.1e", value);
    return text.replace(".0e", "e").replaceFirst("e([-+])0", "e$1").replace("e+", "e");
  }

  /** Python's form: {@code (3, 2, 2, 8)}, {@code (8,)}, {@code ()}. */
  static String shape(Shape shape) {
    long[] dimensions = shape.asArray();
    String inside =
        Arrays.stream(dimensions).mapToObj(Long::toString).collect(Collectors.joining(", "));
    return "(" + inside + (dimensions.length == 1 ? ",)" : ")");
  }

  /** Where, in an array, the element at a C-order index is: {@code [2, 0, 1, 7]}. */
  static String place(Shape shape, int index) {
    long[] dimensions = shape.asArray();
    long[] place = new long[dimensions.length];
    long rest = index;
    for (int axis = dimensions.length - 1; axis >= 0; axis--) {
      place[axis] = rest % dimensions[axis];
      rest /= dimensions[axis];
    }
    return Arrays.toString(place);
  }

  /** The first names of many, and how many more there are. */
  static String some(Collection<String> names) {
    List<String> first = new ArrayList<>(names.stream().limit(MOST).toList());
    if (names.size() > MOST) {
      first.add("and " + (names.size() - MOST) + " more");
    }
    return String.join(", ", first);
  }

  /** {@code Did you mean 'x'?}, or else the names there are. */
  static String hint(String name, Collection<String> known) {
    List<String> near = NearNames.of(name, known);
    return near.isEmpty()
        ? "There are: " + some(known) + "."
        : "Did you mean '" + String.join("' or '", near) + "'?";
  }
}
