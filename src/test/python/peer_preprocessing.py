"""One model of every family of Keras Applications, and what Keras' own preprocess_input makes of its images.

  python peer_preprocessing.py OUT [NAME...]

For each case OUT/<case>/ holds model/ (the SavedModel), images.npy (RGB 0..255) and prepared.npy, what preprocess_input
of the family's own module makes of them; for a case without an answer of its own there is no prepared.npy.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pathlib
import sys
import time

import keras
import numpy as np
import tensorflow as tf
import tf_keras

# The smallest of each family, and the smallest image it takes.
FAMILIES = {
    "VGG16": 32, "ResNet50": 32, "ResNet50V2": 32, "MobileNet": 32, "MobileNetV2": 32, "MobileNetV3Small": 32,
    "DenseNet121": 32, "InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71, "NASNetMobile": 32,
    "EfficientNetB0": 32, "EfficientNetV2B0": 32, "EfficientNetV2S": 32, "ConvNeXtTiny": 32, "RegNetX002": 32,
    "ResNetRS50": 32,
}
SLOW = {"NASNetMobile", "InceptionResNetV2", "DenseNet121", "EfficientNetV2S"}


def application(lib, name, **arguments):
    size = FAMILIES[name]
    return getattr(lib.applications, name)(
        weights=None, **{"include_top": False, "input_shape": (size, size, 3), **arguments})


def preprocess_input(lib, name):
    return sys.modules[getattr(lib.applications, name).__module__].preprocess_input


def save(lib, model, directory, form):
    if form == "keras-2-saved-model":
        model.save(str(directory), save_format="tf")
    elif form == "keras-3-saved-model":
        tf.saved_model.save(model, str(directory))
    elif lib is keras:
        model.export(str(directory), verbose=False)
    else:
        model.export(str(directory))


def main():
    out, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
    for lib, form in ((keras, "keras-3-export"), (tf_keras, "keras-2-saved-model")):
        for name in FAMILIES:
            if not hasattr(lib.applications, name) or (wanted and name not in wanted):
                continue
            if lib is tf_keras and name in SLOW:
                form_here = "export"
            else:
                form_here = form
            lib.backend.clear_session()
            begin = time.time()
            model = application(lib, name)
            built = time.time()
            case = out / f"{lib.__name__}-{name}"
            case.mkdir(parents=True)
            save(lib, model, case / "model", form_here)
            images = np.random.default_rng(1).uniform(0, 255, (1, *model.input_shape[1:])).astype(np.float32)
            np.save(case / "images.npy", images)
            np.save(case / "prepared.npy", preprocess_input(lib, name)(images.copy()))
            print(f"{case.name} built {built - begin:.1f} s, saved {time.time() - built:.1f} s", flush=True)


if __name__ == "__main__":
    main()
