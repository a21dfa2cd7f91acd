"""The scripts that make golden files, on small models of both Keras."""

import pathlib
import runpy
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

SCRIPTS = pathlib.Path(__file__).parent.parent


def one_input(lib):
    images = lib.layers.Input((8, 8, 3), name="images")
    x = lib.layers.Conv2D(4, 3, activation="relu", name="conv")(images)
    x = lib.layers.BatchNormalization(name="bn")(x)
    x = lib.layers.GlobalAveragePooling2D(name="pool")(x)
    return lib.Model(images, lib.layers.Dense(2, activation="softmax", name="predictions")(x))


def two_inputs(lib):
    images, extra = lib.layers.Input((8, 8, 3), name="images"), lib.layers.Input((4,), name="extra")
    x = lib.layers.GlobalAveragePooling2D(name="pool")(images)
    joined = lib.layers.Concatenate(name="joined")([x, lib.layers.Dense(5, name="dense")(extra)])
    return lib.Model([images, extra], lib.layers.Dense(2, name="predictions")(joined))


def rescaling(lib):
    images = lib.layers.Input((None, None, 3), name="images")
    return lib.Model(images, lib.layers.Rescaling(1 / 255, name="rescaling")(images))


def make(monkeypatch, script, *arguments):
    monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
    runpy.run_path(str(SCRIPTS / script), run_name="__main__")


def golden(file):
    with np.load(file) as arrays:
        return {name: arrays[name] for name in arrays.files}


@pytest.fixture(params=[keras, tf_keras], ids=["keras-3", "keras-2"])
def lib(request):
    request.param.utils.set_random_seed(4)
    return request.param


@pytest.fixture
def saved(lib, tmp_path):
    """Saves a model as the scripts take it."""

    def save(model):
        path = tmp_path / ("model.keras" if lib is keras else "model")
        model.save(path) if lib is keras else model.save(path, save_format="tf")
        return path

    return save


def test_chosen_layers_are_what_keras_computes(lib, saved, tmp_path, monkeypatch):
    model = one_input(lib)
    make(monkeypatch, "make_golden.py", saved(model), tmp_path / "g.npz", "conv", "predictions")
    arrays = golden(tmp_path / "g.npz")
    assert set(arrays) == {"input/images", "output/conv", "output/predictions"}
    assert all(a.dtype == np.float32 for a in arrays.values())
    images = arrays["input/images"]
    assert images.shape == (2, 8, 8, 3) and images.min() >= 0 and 0.9 < images.max() <= 1
    np.testing.assert_allclose(arrays["output/predictions"], model(images, training=False), atol=1e-6)


def test_without_layers_all_are_taken(lib, saved, tmp_path, monkeypatch):
    make(monkeypatch, "make_golden.py", saved(one_input(lib)), tmp_path / "g.npz")
    assert set(golden(tmp_path / "g.npz")) == {"input/images"} | {
        f"output/{name}" for name in ("images", "conv", "bn", "pool", "predictions")}


def test_several_inputs_are_named(lib, saved, tmp_path, monkeypatch):
    model = two_inputs(lib)
    make(monkeypatch, "make_golden.py", saved(model), tmp_path / "g.npz", "joined", "predictions")
    arrays = golden(tmp_path / "g.npz")
    assert set(arrays) == {"input/images", "input/extra", "output/joined", "output/predictions"}
    computed = model([arrays["input/images"], arrays["input/extra"]])
    np.testing.assert_allclose(arrays["output/predictions"], computed, atol=1e-6)


def test_a_model_that_rescales_gets_pixels(lib, saved, tmp_path, monkeypatch):
    make(monkeypatch, "make_golden.py", saved(rescaling(lib)), tmp_path / "g.npz")
    arrays = golden(tmp_path / "g.npz")
    assert arrays["input/images"].shape == (2, 64, 64, 3)
    assert 200 < arrays["input/images"].max() <= 255


def test_an_application_goes_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(keras.applications, "VGG16", lambda: one_input(keras))  # the real one would fetch weights
    make(monkeypatch, "make_golden.py", "VGG16", tmp_path / "g.npz", "pool")
    assert set(golden(tmp_path / "g.npz")) == {"input/images", "output/pool"}


@pytest.mark.parametrize("model_of, layer, count", [(one_input, "pool", 4), (one_input, "predictions", 6), (two_inputs, "joined", 2)])
def test_gradients_are_those_of_the_mean_square(lib, saved, tmp_path, monkeypatch, model_of, layer, count):
    model = model_of(lib)
    make(monkeypatch, "make_gradient_golden.py", saved(model), tmp_path / "g.npz", layer)
    arrays = golden(tmp_path / "g.npz")
    gradients = {name.split("/", 1)[1]: a for name, a in arrays.items() if name.startswith("gradient/")}
    assert len(gradients) == count
    inputs = [arrays[f"input/{t.name}"] for t in model.inputs]
    part = lib.Model(model.inputs, model.get_layer(layer).output)
    np.testing.assert_allclose(arrays[f"output/{layer}"], part(inputs), atol=1e-6)
    variables = {getattr(v, "path", v.name).split(":")[0]: v for v in part.trainable_variables}
    assert set(gradients) == set(variables)
    for name, variable in variables.items():  # central differences along the gradient itself
        direction = gradients[name] / np.linalg.norm(gradients[name])
        before = np.asarray(variable)
        losses = []
        for step in (1e-2, -1e-2):
            variable.assign(before + step * direction)
            losses.append(float(tf.reduce_mean(tf.square(part(inputs, training=False)))))
        variable.assign(before)
        assert (losses[0] - losses[1]) / 2e-2 == pytest.approx(np.linalg.norm(gradients[name]), rel=2e-2), name
