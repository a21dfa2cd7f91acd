"""Makes the tiny VGG16-shaped fixtures with real Keras: models and layer outputs.

  python src/test/python/make_fixtures.py src/test/resources

Writes models/tiny-vgg-keras3 (Keras 3 `model.export`), models/tiny-vgg-keras2 (tf-keras `model.save`) and
models/dynamic-vgg-keras3 (no top, input (None, None, 3)), and for each golden/<model>.npz: what Keras computes, in the
form of notebooks-export/make_golden.py. For the first one golden/tiny-vgg-keras3/ has some of that as .npy files too.
Seeded; refuses to overwrite.
"""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tf_keras

BLOCKS = [(2, 4), (2, 4), (3, 6), (3, 8), (3, 8)]
LAYERS = ["block1_pool", "block3_conv2", "block4_pool", "block5_conv3", "block5_pool", "flatten", "fc1", "predictions"]
ARRAYS = ["block4_pool", "block5_pool", "fc1"]


def vgg(lib, shape, top):
    """VGG16's topology and layer names with few channels, built with `keras` or `tf_keras`."""
    x = images = lib.layers.Input(shape, name="input_layer")
    for block, (convolutions, channels) in enumerate(BLOCKS, 1):
        for i in range(1, convolutions + 1):
            x = lib.layers.Conv2D(channels, 3, padding="same", activation="relu", name=f"block{block}_conv{i}")(x)
        x = lib.layers.MaxPooling2D(2, 2, name=f"block{block}_pool")(x)
    if top:
        x = lib.layers.Flatten(name="flatten")(x)
        x = lib.layers.Dense(8, activation="relu", name="fc1")(x)
        x = lib.layers.Dense(8, activation="relu", name="fc2")(x)
        x = lib.layers.Dense(3, activation="softmax", name="predictions")(x)
    return lib.Model(images, x, name="vgg16")


def give_weights(model, seed):
    """He-normal kernels and small biases, so that activations neither die nor explode."""
    random = np.random.default_rng(seed)
    weights = []
    for value in model.get_weights():
        scale = np.sqrt(2 / np.prod(value.shape[:-1])) if value.ndim > 1 else 0.05
        weights.append(random.normal(0, scale, value.shape).astype(np.float32))
    model.set_weights(weights)


def write(out, name, lib, shape, top, save, seed):
    model = vgg(lib, shape, top)
    give_weights(model, seed)
    save(model, str(out / "models" / name))
    images = np.random.default_rng(seed + 100).normal(size=(3, 32, 32, 3)).astype(np.float32)
    layers = [layer for layer in LAYERS if layer in [known.name for known in model.layers]]
    values = lib.Model(model.inputs, {layer: model.get_layer(layer).output for layer in layers})(images, training=False)
    arrays = {f"output/{layer}": np.asarray(values[layer], np.float32) for layer in layers}
    np.savez_compressed(out / "golden" / f"{name}.npz", **{"input/input_layer": images}, **arrays)
    return images, values


def write_arrays(directory, images, values):
    """For tests of array files."""
    directory.mkdir(parents=True)
    np.save(directory / "input.npy", images)
    for layer in ARRAYS:
        np.save(directory / f"{layer}.npy", np.asarray(values[layer], np.float32))


def main():
    out = pathlib.Path(sys.argv[1])
    export = lambda model, path: model.export(path, verbose=False)
    legacy = lambda model, path: model.save(path, save_format="tf")
    arrays = write(out, "tiny-vgg-keras3", keras, (32, 32, 3), True, export, 1)
    write_arrays(out / "golden" / "tiny-vgg-keras3", *arrays)
    write(out, "tiny-vgg-keras2", tf_keras, (32, 32, 3), True, legacy, 2)
    write(out, "dynamic-vgg-keras3", keras, (None, None, 3), False, export, 3)
    print("Keras", keras.__version__, "tf-keras", tf_keras.__version__)


if __name__ == "__main__":
    main()
