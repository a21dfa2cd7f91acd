package org.kerasgraft.savedmodel;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * Counts what a protobuf file describes by its tags alone, before objects are made of it: two bytes
 * are enough for an empty node, which takes dozens in memory. A part is a message, a text, or eight
 * numbers of a list, about 64 bytes each.
 */
final class PartCount {

  /** Numbers of a list that count as one part. */
  private static final int NUMBERS = 8;

  /** What a field that the runtime does not know takes. */
  private static final int UNKNOWN = 4;

  private final Path file;
  private final ModelLimits limits;
  private final CodedInputStream in;
  private final Map<Descriptor, Kind> kinds;
  private long parts;
  private long numbers;

  /** Messages that have a limit of their own. */
  private static final class Kind {
    private final String name;
    private final long most;
    private long found;

    Kind(String name, long most) {
      this.name = name;
      this.most = most;
    }
  }

  private PartCount(Path file, byte[] bytes, ModelLimits limits) {
    this.file = file;
    this.limits = limits;
    this.in = CodedInputStream.newInstance(bytes);
    this.kinds =
        Map.of(
            NodeDef.getDescriptor(), new Kind("nodes", limits.nodes()),
            FunctionDef.getDescriptor(), new Kind("functions", limits.functions()));
  }

  /**
   * Counts.
   *
   * @param file where the bytes come from, for messages
   * @param bytes a message
   * @param type its type
   * @param limits how much it may hold
   * @throws ModelRefusedException if it holds more, or is nested more deeply
   * @throws IOException if it is no such message
   */
  static void require(Path file, byte[] bytes, Descriptor type, ModelLimits limits)
      throws IOException {
    new PartCount(file, bytes, limits).message(type, 0);
  }

  private void message(Descriptor type, int depth) throws IOException {
    if (depth > limits.depth()) {
      throw refused("is nested more than " + limits.depth() + " levels deep");
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int wire = WireFormat.getTagWireType(tag);
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (wire == WireFormat.WIRETYPE_START_GROUP || wire == WireFormat.WIRETYPE_END_GROUP) {
        throw new InvalidProtocolBufferException("TensorFlow writes no groups");
      } else if (field == null) {
        add(UNKNOWN);
        in.skipField(tag);
      } else if (wire == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        delimited(field, depth);
      } else {
        addNumbers(field.isRepeated() ? 1 : 0);
        in.skipField(tag);
      }
    }
  }

  private void delimited(FieldDescriptor field, int depth) throws IOException {
    int size = in.readRawVarint32();
    JavaType type = field.getJavaType();
    if (type == JavaType.MESSAGE) {
      int outer = in.pushLimit(size);
      count(field.getMessageType());
      message(field.getMessageType(), depth + 1);
      in.checkLastTagWas(0);
      in.popLimit(outer);
      return;
    }
    if (type == JavaType.STRING || type == JavaType.BYTE_STRING) {
      add(1);
    } else if (type != JavaType.FLOAT && type != JavaType.DOUBLE) {
      addNumbers(size); // each takes one byte at least
    }
    in.skipRawBytes(size);
  }

  private void count(Descriptor type) {
    add(1);
    Kind kind = kinds.get(type);
    if (kind != null && ++kind.found > kind.most) {
      throw refused(String.format(Locale.ROOT, "has more than %,d %s", kind.most, kind.name));
    }
  }

  private void addNumbers(int more) {
    numbers += more;
    add(numbers / NUMBERS);
    numbers %= NUMBERS;
  }

  private void add(long more) {
    parts += more;
    if (parts > limits.parts()) {
      throw refused(String.format(Locale.ROOT, "describes more than %,d parts", limits.parts()));
    }
  }

  private ModelRefusedException refused(String what) {
    return new ModelRefusedException(
        "'" + file + "' " + what + ".", "No export of Keras comes near; do not use this model.");
  }
}
