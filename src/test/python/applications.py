"""One Keras Application as SavedModels, and what Keras itself makes of it.

  python applications.py NAME keras|tf_keras SIZE OUT FORM...

Builds NAME with random weights (10 classes, SIZE x SIZE images), takes the statistics of its BatchNormalization layers
from one batch, and writes under OUT each form that is asked for:

  keras     keras-3-export        model.export
            keras-3-saved-model   tf.saved_model.save of the model
  tf_keras  keras-2-saved-model   model.save(save_format="tf")
            saved-model           tf.saved_model.save of a tf.Module that has one signature and the model's variables

and beside them, computed once for the library in float32 with training=False, inside tf.function without TensorFlow's
remapper, so that the kernels are those of a graph as it stands:

  golden.json       versions; every layer (name, class, whether it is a no-op, shape, 64 values of its output); the cuts;
                    the trainable variables; how far Keras' gradients differ between graph and eager execution
  input.npy         (2, SIZE, SIZE, 3)
  cotangent.npy     c, of the output's shape
  cuts/I.npy        the output at cut I, one row
  gradients/I.npy   d sum(y * c) / d variable I, one row
  eager/I.npy       the same from Keras run eagerly, if the two differ

A layer is a no-op if its output is its input, bit for bit. Cuts: five from early to late, one inside a branch (before the
middle Multiply, else Add or Concatenate), the last feature map, the output.
"""

import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
import tf_keras

CLASSES = 10
SAMPLES = 64
STEADY = 2e-5
MERGES = ("Multiply", "Add", "Concatenate")
# These take pixels of 0 to 255 and prepare them inside the model.
PREPARED_INSIDE = ("EfficientNet", "MobileNetV3", "ConvNeXt")


def name_of(variable):
    """The variable's path, as the SavedModel's object graph has it."""
    return variable.path if hasattr(variable, "path") else variable.name.split(":")[0]


