"""Models for the trip Keras -> Graft -> Keras, and the proof that Keras takes what `graft to-keras` wrote.

  python peer_return.py make OUT [CASE...]
  python peer_return.py check OUT [CASE...]

`make` writes OUT/<case>/model (a SavedModel) and, for Keras 3, OUT/<case>/original.keras. `check` expects in each case
run/ (what `graft train` wrote), returned/ (what `graft to-keras` wrote), images.npy and expected.npy (raw rows and
Graft's probabilities), and compares: variables bit for bit, probabilities in float32 within 5e-5, since kernels round in other orders.
"""

import importlib.util
import json
import pathlib
import sys
import tempfile

import keras
import numpy as np
import tensorflow as tf
import tf_keras
from applications import calibrate
from make_fixtures import give_weights
from peer_models import mini, save

TOLERANCE = 5e-5  # as for layers beside eager Keras; a processor without AVX-512 gave 2.0e-5 for MobileNetV2
HALF = 2e-3  # float16 has three digits; TensorFlow's versions round sums of it differently
SHAPE = (32, 32, 3)
LIBRARIES = {"keras3": keras, "keras2": tf_keras}


def calibrated(model, seed):
    """Scales and offsets of their own, and the statistics of a batch: with random ones gradients would vanish."""
    random = np.random.default_rng(seed)
    values = []
    for weight in model.weights:
        value, name = weight.numpy(), weight.name.split("/")[-1].split(":")[0]
        if name == "gamma":
            value = random.uniform(0.8, 1.2, value.shape)
        elif name in ("beta", "bias"):
            value = random.normal(0, 0.1, value.shape)
        values.append(np.asarray(value, np.float32))
    model.set_weights(values)
    noise, colours = random.uniform(-0.3, 0.3, (16, *SHAPE)), random.uniform(-0.7, 0.7, (16, 1, 1, 3))
    calibrate(model, (noise + colours).astype(np.float32))
    return model


def plain(lib):
    model = mini(lib, SHAPE, False)
    give_weights(model, 1)
    return model


def nested(lib):
    """Preprocessing, a backbone as one layer, a classifier: as in Keras' transfer learning guide."""
    base = mini(lib, SHAPE, False)
    images = lib.Input(SHAPE, name="images_in")
    x = base(lib.layers.Rescaling(1 / 127.5, offset=-1)(images))
    x = lib.layers.Dropout(0.2)(lib.layers.GlobalAveragePooling2D()(x))
    model = lib.Model(images, lib.layers.Dense(7, activation="softmax", name="seven")(x))
    give_weights(model, 2)
    return model


def mobilenet(lib):
    return calibrated(lib.applications.MobileNetV2(SHAPE, alpha=0.35, include_top=False, weights=None), 3)


