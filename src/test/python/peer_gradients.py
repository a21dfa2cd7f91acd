"""Small models of single kinds of layers, and the gradients of all that can train in them by GradientTape.

  python peer_gradients.py OUT

OUT/<case>-<format>/ holds model/ (the SavedModel), input.npy, cotangent.npy (the loss is the sum of the outputs times it),
output.npy and gradients/<variable>.npy. OUT/unsteady-<kind>-<format>/ holds model/ alone: a serving path that is random or
moves its statistics.
"""

import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf
import tf_keras
from make_fixtures import give_weights
from peer_models import FORMATS, save, write


def plain(**options):
    return lambda lib, x: lib.layers.Conv2D(8, 3, name="special", **options)(x)


def activation(of):
    return lambda lib, x: lib.layers.Activation(of(lib), name="special")(x)


def explicit(lib, x):
    class Padded(lib.layers.Layer):
        def build(self, shape):
            self.kernel = self.add_weight(name="kernel", shape=(3, 3, shape[-1], 8))

        def call(self, images):
            paddings = [[0, 0], [1, 2], [0, 3], [0, 0]]
            return tf.nn.conv2d(images, tf.convert_to_tensor(self.kernel), 1, paddings)

    return Padded(name="special")(x)


def squeeze_excite(lib, x):
    scale = lib.layers.GlobalAveragePooling2D(keepdims=True, name="squeeze")(x)
    scale = lib.layers.Conv2D(2, 1, activation="swish", name="reduce")(scale)
    scale = lib.layers.Conv2D(8, 1, activation="sigmoid", name="expand")(scale)
    return lib.layers.Multiply(name="special")([x, scale])


def attention(lib, x):
    x = lib.layers.Reshape((-1, 8), name="tokens")(x)
    return lib.layers.MultiHeadAttention(2, 4, name="special")(x, x)


def hard_swish(lib):
    return keras.activations.hard_silu if lib is keras else lambda x: x * tf_keras.activations.hard_sigmoid(x)


CASES = {
    "dilated-same": plain(padding="same", dilation_rate=2),
    "dilated-valid": plain(dilation_rate=(2, 1)),
    "grouped": plain(padding="same", groups=4),
    "groups-of-one-channel": plain(padding="same", groups=8, strides=2),
    "strided-grouped": plain(padding="same", groups=2, strides=2),
    "dilated-grouped": plain(padding="same", groups=2, dilation_rate=3),
    "dilated-open-size": plain(padding="same", dilation_rate=2),
    "explicit": explicit,
    "swish": activation(lambda lib: "swish"),
    "gelu": activation(lambda lib: "gelu"),
    "gelu-approximate": activation(
        lambda lib: lambda x: (keras.activations if lib is keras else tf_keras.activations).gelu(x, approximate=True)),
    "hard-swish": activation(hard_swish),
    "log-softmax": activation(lambda lib: tf.nn.log_softmax),
    "depthwise": lambda lib, x: lib.layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", name="special")(x),
    "depthwise-dilated": lambda lib, x: lib.layers.DepthwiseConv2D(3, dilation_rate=2, padding="same", name="special")(x),
    "separable": lambda lib, x: lib.layers.SeparableConv2D(8, 3, name="special")(x),
    "separable-dilated": lambda lib, x: lib.layers.SeparableConv2D(8, 3, dilation_rate=2, padding="same", name="special")(x),
    "transposed": lambda lib, x: lib.layers.Conv2DTranspose(8, 3, strides=2, padding="same", name="special")(x),
    "squeeze-excite": squeeze_excite,
    "layer-norm": lambda lib, x: lib.layers.LayerNormalization(name="special")(x),
    "layer-norm-planes": lambda lib, x: lib.layers.LayerNormalization(axis=[1, 2], name="special")(x),
    "group-norm": lambda lib, x: lib.layers.GroupNormalization(2, name="special")(x),
    "batch-norm": lambda lib, x: lib.layers.BatchNormalization(name="special")(x),
    "prelu": lambda lib, x: lib.layers.PReLU(name="special")(x),
    "upsampled": lambda lib, x: lib.layers.UpSampling2D(2, name="special")(x),
    "upsampled-bilinear": lambda lib, x: lib.layers.UpSampling2D(2, interpolation="bilinear", name="special")(x),
    "attention": attention,
    "mixed-float16": plain(padding="same", dilation_rate=2),
    "mixed-bfloat16": plain(padding="same", groups=2),
}


