"""Models, a head for them, and what Keras makes of both: gradients, and weights after 20 steps of each optimizer.

  python peer_training.py mini|full OUT

For each format OUT/<format>-new/ is a model without top and a new head (flatten, dense, dense), OUT/<format>-kept/ one
with its own top; trained are block5 and the head or top. Each holds model/ (the SavedModel), inputs.npy, labels.npy,
and goldens: initial.npz, gradients.npz (of the mean loss over all rows, by GradientTape), and <optimizer>.npz (after `fit`,
batches of 4, in order, 4 epochs over 20 rows). A new head's variables go by Graft's names: head/dense/kernel ...
"""

import pathlib
import sys

import numpy as np
import tensorflow as tf
from make_fixtures import give_weights
from peer_models import CLASSES, FORMATS, build, images, save

ROWS, BATCH, EPOCHS = 20, 4, 4
# Rates at which 20 steps move the weights visibly but do not yet amplify rounding: smaller where there are more weights.
RATES = {"mini": (1e-2, 1e-3), "full": (1e-3, 1e-4)}


def optimizers(lib, width):
    sgd, adaptive = RATES[width]
    return {
        "sgd": lambda: lib.optimizers.SGD(sgd),
        "sgd-momentum": lambda: lib.optimizers.SGD(sgd, momentum=0.9),
        "sgd-nesterov": lambda: lib.optimizers.SGD(sgd, momentum=0.9, nesterov=True),
        "rmsprop": lambda: lib.optimizers.RMSprop(adaptive),
        "adam": lambda: lib.optimizers.Adam(adaptive),
    }


def with_head(lib, base, units):
    x = lib.layers.Flatten(name="head_flatten")(base.output)
    x = lib.layers.Dense(16, activation="relu", name="head_0")(x)
    return lib.Model(base.inputs, lib.layers.Dense(units, name="head_1")(x))


HEAD = {"head_0": "head/dense", "head_1": "head/dense_1"}


def name_of(variable, model):
    """The variable's name in the goldens: <layer>/<kernel|bias>."""
    for layer in model.layers:
        for i, weight in enumerate(layer.weights):
            if weight is variable:
                return f"{HEAD.get(layer.name, layer.name)}/{('kernel', 'bias')[i]}"
    raise LookupError(variable.name)


def freeze_below_block5(model):
    for layer in model.layers:
        if layer.name.startswith(("block1", "block2", "block3", "block4")):
            layer.trainable = False


def write_golden(file, role, model, values, **inputs):
    named = zip((name_of(v, model) for v in model.trainable_variables), values)
    np.savez(file, **inputs, **{f"{role}/{name}": np.asarray(value, np.float32) for name, value in named})


def train(lib, case, model, loss, width):
    """Gradients and fits from the model's present weights, written under `case`."""
    x, labels = images(31, ROWS, *model.input_shape[1:]), np.random.default_rng(32).integers(0, classes_of(model), ROWS)
    np.save(case / "inputs.npy", x)
    np.save(case / "labels.npy", labels.astype(np.int32))
    freeze_below_block5(model)
    initial = model.get_weights()
    write_golden(case / "initial.npz", "variable", model, model.trainable_variables)
    with tf.GradientTape() as tape:
        mean_loss = loss(labels.reshape(-1, 1), model(x, training=False))
    gradients = tape.gradient(mean_loss, model.trainable_variables)
    write_golden(case / "gradients.npz", "gradient", model, gradients, **{"input/input_layer": x})
    for name, make in optimizers(lib, width).items():
        model.set_weights(initial)
        model.compile(make(), loss, jit_compile=False)
        model.fit(x, labels.reshape(-1, 1), batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
        write_golden(case / f"{name}.npz", "variable", model, model.trainable_variables)


def classes_of(model):
    return max(2, model.output_shape[-1])


def main():
    width, out = sys.argv[1], pathlib.Path(sys.argv[2])
    for number, (format, lib) in enumerate(FORMATS.items()):
        binary = number == 0  # one format with one sigmoid, the other with a softmax
        losses = lib.losses
        base = build(lib, width, (32, 32, 3), False, 20)
        whole = with_head(lib, base, 1 if binary else CLASSES)
        give_weights(whole, 20)
        case = out / f"{format}-new"
        save(lib, base, case / "model")
        loss = losses.BinaryCrossentropy if binary else losses.SparseCategoricalCrossentropy
        train(lib, case, whole, loss(from_logits=True), width)
        if width == "mini":
            whole = build(lib, width, (32, 32, 3), True, 21)
            case = out / f"{format}-kept"
            save(lib, whole, case / "model")
            train(lib, case, whole, losses.SparseCategoricalCrossentropy(), width)


if __name__ == "__main__":
    main()
