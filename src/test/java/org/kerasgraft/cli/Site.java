package org.kerasgraft.cli;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One field of one message somewhere in a file, set or not.
 *
 * @param path the fields that lead from the file's message to the one that has the field
 * @param field the field
 * @param kind what it counts as: the part of the model and the field's full name
 */
record Site(List<Step> path, FieldDescriptor field, String kind) {

  /** One step down: a message field, and which of its values if it is repeated (else −1). */
  record Step(FieldDescriptor field, int index) {}

  /** The message that has the field. */
  DynamicMessage parent(DynamicMessage file) {
    DynamicMessage at = file;
    for (Step step : path) {
      at =
          (DynamicMessage)
              (step.index() < 0
                  ? at.getField(step.field())
                  : at.getRepeatedField(step.field(), step.index()));
    }
    return at;
  }

  /** The file with that message changed. */
  DynamicMessage change(DynamicMessage file, UnaryOperator<DynamicMessage> change) {
    List<DynamicMessage> down = new ArrayList<>(List.of(file));
    for (Step step : path) {
      DynamicMessage at = down.get(down.size() - 1);
      down.add(
          (DynamicMessage)
              (step.index() < 0
                  ? at.getField(step.field())
                  : at.getRepeatedField(step.field(), step.index())));
    }
    DynamicMessage changed = change.apply(down.get(path.size()));
    for (int i = path.size() - 1; i >= 0; i--) {
      DynamicMessage.Builder outer = down.get(i).toBuilder();
      Step step = path.get(i);
      changed =
          (step.index() < 0
                  ? outer.setField(step.field(), changed)
                  : outer.setRepeatedField(step.field(), step.index(), changed))
              .build();
    }
    return changed;
  }
}