def policy(lib, name):
    lib.mixed_precision.set_global_policy(name.replace("-", "_") if name.startswith("mixed") else "float32")


def build(lib, name):
    size = None if name.endswith("open-size") else 12
    images = lib.layers.Input((size, size, 3), name="images")
    x = lib.layers.Conv2D(8, 3, padding="same", activation="tanh", name="before")(images)
    x = CASES[name](lib, x)
    if len(x.shape) == 4:
        x = lib.layers.Conv2D(4, 3, padding="same", name="after")(x)
    return lib.Model(images, x, name="model")


def name_of(lib, variable):
    return variable.path if lib is keras else variable.name.split(":")[0]


def write_case(lib, name, directory):
    model = build(lib, name)
    give_weights(model, 3)
    model.set_weights([np.abs(v) + 0.5 if "variance" in name_of(lib, w) else v
                       for w, v in zip(model.weights, model.get_weights())])
    directory.mkdir(parents=True)
    save(lib, model, directory / "model")
    x = np.random.default_rng(4).normal(size=(2, 12, 12, 3)).astype(np.float32)
    with tf.GradientTape() as tape:
        y = tf.cast(model(x, training=False), tf.float32)
        cotangent = np.random.default_rng(5).normal(size=y.shape).astype(np.float32)
        loss = tf.reduce_sum(y * cotangent)
    variables = model.trainable_variables
    gradients = tape.gradient(loss, [v.value if lib is keras else v for v in variables])
    np.save(directory / "input.npy", x)
    np.save(directory / "cotangent.npy", cotangent)
    np.save(directory / "output.npy", y.numpy())
    for variable, gradient in zip(variables, gradients):
        write(directory / "gradients", name_of(lib, variable), tf.convert_to_tensor(gradient))


def unsteady(lib, kind, training):
    images = lib.layers.Input((12, 12, 3), name="images")
    x = lib.layers.Conv2D(4, 3, padding="same", name="below")(images)
    if kind == "augmented":
        x = lib.layers.RandomFlip(name="flip")(x, training=training)
    else:
        x = lib.layers.BatchNormalization(name="norm")(x, training=training)
    x = lib.layers.Conv2D(4, 3, padding="same", name="above")(x)
    return lib.Model(images, x, name="model")


def half_classifier(lib):
    images = lib.layers.Input((12, 12, 3), name="images")
    x = lib.layers.Conv2D(8, 3, padding="same", activation="relu", name="first")(images)
    x = lib.layers.Conv2D(8, 3, strides=2, activation="relu", name="last")(x)
    x = lib.layers.GlobalAveragePooling2D(name="pool")(x)
    return lib.Model(images, lib.layers.Dense(2, activation="softmax", name="classes")(x), name="model")


def main():
    out = pathlib.Path(sys.argv[1])
    for format, lib in FORMATS.items():
        for name in CASES:
            lib.backend.clear_session()
            policy(lib, name)
            write_case(lib, name, out / f"{name}-{format}")
        for name in ("mixed_float16", "mixed_bfloat16", "bfloat16"):
            lib.mixed_precision.set_global_policy(name)
            model = half_classifier(lib)
            save(lib, model, out / f"classifier-{name}-{format}" / "model")
        policy(lib, "float32")
        for kind in ("augmented", "batch-statistics"):
            model = unsteady(lib, kind, True)
            save(lib, model, out / f"unsteady-{kind}-{format}" / "model")
            images = lib.layers.Input((12, 12, 3))
            if kind == "augmented":  # the way out that the refusal names, where the layer was not told to train
                model = unsteady(lib, kind, None)
                save(lib, lib.Model(images, model(images, training=False)), out / f"steady-{kind}-{format}" / "model")


if __name__ == "__main__":
    main()
