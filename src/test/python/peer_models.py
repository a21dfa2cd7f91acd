"""VGG16-shaped models for the comparison with Keras: mini and full width, built with `keras` or `tf_keras`."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tf_keras
from make_fixtures import give_weights

FORMATS = {"keras-3-export": keras, "keras-2-saved-model": tf_keras}
MINI = [(2, 8), (2, 12), (3, 16), (3, 24), (3, 32)]
CLASSES = 5


def mini(lib, shape, top):
    """VGG16's topology and layer names with few channels."""
    x = images = lib.layers.Input(shape, name="input_layer")
    for block, (convolutions, channels) in enumerate(MINI, 1):
        for i in range(1, convolutions + 1):
            x = lib.layers.Conv2D(channels, 3, padding="same", activation="relu", name=f"block{block}_conv{i}")(x)
        x = lib.layers.MaxPooling2D(2, 2, name=f"block{block}_pool")(x)
    if top:
        x = lib.layers.Flatten(name="flatten")(x)
        x = lib.layers.Dense(24, activation="relu", name="fc1")(x)
        x = lib.layers.Dense(24, activation="relu", name="fc2")(x)
        x = lib.layers.Dense(CLASSES, activation="softmax", name="predictions")(x)
    return lib.Model(images, x, name="vgg16")


def full(lib, shape, top):
    """Keras' own VGG16."""
    return lib.applications.VGG16(weights=None, include_top=top, input_shape=shape, classes=CLASSES)


def build(lib, width, shape, top, seed):
    model = {"mini": mini, "full": full}[width](lib, shape, top)
    give_weights(model, seed)
    return model


def save(lib, model, directory):
    if lib is keras:
        model.export(str(directory), verbose=False)
    else:
        model.save(str(directory), save_format="tf")


def images(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def write(directory, name, value):
    """Writes one array as one row, so that a reader needs no shape: directory/name.npy, `/` in names as `.`."""
    directory.mkdir(parents=True, exist_ok=True)
    np.save(directory / f"{name.replace('/', '.')}.npy", np.asarray(value, np.float32).reshape(1, -1))
