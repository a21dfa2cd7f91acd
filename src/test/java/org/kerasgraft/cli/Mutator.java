package org.kerasgraft.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Changes one field of a model's file, each kind of field with the same chance; one in twelve
 * changes bytes of the file instead. The same number gives the same change.
 */
final class Mutator {

  private static final int RAW = 12;

  private final ModelFile file;
  private final List<String> kinds;
  private final byte[] bytes;

  Mutator(ModelFile file) {
    this.file = file;
    this.kinds = List.copyOf(file.sites().keySet());
    this.bytes = file.root().toByteArray();
  }

  Mutation mutate(int number) {
    RandomGenerator random = new SplittableRandom(number * 0xD1342543DE82EF95L);
    if (random.nextInt(RAW) == 0) {
      return raw(number, random);
    }
    String kind = kinds.get(random.nextInt(kinds.size()));
    List<Site> places = file.sites().get(kind);
    // A place that is set, if one is met soon: most optional messages are not.
    Site site = places.get(random.nextInt(places.size()));
    for (int i = 0; i < 4 && !isSet(site); i++) {
      site = places.get(random.nextInt(places.size()));
    }
    Site chosen = site;
    String[] what = new String[1];
    DynamicMessage changed =
        chosen.change(
            file.root(),
            parent -> {
              DynamicMessage.Builder builder = parent.toBuilder();
              what[0] = new Change(builder, chosen.field(), random).apply();
              return builder.build();
            });
    return new Mutation(number, kind, where(chosen) + " " + what[0], changed.toByteArray());
  }

  private boolean isSet(Site site) {
    DynamicMessage parent = site.parent(file.root());
    return site.field().isRepeated()
        ? parent.getRepeatedFieldCount(site.field()) > 0
        : !site.field().hasPresence() || parent.hasField(site.field());
  }

  /** The names of the messages on the way, for a person. */
  private String where(Site site) {
    List<String> names = new ArrayList<>();
    DynamicMessage at = file.root();
    for (Site.Step step : site.path()) {
      at =
          (DynamicMessage)
              (step.index() < 0
                  ? at.getField(step.field())
                  : at.getRepeatedField(step.field(), step.index()));
      String name = "";
      for (Map.Entry<FieldDescriptor, Object> e : at.getAllFields().entrySet()) {
        if (e.getKey().getName().matches("name|key|local_name")) {
          name = shown(e.getValue());
        }
      }
      names.add(step.field().getName() + (step.index() < 0 ? "" : "[" + step.index() + "]") + name);
    }
    return String.join(".", names);
  }

