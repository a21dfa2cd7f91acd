"""The table of families against Keras' own preprocess_input and default sizes."""

import sys

import keras
import numpy as np
import pytest
import tf_keras
from export_keras import FAMILIES, LEFT_OUT, PREPROCESSINGS, applications_of, family_of

MEAN, DEVIATION = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
FORMULAS = {
    "caffe": lambda x: x[..., ::-1] - np.float32([103.939, 116.779, 123.68]),
    "tf": lambda x: x / np.float32(127.5) - 1,
    "torch": lambda x: (x / np.float32(255) - MEAN) / DEVIATION,
    "scale-0-1": lambda x: x / np.float32(255),
    "none": lambda x: x,
}
APPLICATIONS = [(lib, name) for lib in (keras, tf_keras) for name in sorted(applications_of(lib))]


def module_of(lib, name):
    return sys.modules[applications_of(lib)[name].__module__]


def test_every_mode_has_a_formula():
    assert set(FORMULAS) == set(PREPROCESSINGS)


@pytest.mark.parametrize("lib, name", APPLICATIONS, ids=lambda value: getattr(value, "__name__", value))
def test_preprocessing_is_that_of_keras(lib, name):
    images = np.random.default_rng(1).uniform(0, 255, (2, 4, 4, 3)).astype(np.float32)
    mode, _ = family_of(name)
    theirs = module_of(lib, name).preprocess_input(images.copy())
    np.testing.assert_allclose(FORMULAS[mode](images), theirs, rtol=0, atol=2e-5)


# MobileNetV3 alone does not ask: it takes any size, with top too; its weights were trained at 224.
@pytest.mark.parametrize("lib, name", [(lib, name) for lib, name in APPLICATIONS if "MobileNetV3" not in name],
                         ids=lambda value: getattr(value, "__name__", value))
def test_default_size_is_that_of_keras(lib, name, monkeypatch):
    """Every application asks Keras for its input shape before it builds a layer: listen there, and stop."""

    class Asked(Exception):
        pass

    def ask(shape, default_size, *args, **kwargs):
        raise Asked(default_size)

    monkeypatch.setattr(module_of(lib, name).imagenet_utils, "obtain_input_shape", ask)
    with pytest.raises(Asked) as asked:
        applications_of(lib)[name](weights=None)
    assert family_of(name)[1] == asked.value.args[0]


def test_no_family_is_without_an_application():
    named = {max((f for f in FAMILIES if name.startswith(f)), key=len) for _, name in APPLICATIONS}
    assert named == set(FAMILIES)


@pytest.mark.parametrize("lib, name", [
    (keras, "ConvNeXtTiny"), (keras, "MobileNetV3Small"), (tf_keras, "ConvNeXtTiny"), (tf_keras, "MobileNetV3Small"),
    (tf_keras, "RegNetX002"), (tf_keras, "ResNetRS50")], ids=lambda value: getattr(value, "__name__", value))
def test_layers_left_out_did_what_is_recorded(lib, name):
    """The model's own first layers, applied to images; 1e-5 of the largest value for another order of float32 sums."""
    model = applications_of(lib)[name](weights=None, include_top=False, input_shape=(32, 32, 3))
    images = np.random.default_rng(2).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)
    x, applied = images, 0
    for layer in model.layers[1:]:
        if type(layer).__name__ not in ("Rescaling", "Normalization"):
            break
        x, applied = np.asarray(layer(x)), applied + 1
    (mode,) = {mode for family, mode in LEFT_OUT.items() if name.startswith(family)}
    assert applied > 0
    np.testing.assert_allclose(x, FORMULAS[mode](images), rtol=0, atol=1e-5 * np.abs(x).max())
