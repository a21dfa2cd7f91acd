"""Trains a model that Graft exported further in Python, saves and reloads it.

  python peer_further.py make OUT          OUT/keras3 and OUT/keras2: MobileNetV2 with alpha 0.35, so with BatchNormalization
  python peer_further.py train MODEL OUT   MODEL: what `graft train` wrote, images (n, 32, 32, 3), 4 classes

Ten steps of SGD through a GradientTape lower the loss, every trainable variable moves, no frozen one does.
"""

import pathlib
import sys

import numpy as np
import tensorflow as tf
from peer_return import LIBRARIES, mobilenet, require, save


def train(directory, out):
    model = tf.saved_model.load(directory)
    random = np.random.default_rng(1)
    images = tf.constant(random.integers(0, 256, (8, 32, 32, 3)).astype(np.float32))
    labels = tf.one_hot(np.arange(8) % 4, 4)
    names = {v.name for v in model.trainable_variables}
    require(any("moving" in v.name for v in model.non_trainable_variables), "no statistics among the frozen variables")
    require(not any("moving" in name for name in names), "statistics are trainable")
    before = {v.name: v.numpy() for v in model.variables}

    def loss():
        return -tf.reduce_mean(tf.reduce_sum(labels * tf.math.log(model(images)["probabilities"] + 1e-7), axis=1))

    losses = []
    for _ in range(10):
        with tf.GradientTape() as tape:
            value = loss()
        losses.append(float(value))
        gradients = tape.gradient(value, model.trainable_variables)
        scale = 0.05 / float(tf.linalg.global_norm(gradients))
        for variable, gradient in zip(model.trainable_variables, gradients):
            variable.assign_sub(scale * gradient)
    require(float(loss()) < 0.98 * losses[0], f"the loss did not fall: {losses}")
    for v in model.variables:
        require((v.name in names) != np.array_equal(v.numpy(), before[v.name]), f"{v.name}: trainable or not?")
    tf.saved_model.save(model, out, signatures=model.signatures)
    again = tf.saved_model.load(out)
    expected = model(images)["probabilities"].numpy()
    actual = again.signatures["serving_default"](images)["probabilities"].numpy()
    require(np.abs(actual - expected).max() <= 1e-6, "the saved model differs")
    require({v.name for v in again.trainable_variables} == names, "other variables are trainable after saving")
    print(f"ok, {len(names)} trainable, {len(before) - len(names)} frozen, loss {losses[0]:.3f} to {float(loss()):.3f}")


def main():
    if sys.argv[1] == "make":
        for name, lib in LIBRARIES.items():
            save(lib, mobilenet(lib), pathlib.Path(sys.argv[2]) / name)
    else:
        train(sys.argv[2], sys.argv[3])


if __name__ == "__main__":
    main()
