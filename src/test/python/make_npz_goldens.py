"""Writes small files of several NumPy arrays for the reader's tests.

    python make_npz_goldens.py ../resources/golden/npz

`stored.npz` by numpy.savez, `deflated.npz` by numpy.savez_compressed: 0 … 5 as (2, 3) in several types and orders, a
single 7, an empty array. Made with NumPy 2.
"""

import pathlib
import sys

import numpy as np


def main(target):
    target.mkdir(parents=True, exist_ok=True)
    i = np.arange(6).reshape(2, 3)
    arrays = {
        "a/b/f2": i.astype("<f2"),
        "f4": i.astype("<f4"),
        "f8-fortran": np.asfortranarray(i.astype("<f8")),
        "i4-big": i.astype(">i4"),
        "i8": i.astype("<i8"),
        "u1": i.astype("u1"),
        "bool": i % 2 == 1,
        "scalar": np.float32(7),
        "empty": np.zeros((0, 3), "<f4"),
    }
    np.savez(target / "stored.npz", **arrays)
    np.savez_compressed(target / "deflated.npz", **arrays)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
