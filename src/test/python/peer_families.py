"""Keras Applications on the trip Keras -> Graft -> Keras.

  python peer_families.py make LIBRARY OUT NAME:SIZE...
  python peer_families.py check LIBRARY OUT NAME:SIZE...

`make` writes OUT/<NAME>/model (with random weights and BatchNormalization statistics taken from a batch), original.npz (each
variable by its path), pictures/ (that batch in three classes, to train on) and images.npy (raw RGB, its first images): on others
the random network's values grow from layer to layer, and its predictions are all the same. `check` expects there run/ (what `graft train` wrote), returned/ (what
`graft to-keras` wrote) and expected.npy (Graft's probabilities for the images). It builds the Application again with other
weights, lets it take what was returned, and writes figures.json: the variables, how many of them were trained, how many
are not what they should be (bit for bit), and how far the predictions are, beside the largest; or why it failed.

The images reach Keras through the Application's own `preprocess_input`, so that the mode that Graft took is proved too.
"""

import gc
import json
import os
import pathlib
import sys
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from applications import calibrate, give_weights
from peer_return import LIBRARIES, check_weights, save, script_of, other_weights, values

ROWS, BATCH = 3, 16
MODULES = {
    "VGG": "vgg16", "ResNet50V2": "resnet_v2", "ResNet": "resnet", "MobileNetV2": "mobilenet_v2", "MobileNetV3": "mobilenet_v3",
    "MobileNet": "mobilenet", "EfficientNetV2": "efficientnet_v2", "EfficientNet": "efficientnet", "DenseNet": "densenet",
    "InceptionV3": "inception_v3", "InceptionResNet": "inception_resnet_v2", "Xception": "xception", "NASNet": "nasnet",
    "ConvNeXt": "convnext",
}


def preprocess(lib, name, pixels):
    module = next(module for start, module in MODULES.items() if name.startswith(start))
    return np.asarray(getattr(lib.applications, module).preprocess_input(pixels.copy()), np.float32)


def pixels(seed, count, size):
    """Each image of a colour of its own, with noise on it; whole numbers."""
    random = np.random.default_rng(seed)
    return (random.integers(0, 160, (count, 1, 1, 3)) + random.integers(0, 96, (count, size, size, 3))).astype(np.float32)


def application(lib, name, size):
    """As somebody builds it anew: names of layers start from the beginning."""
    lib.backend.clear_session()
    top = {"include_top": False} if name.startswith("VGG") else {"classes": 10}  # VGG's dense layers are huge
    return getattr(lib.applications, name)(weights=None, input_shape=(size, size, 3), **top)


def make(lib, name, size, place):
    model = application(lib, name, size)
    give_weights(model, np.random.default_rng(1))
    if name.startswith("VGG"):  # nothing normalises its pixels
        kernel = model.layers[1].kernel
        kernel.assign(kernel / 64)
    batch = pixels(2, BATCH, size)
    calibrate(model, preprocess(lib, name, batch))
    save(lib, model, place / "model")
    np.savez(place / "original.npz", **values(model, lib))
    np.save(place / "images.npy", batch[:ROWS])
    for index, picture in enumerate(batch):
        folder = place / "pictures" / "abc"[index % 3]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{index:02}.png").write_bytes(tf.io.encode_png(picture.astype(np.uint8)).numpy())


def check(lib, name, size, place):
    before = dict(np.load(place / "original.npz"))
    script = script_of(place / "returned")
    if lib is LIBRARIES["keras3"]:
        original = application(lib, name, size)
        other_weights(original)
        original.load_weights(place / "returned" / "model.weights.h5")
        trained = check_weights(name, lib, before, values(original, lib), place)
        other_weights(original)
        model = script.build(original, preprocess=False)
    else:
        original = lib.models.load_model(place / "returned")
        trained = check_weights(name, lib, before, values(original, lib), place)
        model = script.build(preprocess=False)
    expected = np.load(place / "expected.npy")
    actual = np.asarray(model(preprocess(lib, name, np.load(place / "images.npy")), training=False))
    if actual.shape != expected.shape or np.ptp(expected, axis=0).max() < 1e-3:
        raise ValueError(f"shape {actual.shape}, Graft's predictions {expected}")
    return {
        "variables": len(before), "trained": trained,
        "difference": float(np.abs(actual - expected).max() / np.abs(expected).max()),
    }


def main():
    command, library, out, names = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4:]
    warnings.simplefilter("ignore")
    lib = LIBRARIES[library]
    lib.utils.set_random_seed(6)
    for name, size in (case.split(":") for case in names):
        place = out / name
        place.mkdir(parents=True, exist_ok=True)
        if command == "make":
            make(lib, name, int(size), place)
            continue
        figures = {"keras": ("tf-keras " if library == "keras2" else "") + lib.__version__, "failure": ""}
        try:
            figures.update(check(lib, name, int(size), place))
        except (Exception, SystemExit) as e:  # the next ones are to be checked too
            figures["failure"] = f"{type(e).__name__}: {e}"
        (place / "figures.json").write_text(json.dumps(figures))
        print(name, figures, flush=True)
        gc.collect()


if __name__ == "__main__":
    main()
