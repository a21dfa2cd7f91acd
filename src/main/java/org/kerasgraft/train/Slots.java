package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.List;
import org.kerasgraft.internal.NativeScope;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.core.Zeros;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * The optimizer's variables of one phase, float32 resource variables named {@code
 * <phase>/<variable>/<slot>}. Not thread-safe.
 */
final class Slots {

  private record Slot(
      String name,
      Shape shape,
      Op initializer,
      Operand<TFloat32> read,
      Placeholder<TFloat32> value,
      Op assign) {}

  private final Ops tf;
  private final String phase;
  private final List<Slot> slots = new ArrayList<>();

  Slots(Ops ops, String phase) {
    this.tf = ops;
    this.phase = phase;
  }

  /** Adds a slot of a variable; gives its handle. */
  Operand<? extends TType> add(String variable, Shape shape, String slot) {
    String name = variable + "/" + slot;
    VarHandleOp handle =
        tf.withName(name.replace('/', '.'))
            .varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(phase + "/" + name));
    Zeros<TFloat32> zeros = tf.zeros(tf.constant(shape.asArray()), TFloat32.class);
    Placeholder<TFloat32> value = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
    slots.add(
        new Slot(
            name,
            shape,
            tf.assignVariableOp(handle, zeros),
            tf.readVariableOp(handle, TFloat32.class),
            value,
            tf.assignVariableOp(handle, value)));
    return handle;
  }

  /** Sets all to zero. */
  void initialize(Session session) {
    if (!slots.isEmpty()) {
      Session.Runner runner = session.runner();
      slots.forEach(slot -> runner.addTarget(slot.initializer()));
      runner.run().close();
    }
  }

  /** Copies all values. */
  List<NamedArray> copy(Session session) {
    List<NamedArray> copies = new ArrayList<>();
    if (!slots.isEmpty()) {
      Session.Runner runner = session.runner();
      slots.forEach(slot -> runner.fetch(slot.read().asOutput()));
      try (Result result = runner.run()) {
        for (int i = 0; i < slots.size(); i++) {
          float[] values = Tensors.floats(result.get(i));
          copies.add(new NamedArray(slots.get(i).name(), slots.get(i).shape(), values));
        }
      }
    }
    return copies;
  }

  /** Overwrites all with values as {@link #copy} gives them, in the same order. */
  void assign(Session session, List<NamedArray> values) {
    if (slots.isEmpty()) {
      return;
    }
    try (NativeScope scope = new NativeScope()) {
      Session.Runner runner = session.runner();
      for (int i = 0; i < slots.size(); i++) {
        TFloat32 value = scope.own(Tensors.of(slots.get(i).shape(), values.get(i).values()));
        runner.feed(slots.get(i).value().asOutput(), value).addTarget(slots.get(i).assign());
      }
      scope.own(runner.run());
    }
  }

  /** The slots' names in order. */
  List<String> names() {
    return slots.stream().map(Slot::name).toList();
  }
}