  private Mutation raw(int number, RandomGenerator random) {
    byte[] changed = bytes.clone();
    int count = 1 + random.nextInt(3);
    StringBuilder what = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(changed.length);
      changed[at] ^= (byte) (1 + random.nextInt(255));
      what.append(" at ").append(at);
    }
    return new Mutation(number, "raw bytes", "changed" + what, changed);
  }

  /** One random change of one field of a message. */
  private final class Change {

    private final DynamicMessage.Builder message;
    private final FieldDescriptor field;
    private final RandomGenerator random;

    Change(DynamicMessage.Builder message, FieldDescriptor field, RandomGenerator random) {
      this.message = message;
      this.field = field;
      this.random = random;
    }

    String apply() {
      return field.isRepeated() ? repeated() : single();
    }

    private String single() {
      boolean set = !field.hasPresence() || message.hasField(field);
      if (field.getContainingOneof() != null && set && random.nextInt(3) == 0) {
        List<FieldDescriptor> others = new ArrayList<>(field.getContainingOneof().getFields());
        others.remove(field);
        if (!others.isEmpty()) {
          FieldDescriptor other = pick(others);
          message.setField(other, fresh(other));
          return field.getName() + " became " + other.getName();
        }
      }
      if (random.nextInt(4) == 0) {
        message.clearField(field);
        return field.getName() + " cleared";
      }
      Object old = set ? message.getField(field) : fresh(field);
      Object value = other(old);
      message.setField(field, value);
      return field.getName() + shown(old) + " became" + shown(value);
    }

    private String repeated() {
      int count = message.getRepeatedFieldCount(field);
      if (count == 0) {
        message.addRepeatedField(field, fresh(field));
        return field.getName() + " got a first element";
      }
      List<Object> list = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        list.add(message.getRepeatedField(field, i));
      }
      int at = random.nextInt(count);
      String what = rearrange(list, at);
      message.setField(field, list);
      return field.getName() + "[" + at + "]" + what;
    }

    private String rearrange(List<Object> list, int at) {
      switch (random.nextInt(6)) {
        case 0 -> {
          list.remove(at);
          return " dropped";
        }
        case 1 -> {
          list.add(random.nextInt(list.size() + 1), list.get(at));
          return " duplicated";
        }
        case 2 -> {
          int other = random.nextInt(list.size());
          Collections.swap(list, at, other);
          return " swapped with " + other;
        }
        case 3 -> {
          Collections.reverse(list);
          return " reversed";
        }
        case 4 -> {
          list.clear();
          return " and all others dropped";
        }
        default -> {
          Object old = list.get(at);
          list.set(at, other(old));
          return shown(old) + " became" + shown(list.get(at));
        }
      }
    }

    /** A value that may stand in a field. */
    private Object fresh(FieldDescriptor of) {
      List<Object> known = file.values(of);
      if (!known.isEmpty() && random.nextInt(3) > 0) {
        return pick(known);
      }
      return switch (of.getJavaType()) {
        case INT -> 1;
        case LONG -> 1L;
        case FLOAT -> 1f;
        case DOUBLE -> 1.0;
        case BOOLEAN -> true;
        case STRING -> "x";
        case BYTE_STRING -> ByteString.copyFromUtf8("x");
        case ENUM -> pick(of.getEnumType().getValues());
        case MESSAGE -> DynamicMessage.getDefaultInstance(of.getMessageType());
      };
    }

    private Object other(Object old) {
      if (random.nextInt(3) == 0) {
        List<Object> known = file.values(field);
        if (!known.isEmpty()) {
          return pick(known);
        }
      }
      return switch (field.getJavaType()) {
        case INT -> integer((Integer) old).intValue();
        case LONG -> integer((Long) old);
        case FLOAT -> real((Float) old).floatValue();
        case DOUBLE -> real((Double) old);
        case BOOLEAN -> !((Boolean) old);
        case STRING -> text((String) old);
        case BYTE_STRING -> bytes((ByteString) old);
        case ENUM -> enumeration();
        case MESSAGE -> fresh(field);
      };
    }

    private Long integer(Number old) {
      long value = old.longValue();
      long[] choices = {
        value + 1,
        value - 1,
        0,
        -value,
        -1,
        value * 2,
        1L << 40,
        Integer.MAX_VALUE,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        random.nextInt(100)
      };
      return choices[random.nextInt(choices.length)];
    }

    private Double real(Number old) {
      double value = old.doubleValue();
      double[] choices = {
        -value, 0, value * 2, value + 1, Double.NaN, Double.POSITIVE_INFINITY, random.nextDouble()
      };
      return choices[random.nextInt(choices.length)];
    }

    private String text(String old) {
      int at = old.isEmpty() ? 0 : random.nextInt(old.length());
      return switch (random.nextInt(6)) {
        case 0 -> "";
        case 1 -> old + "_1";
        case 2 -> old.isEmpty() ? "a" : old.substring(0, at) + old.substring(at + 1);
        case 3 -> old.isEmpty() ? "b" : old.substring(0, at) + "x" + old.substring(at + 1);
        case 4 -> "\u0000/../:^é" + old;
        default -> new StringBuilder(old).reverse().toString();
      };
    }

    private ByteString bytes(ByteString old) {
      if (old.isEmpty()) {
        return ByteString.copyFromUtf8("abc");
      }
      byte[] copy = old.toByteArray();
      copy[random.nextInt(copy.length)] ^= (byte) (1 + random.nextInt(255));
      return switch (random.nextInt(4)) {
        case 0 -> ByteString.EMPTY;
        case 1 -> old.substring(0, random.nextInt(old.size()));
        case 2 -> old.concat(old);
        default -> ByteString.copyFrom(copy);
      };
    }

    private EnumValueDescriptor enumeration() {
      EnumDescriptor type = field.getEnumType();
      return random.nextInt(4) == 0
          ? type.findValueByNumberCreatingIfUnknown(1000 + random.nextInt(1000))
          : pick(type.getValues());
    }

    private <T> T pick(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }
  }

  private static String shown(Object value) {
    String text =
        value instanceof EnumValueDescriptor e
            ? e.getName()
            : value instanceof DynamicMessage m
                ? m.getSerializedSize() + " bytes of " + m.getDescriptorForType().getName()
                : value instanceof ByteString b ? TextFormat.escapeBytes(b) : String.valueOf(value);
    text = text.replaceAll("[\\p{Cntrl}\\s]+", " ");
    return " '" + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + "'";
  }
}
