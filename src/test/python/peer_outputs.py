"""Models and what Keras computes at their layers.

  python peer_outputs.py mini|full OUT

For each format and kind (top, notop, anysize) OUT/<format>-<kind>/ holds model/ (the SavedModel) and two
goldens: first.npz, and second.npz (another batch size; another image size for anysize).
"""

import pathlib
import sys

import numpy as np
from peer_models import FORMATS, build, images, save

LAYERS = ["block1_conv2", "block2_pool", "block3_conv1", "block3_pool", "block4_conv3", "block4_pool", "block5_conv1",
          "block5_conv3", "block5_pool"]
TOP = ["flatten", "fc1", "fc2", "predictions"]
KINDS = {"top": (64, 64, 3), "notop": (64, 64, 3), "anysize": (None, None, 3)}


def main():
    width, out = sys.argv[1], pathlib.Path(sys.argv[2])
    for format, lib in FORMATS.items():
        for seed, (kind, shape) in enumerate(KINDS.items()):
            model = build(lib, width, shape, kind == "top", seed)
            case = out / f"{format}-{kind}"
            case.mkdir(parents=True)
            save(lib, model, case / "model")
            layers = LAYERS + (TOP if kind == "top" else [])
            inner = lib.Model(model.inputs, [model.get_layer(name).output for name in layers])
            second = (1, 96, 64, 3) if kind == "anysize" else (3, 64, 64, 3)
            for batch, size in (("first", (2, 64, 64, 3)), ("second", second)):
                x = images(seed + 10, *size)
                values = dict(zip(layers, inner(x, training=False)))
                np.savez(case / f"{batch}.npz", **{"input/input_layer": x},
                         **{f"output/{name}": np.asarray(value, np.float32) for name, value in values.items()})


if __name__ == "__main__":
    main()
