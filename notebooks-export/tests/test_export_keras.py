"""export_keras.py on small models with random weights."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from export_keras import FORMATS, main


def small(lib):
    images = lib.layers.Input((16, 16, 3), name="input_layer")
    x = lib.layers.Conv2D(4, 3, activation="relu", name="block1_conv1")(images)
    x = lib.layers.GlobalAveragePooling2D(name="pool")(x)
    return lib.Model(images, lib.layers.Dense(2, activation="softmax", name="predictions")(x), name="small")


def serve(directory, images):
    loaded = tf.saved_model.load(str(directory))  # owns the variables that its signatures read
    signature = loaded.signatures["serving_default"]
    (key,) = signature.structured_input_signature[1]
    (output,) = signature(**{key: tf.constant(images)}).values()
    return output.numpy()


def record(directory):
    return json.loads((directory / "assets.extra" / "graft.json").read_text())


def images(size, count=2):
    return np.random.default_rng(3).normal(size=(count, size, size, 3)).astype(np.float32)


@pytest.mark.parametrize("lib, suffix, format", [
    (keras, ".keras", "keras-3-export"),
    (keras, ".h5", "keras-3-export"),
    (tf_keras, ".h5", "keras-2-saved-model"),
])
def test_own_file_serves_what_keras_computes(tmp_path, lib, suffix, format):
    model = small(lib)
    file = tmp_path / f"mine{suffix}"
    model.save(file)
    out = tmp_path / "out"
    assert main([str(file), "--format", format, "--preprocessing", "scale-0-1", "--out", str(out)]) == 0
    np.testing.assert_allclose(serve(out, images(16)), model.predict(images(16), verbose=0), atol=1e-6)
    written = record(out)
    assert written["preprocessing"] == "scale-0-1"
    assert written["imageSize"] == {"height": 16, "width": 16}
    assert written["architecture"] == "small"
    assert written["weights"]["name"] == file.name
    assert [p.name for p in tmp_path.iterdir() if "partial" in p.name] == []


def test_own_file_without_preprocessing_records_none(tmp_path):
    small(keras).save(tmp_path / "mine.keras")
    assert main([str(tmp_path / "mine.keras"), "--out", str(tmp_path / "out")]) == 0
    assert "preprocessing" not in record(tmp_path / "out")


@pytest.mark.parametrize("format", FORMATS)
def test_application_takes_any_size_and_records_its_preprocessing(tmp_path, format):
    out = tmp_path / "out"
    assert main(["MobileNet", "--weights", "none", "--format", format, "--out", str(out)]) == 0
    assert serve(out, images(64)).shape == (2, 2, 2, 1024)
    assert serve(out, images(96, 1)).shape == (1, 3, 3, 1024)
    written = record(out)
    assert (written["preprocessing"], written["imageSize"]) == ("tf", {"height": 224, "width": 224})
    assert written["format"] == format
    assert written["weights"] == {"source": "random", "seed": 0}
    assert set(written["versions"]) == {"keras" if "keras-3" in format else "tf_keras", "tensorflow"}


def test_weights_come_from_a_file_at_the_size_asked_for(tmp_path):
    model = keras.applications.MobileNet(weights=None, include_top=False, input_shape=(32, 64, 3))
    model.save_weights(tmp_path / "mine.weights.h5")
    out = tmp_path / "out"
    assert main(["MobileNet", "--weights", str(tmp_path / "mine.weights.h5"), "--input-size", "32x64",
                 "--out", str(out)]) == 0
    x = np.random.default_rng(4).normal(size=(2, 32, 64, 3)).astype(np.float32)
    np.testing.assert_allclose(serve(out, x), model.predict(x, verbose=0), atol=1e-5)
    assert record(out)["imageSize"] == {"height": 32, "width": 64}
    assert len(record(out)["weights"]["sha256"]) == 64


def test_the_top_has_the_classes_asked_for(tmp_path):
    out = tmp_path / "out"
    assert main(["MobileNet", "--weights", "none", "--include-top", "--classes", "5", "--input-size", "32x32",
                 "--out", str(out)]) == 0
    assert serve(out, images(32)).shape == (2, 5)
    assert record(out)["includeTop"] is True


@pytest.mark.parametrize("name, mode", [("MobileNetV3Small", "tf"), ("EfficientNetV2B0", None)])
def test_preprocessing_layers_left_out_are_recorded_as_what_they_did(tmp_path, name, mode):
    out = tmp_path / "out"
    assert main([name, "--weights", "none", "--no-preprocessing-layers", "--input-size", "32x32", "--out", str(out)]) == 0
    assert record(out).get("preprocessing") == mode
    assert record(out)["preprocessingLayers"] is False


def test_same_seed_gives_the_same_weights(tmp_path):
    for name in ("a", "b"):
        main(["MobileNet", "--weights", "none", "--seed", "7", "--out", str(tmp_path / name)])
    np.testing.assert_array_equal(serve(tmp_path / "a", images(32)), serve(tmp_path / "b", images(32)))


@pytest.mark.parametrize("arguments, said", [
    (["VGG-16", "--weights", "none"], "Did you mean VGG16"),
    (["VGG16", "--weights", "missing.h5"], "There is no weights file 'missing.h5'"),
    (["missing.keras"], "There is no file 'missing.keras'"),
    (["missing.keras", "--weights", "none"], "--weights goes with an application's name only"),
    (["MobileNet", "--weights", "none", "--input-size", "8x8"], "Keras could not build MobileNet"),
    (["VGG16", "--weights", "none", "--no-preprocessing-layers"], "VGG16 has no preprocessing layers"),
    (["weights.h5", "--no-preprocessing-layers"], "--no-preprocessing-layers goes with an application's name only"),
    (["weights.h5"], "export_keras.py VGG16 --weights weights.h5"),
    (["MobileNet", "--weights", "weights.h5"], "Does 'weights.h5' belong to MobileNet"),
    (["broken.keras"], "cannot load 'broken.keras'"),
])
def test_mistakes_are_named_and_nothing_is_written(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    small(tf_keras).save_weights("weights.h5")
    (tmp_path / "broken.keras").write_text("no zip")
    before = sorted(tmp_path.iterdir())
    assert main([*arguments, "--out", "out"]) == 2
    assert said in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


def test_an_existing_directory_is_not_touched(tmp_path, capsys):
    assert main(["VGG16", "--weights", "none", "--out", str(tmp_path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["MobileNet", "--weights", "none", "--out", str(tmp_path / "file" / "out")]) == 2
    assert "Cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["0x10", "150", "axb"])
def test_a_size_that_cannot_be_read_is_a_usage_error(tmp_path, capsys, size):
    with pytest.raises(SystemExit) as exit:
        main(["VGG16", "--input-size", size, "--out", str(tmp_path / "out")])
    assert exit.value.code == 2
    assert "give HxW" in capsys.readouterr().err
