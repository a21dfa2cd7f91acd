"""Writes what Keras computes at some layers (else at all): python make_golden.py MODEL OUT.npz [LAYER ...]

MODEL is a directory that Keras 2 saved, a .keras file, or the name of a Keras Application.
"""
import pathlib
import sys

import keras
import numpy as np
import tf_keras

source, out, *names = sys.argv[1:]
lib = tf_keras if pathlib.Path(source).is_dir() else keras
model = lib.models.load_model(source, compile=False) if pathlib.Path(source).exists() else getattr(lib.applications, source)()
layers = [model.get_layer(name) for name in names] or model.layers
scale = 255 if any("Rescaling" in type(layer).__name__ for layer in model.layers) else 1  # as the model takes them
shapes = [[size or default for size, default in zip(tensor.shape, (2, 64, 64, 64))] for tensor in model.inputs]
inputs = [np.random.default_rng(i).uniform(0, scale, shape).astype("float32") for i, shape in enumerate(shapes)]
outputs = lib.Model(model.inputs, {layer.name: layer.output for layer in layers})(inputs, training=False)
arrays = {f"input/{tensor.name}": values for tensor, values in zip(model.inputs, inputs)}
np.savez_compressed(out, **arrays, **{f"output/{name}": np.asarray(values, "float32") for name, values in outputs.items()})
