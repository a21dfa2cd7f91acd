package org.kerasgraft.savedmodel;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.error.InvalidModelException;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph;

/**
 * Compares the model's object graph with the one that its checkpoint stores. TensorFlow writes both
 * from the same objects, in the same order: what holds what, and the variables' names. The
 * checkpoint's is guarded by checksums, so that a variable under another name, in another layer or
 * in another list is noticed.
 */
final class StoredObjects {

  private static final String VALUE = "VARIABLE_VALUE";

  private final Path directory;
  private final SavedObjectGraph model;
  private final TrackableObjectGraph stored;

  private StoredObjects(Path directory, SavedObjectGraph model, TrackableObjectGraph stored) {
    this.directory = directory;
    this.model = model;
    this.stored = stored;
  }

  /**
   * Compares.
   *
   * @param directory the model, for messages
   * @param model its object graph
   * @param stored the checkpoint's; the empty graph if it has none
   * @throws InvalidModelException naming the object that differs
   */
  static void check(Path directory, SavedObjectGraph model, TrackableObjectGraph stored) {
    if (model.getNodesCount() > 0) {
      new StoredObjects(directory, model, stored).check();
    }
  }

  private void check() {
    if (model.getNodesCount() < stored.getNodesCount()) {
      throw differ(
          model.getNodesCount() + " objects in the model, " + stored.getNodesCount() + " in it");
    }
    for (int id = 0; id < stored.getNodesCount(); id++) {
      checkChildren(id);
      checkVariable(id);
    }
  }

  private void checkChildren(int id) {
    Map<String, Integer> children = new HashMap<>();
    for (var child : model.getNodes(id).getChildrenList()) {
      Integer other = children.put(child.getLocalName(), child.getNodeId());
      if (other != null && other != child.getNodeId()) {
        throw differ("object " + id + " has two parts '" + child.getLocalName() + "'");
      }
    }
    for (var child : stored.getNodes(id).getChildrenList()) {
      Integer known = children.remove(child.getLocalName());
      if (known == null || known != child.getNodeId()) {
        throw differ(
            "'"
                + child.getLocalName()
                + "' of object "
                + id
                + " is object "
                + child.getNodeId()
                + ", in the model "
                + (known == null ? "missing" : "object " + known));
      }
    }
    children.forEach(
        (name, child) -> {
          if (child < 0 || child >= model.getNodesCount() || model.getNodes(child).hasVariable()) {
            throw differ("object " + id + " has no part '" + name + "'");
          }
        });
  }

  private void checkVariable(int id) {
    SavedObject object = model.getNodes(id);
    List<String> names =
        stored.getNodes(id).getAttributesList().stream()
            .filter(a -> a.getName().equals(VALUE))
            .map(a -> a.getFullName())
            .toList();
    if (names.isEmpty() || object.hasResource() || object.hasUserObject()) {
      return;
    }
    String name = object.getVariable().getName();
    if (!object.hasVariable() || !(names.get(0).isEmpty() || names.get(0).equals(name))) {
      throw differ(
          "object "
              + id
              + " is the variable '"
              + names.get(0)
              + "', in the model "
              + (object.hasVariable() ? "'" + name + "'" : "no variable"));
    }
  }

  private InvalidModelException differ(String what) {
    return new InvalidModelException(
        "'" + directory + "' does not fit its checkpoint, by which " + what + ".",
        "Copy or export the model again, all files together.");
  }
}
