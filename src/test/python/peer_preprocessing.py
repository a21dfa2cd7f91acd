"""One model of every family of Keras Applications, and what Keras' own preprocess_input makes of its images.

  python peer_preprocessing.py OUT

OUT/<case>/ holds model/ (the SavedModel) and images.npy (RGB 0..255); prepared.npy, what preprocess_input of the
family's own module makes of them, is missing where no one can know. Large models are cut, which saves time.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf
import tf_keras

# The smallest of each family: the smallest image it takes, and where it is cut.
FAMILIES = {
    "VGG16": (32, None), "ResNet50": (32, "conv3_block1_out"), "ResNet50V2": (32, "conv3_block1_out"),
    "MobileNet": (32, None), "MobileNetV2": (32, "block_3_project_BN"), "MobileNetV3Small": (32, "multiply"),
    "DenseNet121": (32, "pool2_pool"), "InceptionV3": (75, "mixed1"), "InceptionResNetV2": (75, "block35_2_conv"),
    "Xception": (71, "add"), "NASNetMobile": (32, "normal_concat_0"), "EfficientNetB0": (32, "block3a_bn"),
    "EfficientNetV2B0": (32, "block3a_expand_bn"), "EfficientNetV2S": (32, "block3a_expand_bn"),
    "ConvNeXtTiny": (32, "convnext_tiny_stage_0_block_1_layernorm"), "RegNetX002": (32, None), "ResNetRS50": (32, None),
}
CAN_LEAVE_IT_OUT = ["MobileNetV3Small", "EfficientNetV2B0", "ConvNeXtTiny"]


def application(lib, name, **arguments):
    size, cut = FAMILIES[name]
    model = getattr(lib.applications, name)(
        weights=None, include_top=False, input_shape=(size, size, 3), **arguments)
    return model if cut not in {layer.name for layer in model.layers} else lib.Model(model.input, model.get_layer(cut).output)


def preprocess_input(lib, name):
    return sys.modules[getattr(lib.applications, name).__module__].preprocess_input


def save(lib, model, directory, form=None):
    if form == "keras-3-saved-model":
        tf.saved_model.save(model, str(directory))
    elif lib is keras:
        model.export(str(directory), verbose=False)
    else:
        model.save(str(directory), save_format="tf")


def behind(lib, layer, name):
    """An application as one layer of another model."""
    images = lib.layers.Input((32, 32, 3))
    return lib.Model(images, lib.layers.GlobalAveragePooling2D()(application(lib, name)(layer(images))))


def write(case, lib, model, prepare, form=None):
    """`prepare` makes of raw images what the model is to be given; None where that cannot be known."""
    lib.backend.clear_session()
    case.mkdir(parents=True)
    save(lib, model, case / "model", form)
    images = np.random.default_rng(1).uniform(0, 255, (1, *model.input_shape[1:])).astype(np.float32)
    np.save(case / "images.npy", images)
    if prepare:
        np.save(case / "prepared.npy", prepare(images.copy()))


def main():
    out = pathlib.Path(sys.argv[1])
    raw = lambda images: images
    for lib in (keras, tf_keras):
        for name in FAMILIES:
            if hasattr(lib.applications, name):
                lib.backend.clear_session()
                write(out / f"{lib.__name__}-{name}", lib, application(lib, name), preprocess_input(lib, name))
        for name in CAN_LEAVE_IT_OUT:
            model = application(lib, name, include_preprocessing=False)
            write(out / f"{lib.__name__}-{name}-raw", lib, model, None)
        caffe = preprocess_input(lib, "VGG16")
        write(out / f"{lib.__name__}-nested", lib, behind(lib, lambda x: x, "VGG16"), caffe)
        write(out / f"{lib.__name__}-rescaled", lib, behind(lib, lib.layers.Rescaling(1 / 255), "VGG16"), raw)
        write(out / f"{lib.__name__}-tf-inside", lib, behind(lib, preprocess_input(lib, "MobileNet"), "MobileNet"), raw)
        write(out / f"{lib.__name__}-caffe-inside", lib, behind(lib, caffe, "VGG16"), raw)
        own = lib.Sequential([lib.layers.Input((32, 32, 3)), lib.layers.Conv2D(4, 3, name="block1_conv1")])
        write(out / f"{lib.__name__}-own", lib, own, None)
    form = "keras-3-saved-model"
    for name in ("VGG16", "MobileNet"):
        write(out / f"{form}-{name}", keras, application(keras, name), preprocess_input(keras, name), form)


if __name__ == "__main__":
    main()
