"""Writes Keras' gradients of the mean square of a layer's output: python make_gradient_golden.py MODEL OUT.npz LAYER

MODEL is a directory that Keras 2 saved, a .keras file, or the name of a Keras Application.
"""
import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf
import tf_keras

source, out, name = sys.argv[1:]
lib = tf_keras if pathlib.Path(source).is_dir() else keras
model = lib.models.load_model(source, compile=False) if pathlib.Path(source).exists() else getattr(lib.applications, source)()
part = lib.Model(model.inputs, model.get_layer(name).output)
shapes = [[size or default for size, default in zip(tensor.shape, (2, 64, 64, 64))] for tensor in part.inputs]
inputs = [np.random.default_rng(i).uniform(0, 1, shape).astype("float32") for i, shape in enumerate(shapes)]
with tf.GradientTape() as tape:
    output = tf.cast(part(inputs, training=False), "float32")
    loss = tf.reduce_mean(output**2)
variables = {f"gradient/{getattr(v, 'path', v.name).split(':')[0]}": v for v in part.trainable_variables}
gradients = {key: tf.convert_to_tensor(g) for key, g in tape.gradient(loss, variables).items() if g is not None}
np.savez_compressed(out, **{f"input/{t.name}": x for t, x in zip(part.inputs, inputs)}, **{f"output/{name}": output}, **gradients)
