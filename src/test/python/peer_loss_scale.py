"""A mixed_float16 model that `fit` can only train with Keras' loss scaling, and its weights after 20 steps.

  python peer_loss_scale.py OUT

OUT/<format>/ holds model/ (the SavedModel), inputs.npy, labels.npy, and the goldens initial.npz and <optimizer>.npz
(after `fit`, batches of 4, in order, 4 epochs over 20 rows). Without scaling `first` has no gradient: on its way there it is
2^-15 of what it is on either side. At Keras' first scale the gradient of the logits is beyond half precision, so that the
first steps are skipped. The script fails unless both is so.
"""

import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf
from make_fixtures import give_weights
from peer_models import FORMATS, images, save

ROWS, BATCH, EPOCHS = 20, 4, 4


def build(lib):
    x = inputs = lib.layers.Input((8, 8, 3), name="images")
    x = lib.layers.Conv2D(6, 3, padding="same", activation="tanh", name="first")(x)
    x = lib.layers.Rescaling(2.0**15, name="up")(x)
    x = lib.layers.ReLU(name="relu")(x)
    x = lib.layers.Rescaling(2.0**-15, name="down")(x)
    x = lib.layers.Conv2D(6, 3, strides=2, activation="relu", name="second")(x)
    x = lib.layers.Flatten(name="flatten")(x)
    x = lib.layers.Rescaling(2.0**-12, name="faint")(x)
    x = lib.layers.Dense(3, name="logits")(x)
    x = lib.layers.Rescaling(2.0**5, name="steep")(x)
    return lib.Model(inputs, lib.layers.Activation("softmax", dtype="float32", name="probabilities")(x))


def optimizers(lib):
    """Keras 2 counts skipped steps in Adam's bias correction, Keras 3 does not."""
    some = {"sgd-momentum": lib.optimizers.SGD(1e-2, momentum=0.9)}
    return some | {"adam": lib.optimizers.Adam(1e-3)} if lib is keras else some


def write_weights(file, model):
    np.savez(file, **{f"variable/{layer.name}/{leaf}": np.asarray(weight, np.float32) for layer in model.layers
                      for leaf, weight in zip(("kernel", "bias"), layer.weights)})


def need_scaling(model, loss, x, labels):
    with tf.GradientTape() as tape:
        value = loss(labels, model(x, training=False))
    gradients = tape.gradient(value, model.trainable_variables)
    assert not np.any(gradients[0]), "the first layer has a gradient without scaling"


def main():
    out = pathlib.Path(sys.argv[1])
    for format, lib in FORMATS.items():
        lib.mixed_precision.set_global_policy("mixed_float16")
        case = out / format
        model = build(lib)
        give_weights(model, 41)
        save(lib, model, case / "model")
        x, labels = images(42, ROWS, 8, 8, 3), np.random.default_rng(43).integers(0, 3, (ROWS, 1))
        np.save(case / "inputs.npy", x)
        np.save(case / "labels.npy", labels.astype(np.int32).ravel())
        write_weights(case / "initial.npz", model)
        loss = lib.losses.SparseCategoricalCrossentropy()
        need_scaling(model, loss, x[:BATCH], labels[:BATCH])
        initial = model.get_weights()
        for name, optimizer in optimizers(lib).items():
            model.set_weights(initial)
            model.compile(optimizer, loss, jit_compile=False)
            model.fit(x, labels, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
            scale = float(model.optimizer.dynamic_scale if lib is keras else model.optimizer.loss_scale)
            assert 1 < scale < 2**15, f"no step was skipped, or all: {scale}"
            write_weights(case / f"{name}.npz", model)


if __name__ == "__main__":
    main()
