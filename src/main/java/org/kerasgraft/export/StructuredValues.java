package org.kerasgraft.export;

import java.util.List;
import org.tensorflow.proto.SavedObjectGraphOuterClass.FunctionSpec;
import org.tensorflow.proto.Struct.DictValue;
import org.tensorflow.proto.Struct.ListValue;
import org.tensorflow.proto.Struct.NamedTupleValue;
import org.tensorflow.proto.Struct.NoneValue;
import org.tensorflow.proto.Struct.PairValue;
import org.tensorflow.proto.Struct.StructuredValue;
import org.tensorflow.proto.Struct.TensorSpecProto;
import org.tensorflow.proto.Struct.TupleValue;

/** Python values, as an object graph stores the signatures of functions. */
final class StructuredValues {

  private StructuredValues() {}

  static StructuredValue tensorSpec(ServedTensor tensor) {
    return StructuredValue.newBuilder()
        .setTensorSpecValue(
            TensorSpecProto.newBuilder()
                .setName(tensor.key())
                .setShape(Attributes.shapeProto(tensor.shape()))
                .setDtype(tensor.dtype()))
        .build();
  }

  static StructuredValue tuple(StructuredValue... values) {
    return StructuredValue.newBuilder()
        .setTupleValue(TupleValue.newBuilder().addAllValues(List.of(values)))
        .build();
  }

  static StructuredValue dict(List<ServedTensor> tensors) {
    DictValue.Builder dict = DictValue.newBuilder();
    tensors.forEach(tensor -> dict.putFields(tensor.key(), tensorSpec(tensor)));
    return StructuredValue.newBuilder().setDictValue(dict).build();
  }

  /**
   * Python's {@code FullArgSpec} of a function.
   *
   * @param positional names of arguments given by position or name
   * @param keywordOnly names of arguments given by name only
   */
  static FunctionSpec functionSpec(List<String> positional, List<String> keywordOnly) {
    NamedTupleValue.Builder spec = NamedTupleValue.newBuilder().setName("FullArgSpec");
    put(spec, "args", names(positional));
    put(spec, "varargs", none());
    put(spec, "varkw", none());
    put(spec, "defaults", none());
    put(spec, "kwonlyargs", names(keywordOnly));
    put(spec, "kwonlydefaults", none());
    put(spec, "annotations", dict(List.of()));
    return FunctionSpec.newBuilder()
        .setFullargspec(StructuredValue.newBuilder().setNamedTupleValue(spec))
        .setInputSignature(none())
        .build();
  }

  private static void put(NamedTupleValue.Builder spec, String key, StructuredValue value) {
    spec.addValues(PairValue.newBuilder().setKey(key).setValue(value));
  }

  private static StructuredValue names(List<String> names) {
    ListValue.Builder list = ListValue.newBuilder();
    names.forEach(name -> list.addValues(StructuredValue.newBuilder().setStringValue(name)));
    return StructuredValue.newBuilder().setListValue(list).build();
  }

  private static StructuredValue none() {
    return StructuredValue.newBuilder().setNoneValue(NoneValue.getDefaultInstance()).build();
  }
}
