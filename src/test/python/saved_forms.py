"""Ways of saving that odd_models.py does not have, and what Keras computes inside each model.

  python saved_forms.py OUT [NAME...]

OUT/<name>/ is a folder as odd_models.py describes it, with one fact more:
  weights    the names of the model's own weights: what else the checkpoint holds belongs to an optimizer or a metric
OUT/no-default-signature/ and OUT/no-signature/ hold the model alone.
"""

import json
import os
import pathlib
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
import tf_keras

import odd_models as odd

WORDS, LENGTH = 11, 6


def functional(lib, fitted=False):
    model = odd.functional(lib)
    odd.give_weights(model, 3)
    if fitted:
        optimizer = lib.optimizers.RMSprop(1e-3, momentum=0.9, centered=True)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        labels = np.arange(odd.ROWS) % odd.CLASSES
        model.fit(odd.images(7, (odd.ROWS, *odd.IMAGE)), labels, epochs=2, verbose=0)
    return model


def nested(lib):
    model = odd.nested(lib)
    odd.give_weights(model, 3)
    return model


def words(lib):
    """Takes int64."""
    x = tokens = lib.layers.Input((LENGTH,), dtype="int64", name="tokens")
    x = lib.layers.Embedding(WORDS, 5, name="embedding")(x)
    x = lib.layers.Conv1D(4, 3, activation="relu", name="conv")(x)
    x = lib.layers.GlobalAveragePooling1D(name="average")(x)
    model = lib.Model(tokens, lib.layers.Dense(odd.CLASSES, name="predictions")(x), name="words")
    odd.give_weights(model, 3)
    return model


def counting(lib):
    """A layer whose weights are int64, and one with float32 weights around it."""

    class Offsets(lib.layers.Layer):

        def build(self, shape):
            self.offsets = self.add_weight(name="offsets", shape=(shape[-1],), dtype="int64", initializer="ones",
                                           trainable=False)
            super().build(shape)

        def call(self, x):
            return x + tf.cast(tf.convert_to_tensor(self.offsets), x.dtype)

    images = lib.layers.Input(odd.IMAGE, name="images")
    x = lib.layers.Conv2D(4, 3, activation="relu", name="conv")(images)
    x = Offsets(name="offsets")(x)
    model = lib.Model(images, odd.classify(lib, x), name="counting")
    odd.give_weights(model, 3)
    model.get_layer("offsets").offsets.assign(np.arange(4) * 3_000_000_000 % 7)
    return model


def weightless(lib):
    images = lib.layers.Input(odd.IMAGE, name="images")
    x = lib.layers.Rescaling(1 / 127.5, offset=-1.0, name="rescaling")(images)
    x = lib.layers.MaxPooling2D(2, name="pool")(x)
    return lib.Model(images, lib.layers.GlobalAveragePooling2D(name="average")(x), name="weightless")


def save_module(where, **signatures):
    """A tf.Module around a Keras model that gives scores, and features: under which names is said."""
    model = functional(tf_keras)
    inner = tf_keras.Model(model.inputs, model.get_layer("average").output)
    spec = [tf.TensorSpec((None, *odd.IMAGE), tf.float32, name="images")]
    module = tf.Module()
    module.model_variables = model.variables
    module.scores = tf.function(lambda images: {"scores": model(images, training=False)}, input_signature=spec)
    module.features = tf.function(lambda images: {"features": inner(images, training=False)}, input_signature=spec)
    tf.saved_model.save(module, where, signatures={name: getattr(module, f) for name, f in signatures.items()})
    return model


def shards():
    return tf.saved_model.SaveOptions(
        experimental_sharding_callback=tf.train.experimental.MaxShardSizePolicy(max_shard_size=1024))


def saved(lib, build, save):
    """A case: the model, and how it is written."""

    def run(where):
        model = build(lib)
        save(model, where)
        return model

    return run


def fitted(lib):
    return functional(lib, fitted=True)


def export(model, where):
    keywords = {"verbose": False} if isinstance(model, keras.Model) else {}
    model.export(where, **keywords)


def archive(model, where):
    """Keras 3's archive with endpoints of its own."""
    inner = keras.Model(model.inputs, model.get_layer("average").output)
    spec = [tf.TensorSpec((None, *odd.IMAGE), tf.float32, name="images")]
    written = keras.export.ExportArchive()
    written.track(model)
    written.add_endpoint("scores", lambda images: model(images, training=False), input_signature=spec)
    written.add_endpoint("features", lambda images: inner(images, training=False), input_signature=spec)
    written.write_out(where, verbose=False)


