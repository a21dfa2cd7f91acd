"""Large models as Keras 3 exports, random weights, to measure how they are imported; and how Python imports one.

  python import_models.py OUT NAME...    OUT/NAME: NAME is a Keras Application with its classifier, or
                                         width-W   VGG19 with W times as many channels and units: the weights grow
                                         depth-N   N blocks of convolution, BatchNormalization, ReLU: the graph grows
  python import_models.py --load DIR     how tf.saved_model.load takes it, in a line as ImportRun reads it
"""

import os
import pathlib
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf


def wide(width):
    """VGG19's layers."""
    import keras

    layers = [keras.layers.Input((224, 224, 3))]
    for channels, times in ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)):
        for _ in range(times):
            layers.append(keras.layers.Conv2D(round(channels * width), 3, padding="same", activation="relu"))
        layers.append(keras.layers.MaxPooling2D(2))
    layers.append(keras.layers.Flatten())
    layers += [keras.layers.Dense(round(4096 * width), activation="relu") for _ in range(2)]
    return keras.Sequential(layers + [keras.layers.Dense(1000, activation="softmax")])


def deep(blocks):
    import keras

    images = x = keras.layers.Input((32, 32, 3))
    for i in range(blocks):
        x = keras.layers.Conv2D(8, 3, padding="same", use_bias=False, name=f"block{i}_conv")(x)
        x = keras.layers.BatchNormalization(name=f"block{i}_bn")(x)
        x = keras.layers.ReLU(name=f"block{i}_relu")(x)
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(images, keras.layers.Dense(10, name="predictions")(x))


def build(name):
    import keras

    if name.startswith("width-"):
        return wide(float(name.split("-")[1]))
    if name.startswith("depth-"):
        return deep(int(name.split("-")[1]))
    return getattr(keras.applications, name)(weights=None)


def peak():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise SystemExit("no VmHWM in /proc/self/status")


def load(directory):
    tf.constant(1.0) + 1.0
    before, wall, cpu = peak(), time.perf_counter(), time.process_time()
    model = tf.saved_model.load(directory)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print("import", 0, 0, round(1000 * wall), round(1000 * cpu), before, peak(), len(model.variables))


def main():
    if sys.argv[1] == "--load":
        load(sys.argv[2])
        return
    import keras

    out = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:]:
        build(name).export(str(out / name), verbose=False)
        keras.backend.clear_session()


if __name__ == "__main__":
    main()
