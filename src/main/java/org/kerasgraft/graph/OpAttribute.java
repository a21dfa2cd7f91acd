package org.kerasgraft.graph;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/**
 * What the op registry says of one attribute: {@code name:kind}, then {@code =} and perhaps the
 * default if it has one, {@code {a,b}} if only these values are allowed, {@code >=n} for a least
 * value or length.
 *
 * @param name its name
 * @param kind for example {@code type}, {@code int} or {@code list(int)}
 * @param given the default of a type or integer, else empty; absent if the attribute must be given
 * @param allowed the allowed types or strings; empty if any is
 * @param minimum the least integer, or length of a list
 */
record OpAttribute(
    String name, String kind, Optional<String> given, Set<String> allowed, long minimum) {

  /** Copies. */
  OpAttribute {
    allowed = Set.copyOf(allowed);
  }

  static OpAttribute of(String word) {
    String rest = word.substring(word.indexOf(':') + 1);
    long minimum = Long.MIN_VALUE;
    int least = rest.indexOf(">=");
    if (least >= 0) {
      minimum = Long.parseLong(rest.substring(least + 2));
      rest = rest.substring(0, least);
    }
    Set<String> allowed = Set.of();
    int brace = rest.indexOf('{');
    if (brace >= 0) {
      allowed = Set.copyOf(List.of(rest.substring(brace + 1, rest.length() - 1).split(",", -1)));
      rest = rest.substring(0, brace);
    }
    int equals = rest.indexOf('=');
    return new OpAttribute(
        word.substring(0, word.indexOf(':')),
        equals < 0 ? rest : rest.substring(0, equals),
        equals < 0 ? Optional.empty() : Optional.of(rest.substring(equals + 1)),
        allowed,
        minimum);
  }

  /** The default of a type or integer. */
  AttrValue defaultValue() {
    String text =
        given.orElseThrow(() -> new IllegalArgumentException("it has no attribute '" + name + "'"));
    return switch (kind) {
      case "type" -> AttrValue.newBuilder().setType(DataType.valueOf("DT_" + text)).build();
      case "int" -> AttrValue.newBuilder().setI(Long.parseLong(text)).build();
      default -> AttrValue.newBuilder().setList(AttrValue.ListValue.getDefaultInstance()).build();
    };
  }

  /** Why a value is not one of this attribute's; empty if it is. */
  String fault(AttrValue value) {
    if (!isOfKind(value)) {
      return "'" + name + "' is " + valueKind(value) + ", not " + kind;
    }
    for (String one : values(value)) {
      if ((!allowed.isEmpty() && !allowed.contains(one)) || one.equals("INVALID")) {
        return "'" + name + "' is " + one + (allowed.isEmpty() ? "" : ", not one of " + sorted());
      }
    }
    long size = kind.startsWith("list(") ? length(value.getList()) : value.getI();
    return size < minimum ? "'" + name + "' has " + size + ", less than " + minimum : "";
  }

  private List<String> sorted() {
    return allowed.stream().sorted().toList();
  }

  private List<String> values(AttrValue value) {
    return switch (kind) {
      case "type" -> List.of(name(value.getType()));
      case "list(type)" -> value.getList().getTypeList().stream().map(OpAttribute::name).toList();
      case "string" -> List.of(value.getS().toStringUtf8());
      case "list(string)" ->
          value.getList().getSList().stream().map(s -> s.toStringUtf8()).toList();
      default -> List.of();
    };
  }

  /** A type without {@code DT_}; {@code INVALID} for numbers that mean none. */
  private static String name(DataType type) {
    return type == DataType.UNRECOGNIZED ? "INVALID" : type.name().substring(3);
  }

  private boolean isOfKind(AttrValue value) {
    if (!kind.startsWith("list(")) {
      return valueKind(value).equals(kind);
    }
    if (!value.hasList()) {
      return false;
    }
    AttrValue.ListValue list = value.getList();
    int own =
        switch (kind) {
          case "list(string)" -> list.getSCount();
          case "list(int)" -> list.getICount();
          case "list(float)" -> list.getFCount();
          case "list(bool)" -> list.getBCount();
          case "list(type)" -> list.getTypeCount();
          case "list(shape)" -> list.getShapeCount();
          case "list(tensor)" -> list.getTensorCount();
          default -> list.getFuncCount();
        };
    return own == length(list);
  }

  private static int length(AttrValue.ListValue list) {
    return list.getSCount()
        + list.getICount()
        + list.getFCount()
        + list.getBCount()
        + list.getTypeCount()
        + list.getShapeCount()
        + list.getTensorCount()
        + list.getFuncCount();
  }

  private static String valueKind(AttrValue value) {
    return switch (value.getValueCase()) {
      case S -> "string";
      case I -> "int";
      case F -> "float";
      case B -> "bool";
      case TYPE -> "type";
      case SHAPE -> "shape";
      case TENSOR -> "tensor";
      case FUNC -> "func";
      case LIST -> "a list";
      default -> "empty";
    };
  }
}