def around(where):
    """A model whose layer is an export, loaded with TFSMLayer, exported again."""
    model = functional(keras)
    inner = where + "-inner"
    export(model, inner)
    images = keras.layers.Input(odd.IMAGE, name="images")
    outer = keras.Model(images, keras.layers.TFSMLayer(inner, call_endpoint="serve", name="inner")(images))
    export(outer, where)
    shutil.rmtree(inner)
    return model


def inside(folder, prefix):
    """Keras knows the model inside a TFSMLayer no more; its layers are as they were."""
    file = folder / "case.json"
    facts = json.loads(file.read_text())
    facts["cuts"] = {prefix + name: value for name, value in facts["cuts"].items()}
    facts["at"] = prefix + facts["at"]
    for layer in facts["layers"]:
        layer["name"] = prefix + layer["name"]
    file.write_text(json.dumps(facts))


OPTIONS = tf.saved_model.SaveOptions
FORMS = {
    "keras-2-fitted": saved(tf_keras, fitted, lambda m, w: m.save(w, save_format="tf")),
    "keras-2-without-optimizer": saved(
        tf_keras, fitted, lambda m, w: m.save(w, save_format="tf", include_optimizer=False)),
    "keras-2-without-traces": saved(tf_keras, functional, lambda m, w: m.save(w, save_format="tf", save_traces=False)),
    "keras-2-sharded": saved(tf_keras, fitted, lambda m, w: m.save(w, save_format="tf", options=shards())),
    "keras-2-export": saved(tf_keras, functional, export),
    "keras-2-fitted-export": saved(tf_keras, fitted, export),
    "keras-2-nested-export": saved(tf_keras, nested, export),
    "keras-2-fitted-plain": saved(tf_keras, fitted, lambda m, w: tf.saved_model.save(m, w)),
    "keras-2-int64-input": saved(tf_keras, words, lambda m, w: m.save(w, save_format="tf")),
    "keras-2-int64-weights": saved(tf_keras, counting, lambda m, w: m.save(w, save_format="tf")),
    "keras-2-no-variables": saved(tf_keras, weightless, lambda m, w: m.save(w, save_format="tf")),
    "keras-3-fitted-export": saved(keras, fitted, export),
    "keras-3-fitted-saved-model": saved(keras, fitted, lambda m, w: tf.saved_model.save(m, w)),
    "keras-3-sharded": saved(keras, fitted, lambda m, w: tf.saved_model.save(m, w, options=shards())),
    "keras-3-endpoints": saved(keras, functional, archive),
    "keras-3-around-an-export": around,
    "keras-3-int64-input": saved(keras, words, export),
    "keras-3-int64-weights": saved(keras, counting, export),
    "keras-3-no-variables": saved(keras, weightless, export),
    "variables-with-devices": saved(keras, functional, lambda m, w: tf.saved_model.save(m, w, options=OPTIONS(
        experimental_variable_policy=tf.saved_model.experimental.VariablePolicy.SAVE_VARIABLE_DEVICES))),
    "several-signatures": lambda w: save_module(w, serving_default="scores", features="features"),
    "one-signature": lambda w: save_module(w, classify="scores"),
    "no-default-signature": lambda w: save_module(w, classify="scores", embed="features"),
    "no-signature": lambda w: save_module(w),
}


def main():
    out = pathlib.Path(sys.argv[1])
    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf_keras.utils.set_random_seed(1)
    for name in sys.argv[2:] or FORMS:
        folder = out / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        model = FORMS[name](str(folder / "model"))
        if name in ("no-default-signature", "no-signature", "keras-2-without-traces"):
            continue
        lib = keras if isinstance(model, keras.Model) else tf_keras
        tokens = np.random.default_rng(5).integers(0, WORDS, (odd.ROWS, LENGTH))
        odd.case(lib, model, folder, inputs=[tokens] if "int64-input" in name else None,
                 signature="classify" if name == "one-signature" else "serving_default")
        if name == "keras-3-around-an-export":
            inside(folder, "inner/residual/")


if __name__ == "__main__":
    main()
