"""Writes which files Keras trains on and validates on, for seeds and sizes, and its class order.

    python make_split_goldens.py ../resources/golden/splits

The folders are made by rule (see tree) of empty files. Keras' own index_directory, shuffle and
get_training_or_validation_split list and split them, as image_dataset_from_directory has them do.
splits.csv holds, of each split, the sizes and the SHA-256 of its files in order: paths below the
folder, one a line, training first. classes.txt holds the class names in Keras' order. Made with
keras 3.15.1 and NumPy.
"""

import hashlib
import os
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from keras.src.utils import dataset_utils

CLASSES = ["B", "a", "Z", "\u00e4", "10", "9", "_x", "a b", "\U0001f600", "\ufffd", "e\u0301"]
ENDINGS = [".png", ".JPG", ".jpeg", ".bmp", ".Gif"]
SEEDS = [0, 1, 2, 3, 7, 42, 99, 123, 1000, 1337, 4711, 65535, 65536, 99999, 123456, 20261125]
SEEDS += [2147483647, 2147483648, 4294967294, 4294967295]
SIZES = [7, 10, 64, 333, 1000]
FRACTIONS = [0.2, 0.25, 0.5, 0.3, 0.1]


def tree(folder, size):
    """File i lies in class i % 11, every third one folder deeper."""
    for i in range(size):
        parts = [folder, CLASSES[i % len(CLASSES)]] + (["sub-" + str(i % 4)] if i % 3 == 0 else [])
        os.makedirs(os.path.join(*parts), exist_ok=True)
        name = str(i * 7919 % 10007) + ENDINGS[i % len(ENDINGS)]
        open(os.path.join(*parts, name), "w").close()


def main(out):
    lines = ["seed,size,fraction,training,validation,sha256\n"]
    for size, fraction in zip(SIZES, FRACTIONS):
        with tempfile.TemporaryDirectory() as folder:
            tree(folder, size)
            for seed in SEEDS:
                paths, labels, classes = dataset_utils.index_directory(
                    folder, "inferred", formats=(".bmp", ".gif", ".jpeg", ".jpg", ".png"), seed=seed
                )
                parts = []
                for subset in "training", "validation":
                    part, _ = dataset_utils.get_training_or_validation_split(
                        paths, labels, fraction, subset
                    )
                    parts.append([os.path.relpath(p, folder) for p in part])
                text = "".join(p + "\n" for p in parts[0] + parts[1])
                digest = hashlib.sha256(text.encode()).hexdigest()
                lines.append(f"{seed},{size},{fraction},{len(parts[0])},{len(parts[1])},{digest}\n")
    with open(os.path.join(out, "splits.csv"), "w") as file:
        file.writelines(lines)
    with open(os.path.join(out, "classes.txt"), "w") as file:
        file.writelines(name + "\n" for name in classes)


if __name__ == "__main__":
    main(sys.argv[1])