def images(name, seed, count, size):
    """Noise around a colour of its own for each image."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, size, size, 3)) + random.normal(size=(count, 1, 1, 3))
    if name.startswith(PREPARED_INSIDE):
        x = np.clip(128 + 48 * x, 0, 255)
    return x.astype(np.float32)


def give_weights(model, random):
    """He-normal kernels, scales near 1 (a LayerScale's too), small offsets."""
    for variable in model.trainable_variables:
        shape, last = tuple(variable.shape), name_of(variable).split("/")[-1]
        if len(shape) > 1:
            fan_in = np.prod(shape[:2]) if "depthwise" in last else np.prod(shape[:-1])
            value = random.normal(0, np.sqrt(2 / fan_in), shape)
        elif "bias" in last or "beta" in last:
            value = random.normal(0, 0.1, shape)
        else:
            value = random.uniform(0.5, 1.5, shape)
        variable.assign(value.astype(np.float32))


def calibrate(model, x):
    """Sets every BatchNormalization's moving statistics to those of one batch, with nothing dropped.

    With branches dropped, the statistics would not be those of what the layers see later.
    """
    kept = []
    for layer in walk(model):
        for name in ("momentum", "rate", "drop_path_rate"):
            if type(layer).__name__ in ("BatchNormalization", "Dropout", "StochasticDepth") and hasattr(layer, name):
                kept.append((layer, name, getattr(layer, name)))
                setattr(layer, name, 0.0)
    model(x, training=True)
    for layer, name, value in kept:
        setattr(layer, name, value)


def walk(model):
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from walk(layer)


def sources(layer):
    """The layers that feed a layer's first call."""
    if not layer._inbound_nodes:
        return []
    return [getattr(node, "operation", None) or node.layer for node in layer._inbound_nodes[0].parent_nodes]


def output(layer):
    """The tensor of a layer's first call; a nested model's in the model around it."""
    node = layer._inbound_nodes[0]
    tensors = node.output_tensors if hasattr(node, "output_tensors") else node.outputs
    return tensors[0] if isinstance(tensors, (list, tuple)) else tensors


def graph_call(lib, model, outputs, x):
    """Some tensors' values by name, computed in one graph."""
    probe = lib.Model(model.inputs, list(outputs.values()))
    values = tf.function(lambda images: probe(images, training=False))(x)
    values = values if isinstance(values, (list, tuple)) else [values]
    return {name: np.asarray(value) for name, value in zip(outputs, values)}


def layer_values(lib, model, x, prefix=""):
    """Full layer name to (layer, value, value of its only source or None), nested models' layers as outer/inner."""
    outputs = {layer.name: output(layer) for layer in model.layers}
    for layer in model.layers:  # `x + y` in Keras 3 is an operation, but no layer
        outputs.update({source.name: output(source) for source in sources(layer)})
    values = graph_call(lib, model, outputs, x)
    found = {}
    for layer in model.layers:
        feeding = sources(layer)
        before = values[feeding[0].name] if len(feeding) == 1 else None
        if before is None and prefix and layer is model.layers[0]:
            before = x  # a Sequential's first layer is fed by its input
        found[prefix + layer.name] = (layer, values[layer.name], before)
        if hasattr(layer, "layers"):
            found.update(layer_values(lib, layer, before, prefix + layer.name + "/"))
    return found


def describe(name, layer, value, before):
    flat = value.ravel()
    count = min(SAMPLES, flat.size)
    picked = np.arange(count) * (flat.size - 1) // max(1, count - 1)
    no_op = before is not None and before.shape == value.shape and bool(np.array_equal(before, value))
    return {
        "name": name, "type": type(layer).__name__, "noOp": no_op, "shape": list(value.shape),
        "sample": [float(v) for v in flat[picked]],
    }


def cuts(model, layers):
    """Layer names with the reason for each."""
    no_ops = {layer["name"] for layer in layers if layer["noOp"]}
    outer = [layer for layer in model.layers if sources(layer) and layer.name not in no_ops]
    names = {layer.name for layer in outer}
    maps = [layer for layer in outer if len(output(layer).shape) == 4]
    chosen = {maps[round(share * (len(maps) - 1))].name: f"{share:.0%}" for share in (0.1, 0.3, 0.5, 0.7, 0.9)}
    for kind in MERGES:
        merges = [layer for layer in outer if type(layer).__name__ == kind]
        if merges:
            inside = sources(merges[len(merges) // 2])[-1]
            while inside.name not in names:  # a no-op, or an operation that is no layer
                inside = sources(inside)[0]
            chosen.setdefault(inside.name, "branch")
            break
    chosen.setdefault(maps[-1].name, "last feature map")
    chosen.setdefault(outer[-1].name, "output")
    return chosen


def gradients(model, cotangent):
    """A function of images: d sum(y * c) / d each trainable variable."""
    variables = [getattr(v, "value", v) if keras_3(model) else v for v in model.trainable_variables]

    def compute(x):
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(model(x, training=False) * cotangent)
        return [tf.convert_to_tensor(g) for g in tape.gradient(total, variables)]

    return compute


def worst(some, others):
    """The largest difference beside the largest value, worst of all arrays."""
    return max(float(np.max(np.abs(a - b)) / max(np.max(np.abs(b)), 1e-30)) for a, b in zip(some, others))


def steady_images(model, batch, cotangent):
    """Two images of a batch, the gradients there in a graph and eagerly, and how far the two differ.

    Where an activation is 0 but for rounding, a ReLU passes its gradient in one and not in the other. So images are
    taken for which the two agree, if some do. They are of the batch that gave the statistics: on others the values, and
    with them the errors, grow from layer to layer, a hundredfold by the end of EfficientNetB2.
    """
    eager = gradients(model, cotangent)
    graph = tf.function(eager)
    best = None
    for start in range(0, len(batch), 2):
        x = batch[start : start + 2]
        values = [g.numpy() for g in graph(x)]
        others = [g.numpy() for g in eager(tf.constant(x))]
        difference = worst(others, values)
        if best is None or difference < best[3]:
            best = (x, values, others, difference)
        if difference <= STEADY:
            break
    return best


def keras_3(model):
    return isinstance(model, keras.Model)


def save_keras_3_export(model, directory):
    model.export(directory, verbose=False)


def save_keras_2(model, directory):
    model.save(directory, save_format="tf")


def save_module(model, directory):
    module = tf.Module()
    module.model_variables = model.variables
    spec = tf.TensorSpec([None, *model.input_shape[1:]], tf.float32, name="images")
    module.predict = tf.function(lambda images: {"scores": model(images, training=False)}, input_signature=[spec])
    tf.saved_model.save(module, directory, signatures=module.predict)


SAVE = {
    "keras-3-export": save_keras_3_export,
    "keras-3-saved-model": tf.saved_model.save,
    "keras-2-saved-model": save_keras_2,
    "saved-model": save_module,
}


def write(path, value):
    """One array as one row, so that a reader needs no shape."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.asarray(value, np.float32).reshape(1, -1))


def main():
    name, library, size, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), pathlib.Path(sys.argv[4])
    lib = {"keras": keras, "tf_keras": tf_keras}[library]
    tf.config.threading.set_intra_op_parallelism_threads(2)
    # As Graft does. Its fused kernels add in another order.
    tf.config.optimizer.set_experimental_options({"remapping": False})
    lib.utils.set_random_seed(1)
    model = getattr(lib.applications, name)(weights=None, input_shape=(size, size, 3), classes=CLASSES)
    give_weights(model, np.random.default_rng(1))
    batch = images(name, 2, 16, size)
    calibrate(model, batch)
    out.mkdir(parents=True, exist_ok=True)
    cotangent = np.random.default_rng(4).normal(size=(2, CLASSES)).astype(np.float32)
    np.save(out / "cotangent.npy", cotangent)
    x, values, others, own_difference = steady_images(model, batch, cotangent)
    np.save(out / "input.npy", x)
    for i, (gradient, other) in enumerate(zip(values, others)):
        write(out / "gradients" / f"{i}.npy", gradient)
        if own_difference > STEADY:
            write(out / "eager" / f"{i}.npy", other)
    del values, others
    layers = []
    values = layer_values(lib, model, x)
    for full, (layer, value, before) in values.items():
        layers.append(describe(full, layer, value, before))
    chosen = cuts(model, layers)
    for i, layer in enumerate(chosen):
        write(out / "cuts" / f"{i}.npy", values[layer][1])
    del values
    for form in sys.argv[5:]:
        SAVE[form](model, str(out / form))
    golden = {
        "architecture": name, "keras": lib.__version__, "tensorflow": tf.__version__, "layers": layers,
        "cuts": [{"layer": layer, "why": why} for layer, why in chosen.items()],
        "variables": [name_of(v) for v in model.trainable_variables],
        "ownDifference": own_difference,
    }
    (out / "golden.json").write_text(json.dumps(golden))  # last: its presence says that all is there


if __name__ == "__main__":
    main()
