"""Loads a model that Graft exported the ways Python and Keras load one, and compares with what Graft predicts.

    python check_export.py MODEL images.npy expected.npy

images.npy: float32 (7, ...), for images (7, h, w, 3), whole numbers 0..255; expected.npy: float32 (7, classes),
the probabilities. A model that takes images must have the signature serving_bytes, another must not.
Tolerance: 1e-5 absolute. Exits with 0 if everything agrees.
"""

import json
import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf

TOLERANCE = 1e-5


def require(condition, message):
    if not condition:
        raise SystemExit(f"check_export: {message}")


def equal(what, outputs, expected):
    actual = np.asarray(outputs["probabilities"] if isinstance(outputs, dict) else outputs)
    require(actual.shape == expected.shape, f"{what}: shape {actual.shape}, not {expected.shape}")
    worst = float(np.abs(actual - expected).max())
    require(worst <= TOLERANCE, f"{what}: probabilities differ by {worst}")
    print(f"{what}: ok, largest difference {worst:.1e}")


def input_name(model):
    (name,) = model.signatures["serving_default"].structured_input_signature[1]
    return name


def check_signatures(model, images, expected):
    serve = model.signatures["serving_default"]
    name = input_name(model)
    for n in (7, 1):
        x, y = tf.constant(images[:n]), expected[:n]
        equal(f"signature by name, batch {n}", serve(**{name: x}), y)
        equal(f"signature by position, batch {n}", serve(x), y)
        equal(f"model(x), batch {n}", model(x), y)
        equal(f"model.serve(x), batch {n}", model.serve(x), y)


def check_encoded(model, images, expected):
    encoded = [tf.io.encode_png(tf.constant(image.astype(np.uint8))).numpy() for image in images]
    for n in (7, 1):
        outputs = model.signatures["serving_bytes"](image_bytes=tf.constant(encoded[:n]))
        equal(f"serving_bytes, batch {n}", outputs, expected[:n])


def check_variables(model, directory):
    trained = json.loads((directory / "assets.extra" / "graft.json").read_text())["training"]["variables"]
    names = [v.name.removesuffix(":0") for v in model.variables]
    trainable = [v.name.removesuffix(":0") for v in model.trainable_variables]
    require(len(set(names)) == len(names), f"names are not unique: {names}")
    require(sorted(trainable) == sorted(trained), f"trainable are {trainable}, not {trained}")
    signature = model.signatures["serving_default"]
    require(len(signature.variables) == len(names), "the signature captures not every variable")
    require(len(signature.trainable_variables) == len(trained), "the signature's trainable variables differ")
    require(len(model.non_trainable_variables) == len(names) - len(trained), "frozen variables differ")
    print(f"variables: ok, {len(names)}, {len(trained)} trainable")


def check_training(model, images, classes):
    """One step down the gradient, through the signature, lowers the loss; every trainable variable has one."""
    labels = tf.one_hot(np.arange(len(images)) % classes, classes)
    signature = model.signatures["serving_default"]

    def loss():
        probabilities = signature(**{input_name(model): tf.constant(images)})["probabilities"]
        return -tf.reduce_mean(tf.reduce_sum(labels * tf.math.log(probabilities + 1e-7), axis=1))

    with tf.GradientTape() as tape:
        before = loss()
    gradients = tape.gradient(before, model.trainable_variables)
    require(all(g is not None for g in gradients), "a trainable variable has no gradient")
    norm = tf.linalg.global_norm(gradients)
    rate = 1e-3 / (norm + 1e-12)
    for gradient, variable in zip(gradients, model.trainable_variables):
        variable.assign_sub(rate * gradient)
    after = loss()
    require(after < before, f"a gradient step took the loss from {before} to {after}")
    print(f"training: ok, loss {before:.6f} to {after:.6f}")


def check_keras(directory, images, expected):
    for endpoint in ("serving_default", "serve"):
        layer = keras.layers.TFSMLayer(str(directory), call_endpoint=endpoint)
        inputs = keras.Input(images.shape[1:])
        model = keras.Model(inputs, layer(inputs))
        for n in (7, 1):
            equal(f"TFSMLayer {endpoint}, batch {n}", model.predict(images[:n], verbose=0), expected[:n])


def main():
    directory = pathlib.Path(sys.argv[1])
    images, expected = np.load(sys.argv[2]), np.load(sys.argv[3])
    model = tf.saved_model.load(str(directory))
    check_signatures(model, images, expected)
    takes_images = "imageSize" in json.loads((directory / "assets.extra" / "graft.json").read_text())
    require(("serving_bytes" in model.signatures) == takes_images, f"signatures: {list(model.signatures)}")
    if takes_images:
        check_encoded(model, images, expected)
    check_variables(model, directory)
    check_keras(directory, images, expected)
    check_training(model, images, expected.shape[1])


if __name__ == "__main__":
    main()
