"""Writes small NumPy files for the reader's tests.

    python make_npy_goldens.py ../resources/golden/npy

Every file has the shape (3, 2, 4) and, in C order, the values (i - 12) / 4 for floats, i - 12 for
signed and i for unsigned integers, i % 3 == 0 for booleans. Made with NumPy 2.
"""

import os
import sys

import numpy as np


def main(target):
    os.makedirs(target, exist_ok=True)
    i = np.arange(24).reshape(3, 2, 4)
    arrays = {
        "bool": i % 3 == 0,
        **{f"f{n}": ((i - 12) / 4).astype(f"<f{n}") for n in (2, 4, 8)},
        **{f"i{n}": (i - 12).astype(f"<i{n}") for n in (1, 2, 4, 8)},
        **{f"u{n}": i.astype(f"<u{n}") for n in (1, 2, 4, 8)},
    }
    for name, array in arrays.items():
        np.save(os.path.join(target, name + ".npy"), array)
    np.save(os.path.join(target, "f4-fortran.npy"), np.asfortranarray(arrays["f4"]))
    np.save(os.path.join(target, "i4-fortran.npy"), np.asfortranarray(arrays["i4"]))
    for name in ("f2", "f4", "f8", "i2", "i8"):
        array = arrays[name]
        np.save(os.path.join(target, name + "-big.npy"), array.astype(array.dtype.newbyteorder(">")))
    for version in ((2, 0), (3, 0)):
        with open(os.path.join(target, f"f4-v{version[0]}.npy"), "wb") as file:
            np.lib.format.write_array(file, arrays["f4"], version=version)


if __name__ == "__main__":
    main(sys.argv[1])