def kept(lib):
    """Its own classifier of 4 classes; compiled and fitted, so that the checkpoint has an optimizer's slots."""
    base = lib.applications.MobileNetV2(SHAPE, alpha=0.35, include_top=False, weights=None, pooling="avg")
    model = lib.Sequential([base, lib.layers.Dense(4, activation="softmax", name="four")])
    model.build((None, *SHAPE))
    calibrated(model, 4)
    kernel = model.layers[-1].kernel
    kernel.assign(0.1 * kernel)  # small logits: large ones would multiply the rounding of other kernels' sums
    model.compile(lib.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    model.fit(np.random.default_rng(5).normal(size=(4, *SHAPE)), np.arange(4), verbose=0)
    return model


def tracked(lib):
    """Saved by tf.saved_model.save: its checkpoint has the tree of layers, and no list of variables."""
    return nested(lib)


@keras.saving.register_keras_serializable("peer_return")
class Scale(keras.layers.Layer):
    """A class of the user's own, whose name no export tells."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale", initializer="ones")

    def call(self, x):
        return x * self.scale


def block(lib, name, *own):
    layers = [lib.layers.Conv2D(6, 3, activation="relu", name=f"{name}_conv"), *own, lib.layers.MaxPooling2D(name=f"{name}_pool")]
    return lib.Sequential([lib.Input((None, None, 3 if name == "low" else 6)), *layers], name=name)


def weighted(model, seed=2):
    give_weights(model, seed)
    return model


def own(lib):
    """A Sequential with a layer of the user's own; Keras loads it from its file without its name in the paths."""
    return weighted(lib.Sequential([lib.Input(SHAPE), *block(lib, "low", Scale(name="own")).layers], name="chain"))


def reloaded(lib):
    """Exported by somebody who had loaded it from a file: nothing tells that the nested model is a Sequential."""
    images = lib.Input(SHAPE)
    return again(weighted(lib.Model(images, lib.layers.Conv2D(5, 1, name="last")(block(lib, "low")(images)))))


def twins(lib):
    """The same with a Sequential and a functional model."""
    images, maps = lib.Input(SHAPE), lib.Input((None, None, 6))
    high = lib.Model(maps, lib.layers.Conv2D(5, 1, name="last")(maps), name="high")
    return again(weighted(lib.Model(images, high(block(lib, "low")(images)))))


def again(model):
    with tempfile.TemporaryDirectory() as directory:
        model.save(f"{directory}/model.keras")
        return keras.models.load_model(f"{directory}/model.keras")


def shared(lib):
    """A layer called twice, two outputs, compiled with metrics."""
    images = lib.Input(SHAPE)
    x = lib.layers.Conv2D(6, 3, padding="same", activation="relu", name="first")(images)
    twice = lib.layers.Conv2D(6, 3, padding="same", activation="relu", name="twice")
    y = twice(twice(x))
    outputs = [lib.layers.GlobalMaxPooling2D(name="a")(y), lib.layers.Conv2D(2, 1, name="b")(y)]
    model = weighted(lib.Model(images, outputs))
    model.compile("adam", ["mse", "mse"], metrics=[["mae"], ["mae"]])
    zeros = [np.zeros((1, *output.shape[1:])) for output in outputs]
    model.fit(np.zeros((1, *SHAPE)), zeros, verbose=0)
    return weighted(model, 3)


def mixed(lib):
    """Computes in float16; its variables are float32."""
    lib.mixed_precision.set_global_policy("mixed_float16")
    images = lib.Input(SHAPE)
    model = lib.Model(images, lib.layers.Conv2D(8, 3, strides=2, activation="relu", name="high")(block(lib, "low")(images)))
    lib.mixed_precision.set_global_policy("float32")
    return weighted(model)


def subclassed(lib):
    """A model of the user's own class, with its own classifier."""

    class Small(lib.Model):
        def __init__(self):
            super().__init__(name="small")
            self.features = lib.layers.Conv2D(6, 3, strides=2, activation="relu", name="features")
            self.pool = lib.layers.GlobalAveragePooling2D(name="pool")
            self.classify = lib.layers.Dense(4, activation="softmax", name="classify")

        def call(self, x):
            return self.classify(self.pool(self.features(x)))

    model = Small()
    model(np.zeros((1, *SHAPE), np.float32))
    return weighted(model)


CASES = {
    "keras3-plain": plain, "keras2-plain": plain, "keras3-nested": nested, "keras2-nested": nested,
    "keras3-mobilenet": mobilenet, "keras3-kept": kept, "keras2-kept": kept, "keras3-tracked": tracked,
    "keras3-own": own, "keras3-reloaded": reloaded, "keras3-twins": twins, "keras3-shared": shared, "keras2-shared": shared,
    "keras3-mixed": mixed, "keras2-mixed": mixed, "keras3-subclassed": subclassed, "keras2-subclassed": subclassed,
}


# Keras does not find these layers in the weights file, and says so; the script's load(original) does.
BY_PATH = ("keras3-own", "keras3-twins", "keras3-subclassed")


def make(out, cases):
    for case in cases:
        lib, build = LIBRARIES[case[:6]], CASES[case]
        lib.utils.set_random_seed(6)
        model = build(lib)
        if build is tracked:
            tf.saved_model.save(model, str(out / case / "model"))
        else:
            save(lib, model, out / case / "model")
        if lib is keras and build is not subclassed:
            model.save(str(out / case / "original.keras"))
        elif lib is keras:
            model.save_weights(str(out / case / "original.weights.h5"))


def original_of(case, directory):
    """As its owner has it: loaded from its file, or made by its own code."""
    if CASES[case] is not subclassed:
        return keras.models.load_model(directory / "original.keras")
    model = subclassed(keras)
    model.load_weights(directory / "original.weights.h5")
    return model


def require(condition, message):
    if not condition:
        raise SystemExit(f"peer_return: {message}")


def script_of(returned):
    spec = importlib.util.spec_from_file_location("build_model", returned / "build_model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def other_weights(model):
    """The same architecture with other values, so that each one must come from the file."""
    model.set_weights([np.asarray(w, np.float32) * 0.5 + 1 for w in model.get_weights()])


def values(model, lib):
    if lib is keras:
        return {v.path: np.asarray(v) for v in model.variables if not v.path.endswith("seed_generator_state")}
    return {v.name.removesuffix(":0"): v.numpy() for v in model.variables}


def require_refused(case, load):
    try:
        load()
    except ValueError:
        return
    require(False, f"{case}: Keras has taken the file; so load() is not needed")


def optimizer_state(directory):
    reader = tf.train.load_checkpoint(str(directory / "variables" / "variables"))
    keys = [k for k in reader.get_variable_to_shape_map() if k.startswith("optimizer") or ".OPTIMIZER_SLOT" in k]
    return {k: reader.get_tensor(k) for k in keys if reader.get_variable_to_dtype_map()[k] != tf.string}


def path_at_export(path, exported):
    """A Sequential that Keras 3 loads from a file leaves its own name out of its layers' paths."""
    found = [name for name in exported if name == path or name.endswith("/" + path)]
    return found[0] if len(found) == 1 else path


def check_weights(case, lib, before, after, directory):
    """Trained variables are the exported model's, all others the original's, bit for bit."""
    note = json.loads((directory / "run" / "model" / "1" / "assets.extra" / "graft.json").read_text())
    exported = {v.name.removesuffix(":0"): v.numpy() for v in tf.saved_model.load(str(directory / "run/model/1")).variables}
    trained = [name for name in note["training"]["variables"] if not name.startswith("head/")]
    require(trained, f"{case}: nothing of the original was trained")
    require(before.keys() == after.keys(), f"{case}: other variables: {before.keys() ^ after.keys()}")
    by_order = dict(zip(after, exported))  # an export of Keras 3 leaves out the layers' names in a subclassed model
    for loaded, value in after.items():
        name = by_order[loaded] if CASES.get(case) is subclassed and lib is keras else path_at_export(loaded, exported)
        expected = exported[name] if name in trained else before[loaded]
        require(np.array_equal(value, expected), f"{case}: {name} is not what it should be")
        require(name not in trained or not np.array_equal(value, before[loaded]), f"{case}: {name} has not changed")
    return len(trained)


def check(case, directory):
    lib, returned = LIBRARIES[case[:6]], directory / "returned"
    images, expected = np.load(directory / "images.npy"), np.load(directory / "expected.npy")
    script = script_of(returned)
    if lib is keras:
        original = original_of(case, directory)
        before = values(original, lib)
        other_weights(original)
        if case in BY_PATH:
            require_refused(case, lambda: original.load_weights(returned / "model.weights.h5"))
            script.load(original)
        else:
            original.load_weights(returned / "model.weights.h5")
        trained = check_weights(case, lib, before, values(original, lib), directory)
        other_weights(original)
        model = script.build(original)
    else:
        before = values(tf_keras.models.load_model(directory / "model"), lib)
        original = tf_keras.models.load_model(returned)
        expected_type = ("Small",) if CASES[case] is subclassed else ("Functional", "Sequential")
        require(type(original).__name__ in expected_type, f"{case}: loaded as {type(original)}")
        trained = check_weights(case, lib, before, values(original, lib), directory)
        state, kept_state = optimizer_state(directory / "model"), optimizer_state(returned)
        require(state.keys() == kept_state.keys(), f"{case}: optimizer's keys differ")
        require(all(np.array_equal(state[k], kept_state[k]) for k in state), f"{case}: optimizer's state differs")
        require(bool(state) == (case[7:] in ("kept", "shared")), f"{case}: {len(state)} tensors of an optimizer")
        model = script.build()
    actual = np.asarray(model.predict(images, verbose=0))
    if actual.shape[1] == 1:
        actual = np.concatenate([1 - actual, actual], axis=1)
    require(actual.shape == expected.shape, f"{case}: shape {actual.shape}, not {expected.shape}")
    require(np.ptp(expected, axis=0).max() > 1e-3, f"{case}: Graft's predictions are all the same")
    worst = float(np.abs(actual - expected).max())
    require(worst <= (HALF if CASES[case] is mixed else TOLERANCE), f"{case}: predictions differ by {worst}")
    print(f"{case}: ok, {trained} of {len(before)} variables trained, predictions within {worst:.1e}")


def main():
    command, out, cases = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:] or list(CASES)
    if command == "make":
        make(out, cases)
    else:
        for case in cases:
            check(case, out / case)


if __name__ == "__main__":
    main()
