"""A model with two inputs, and what Keras computes.

  python peer_inputs.py OUT

For each format OUT/<format>/ holds model/, model.keras (Keras 3), image.npy, extra.npy, joined.npy (behind both) and pooled.npy (the image's only).
"""

import pathlib
import sys

import numpy as np
from peer_models import FORMATS, images, keras, save


def model(lib):
    image, extra = lib.layers.Input((8, 8, 3), name="image"), lib.layers.Input((4,), name="extra")
    x = lib.layers.Conv2D(5, 3, activation="relu", name="conv")(image)
    x = lib.layers.GlobalAveragePooling2D(name="pooled")(x)
    y = lib.layers.Dense(6, activation="tanh", name="dense")(extra)
    joined = lib.layers.Concatenate(name="joined")([x, y])
    return lib.Model({"image": image, "extra": extra}, lib.layers.Dense(2, name="predictions")(joined))


def main():
    for format, lib in FORMATS.items():
        lib.utils.set_random_seed(5)
        whole, out = model(lib), pathlib.Path(sys.argv[1]) / format
        out.mkdir(parents=True)
        save(lib, whole, out / "model")
        if lib is keras:
            whole.save(out / "model.keras")
        fed = {"image": images(1, 5, 8, 8, 3), "extra": images(2, 5, 4)}
        inner = lib.Model(whole.inputs, [whole.get_layer(name).output for name in ("joined", "pooled")])
        order = [fed[t.name.split(":")[0]] for t in whole.inputs]
        for name, value in zip(("joined", "pooled"), inner(order, training=False)):
            np.save(out / f"{name}.npy", np.asarray(value, np.float32))
        for name, value in fed.items():
            np.save(out / f"{name}.npy", value)
        np.save(out / "few.npy", fed["extra"][:3])


if __name__ == "__main__":
    main()
