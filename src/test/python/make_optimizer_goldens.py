"""Writes golden/optimizers/{steps,fit,loss_scale}.json: weights, losses and loss scales as Keras itself computes them.

Run with the environment of notebooks-export/requirements.txt, from the project's root:

    python src/test/python/make_optimizer_goldens.py

steps.json: a small MLP (12 -> 16 tanh -> 1, binary cross-entropy from logits), 20 batches of 8 rows
in order, for every optimizer. fit.json: a softmax classifier with L2 and label smoothing, three epochs
of batches of 8 over 30 rows (the last batch is smaller), with validation. loss_scale.json: runs of steps
with finite gradients (a count above 0) or without (below 0), and the loss scale after each.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
import tensorflow as tf

OUT = pathlib.Path("src/test/resources/golden/optimizers")

OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.05),
    "momentum": lambda: keras.optimizers.SGD(0.05, momentum=0.9),
    "nesterov": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01),
    "rmsprop_momentum": lambda: keras.optimizers.RMSprop(0.01, momentum=0.9),
    "adam": lambda: keras.optimizers.Adam(0.01),
}


def floats(array):
    return [float(x) for x in np.asarray(array, np.float32).ravel()]


def classifier(units, initial, activation, regulariser=None):
    model = keras.Sequential([
        keras.Input((12,)),
        keras.layers.Dense(16, activation=activation, kernel_regularizer=regulariser),
        keras.layers.Dense(units, kernel_regularizer=regulariser),
    ])
    model.set_weights(initial)
    return model


def initial_weights(random, units):
    shapes = [(12, 16), (16,), (16, units), (units,)]
    return [(random.normal(size=s) * 0.3).astype(np.float32) for s in shapes]


def steps():
    random = np.random.default_rng(1)
    initial = initial_weights(random, 1)
    x = random.normal(size=(160, 12)).astype(np.float32)
    y = random.integers(0, 2, 160)
    cases = {}
    for name, optimizer in OPTIMIZERS.items():
        model = classifier(1, initial, "tanh")
        model.compile(
            optimizer(), keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
        history = model.fit(
            x, y.reshape(-1, 1).astype(np.float32), batch_size=8, epochs=1, shuffle=False, verbose=0)
        cases[name] = {
            "weights": [floats(w) for w in model.get_weights()],
            "loss": history.history["loss"][0],
        }
    return {
        "x": floats(x),
        "y": [int(v) for v in y],
        "initial": [floats(w) for w in initial],
        "cases": cases,
    }


def fit():
    random = np.random.default_rng(2)
    initial = initial_weights(random, 3)
    x = random.normal(size=(30, 12)).astype(np.float32)
    y = random.integers(0, 3, 30)
    vx = random.normal(size=(11, 12)).astype(np.float32)
    vy = random.integers(0, 3, 11)
    model = classifier(3, initial, "relu", keras.regularizers.L2(0.01))
    model.compile(
        keras.optimizers.Adam(0.01),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
        metrics=["accuracy"],
        jit_compile=False)
    history = model.fit(
        x, keras.utils.to_categorical(y, 3), batch_size=8, epochs=3, shuffle=False, verbose=0,
        validation_data=(vx, keras.utils.to_categorical(vy, 3)))
    binary = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)
    logits = np.array([[1.5], [-0.3], [0.2], [-4.0]], np.float32)
    return {
        "x": floats(x), "y": [int(v) for v in y], "vx": floats(vx), "vy": [int(v) for v in vy],
        "initial": [floats(w) for w in initial],
        "weights": [floats(w) for w in model.get_weights()],
        "history": {k: [float(v) for v in values] for k, values in history.history.items()},
        "smoothed_binary": {
            "logits": floats(logits),
            "loss": float(binary(np.array([[1.0], [0.0], [1.0], [1.0]], np.float32), logits)),
        },
    }


def loss_scale():
    """LossScaleOptimizer's own steps, compiled: 10,000 of them take seconds."""
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.0))
    variable = keras.Variable(np.zeros(1, np.float32))
    optimizer.build([variable])
    step = tf.function(lambda gradient: optimizer.apply([gradient], [variable]))
    runs = [-3, 1999, 1, 1999, -1, 2000, 1999, 1, 4000, -20, 2000, -1]
    scales = []
    for run in runs:
        gradient = tf.constant([1.0 if run > 0 else np.inf])
        for _ in range(abs(run)):
            step(gradient)
        scales.append(float(optimizer.dynamic_scale))
    return {"runs": runs, "scales": scales}


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for name, content in {"steps": steps(), "fit": fit(), "loss_scale": loss_scale()}.items():
        (OUT / f"{name}.json").write_text(json.dumps(content) + "\n")
    print("keras", keras.__version__)
