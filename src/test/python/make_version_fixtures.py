"""Makes one tiny model with the TensorFlow that runs it, as that version saves models, and what the model computes.

  PYTHON_OF_THAT_VERSION src/test/python/make_version_fixtures.py src/test/resources/models/versions

Writes tf-<version>/model and tf-<version>/{input,output}.npy. TensorFlow up to 2.15 has Keras 2, `model.save` in the
SavedModel format; 2.16 and later have Keras 3, `model.export`. Weights and input do not depend on the version. Needs
nothing but `pip install tensorflow-cpu==<version>` (2.4: Python 3.8; 2.5 to 2.11: Python 3.9; 2.12 and later: 3.11; up to
2.11 with "protobuf<3.20" and "numpy<1.24"). Refuses to overwrite.
"""

import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np
import tensorflow as tf

keras = tf.keras
keras3 = tuple(int(part) for part in tf.__version__.split(".")[:2]) >= (2, 16)


def tiny():
    """Convolution, batch normalization, a frozen convolution, pooling, a dense end."""
    x = images = keras.Input((8, 8, 3), name="images")
    x = keras.layers.Conv2D(4, 3, padding="same", name="conv")(x)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.ReLU(name="relu")(x)
    x = keras.layers.Conv2D(4, 3, strides=2, activation="relu", name="frozen", trainable=False)(x)
    x = keras.layers.MaxPooling2D(2, name="pool")(x)
    x = keras.layers.Dropout(0.5, name="dropout")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(3, activation="softmax", name="classes")(x)
    return keras.Model(images, x, name="tiny")


def main(out):
    directory = pathlib.Path(out) / ("tf-" + ".".join(tf.__version__.split(".")[:2]))
    directory.mkdir(parents=True)
    model = tiny()
    random = np.random.RandomState(7)
    weights = []
    for w in model.get_weights():
        sizes = random.uniform(0.1, 1, w.shape)
        weights.append((sizes if w.ndim == 1 else sizes * random.choice([-0.5, 0.5], w.shape)).astype(np.float32))
    model.set_weights(weights)
    images = random.normal(size=(2, 8, 8, 3)).astype(np.float32)
    if keras3:
        model.export(str(directory / "model"), verbose=False)
    else:
        model.save(str(directory / "model"), save_format="tf")
    if (directory / "model" / "assets").is_dir():
        (directory / "model" / "assets").rmdir()
    np.save(str(directory / "input.npy"), images)
    np.save(str(directory / "output.npy"), np.asarray(model(images, training=False), np.float32))
    print(tf.__version__, keras.__version__ if hasattr(keras, "__version__") else "", sys.version.split()[0])


main(*sys.argv[1:])
