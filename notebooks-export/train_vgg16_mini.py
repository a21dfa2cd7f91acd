"""Trains and exports the embedded model, savedmodels/vgg16-mini.

VGG16's topology and layer names with few channels, trained with Keras as a classifier of the SOURCE family of drawn
pictures, exported without its top. The pictures come from the project's one generator:

  ./graft pictures --family source --per-class 500 --seed 1001 --out PICTURES/train
  ./graft pictures --family source --per-class 40 --seed 1002 --out PICTURES/validation
  python notebooks-export/train_vgg16_mini.py --pictures PICTURES --out savedmodels/vgg16-mini

Input of the exported model: (n, 64, 64, 3), preprocessed as VGG16's (`caffe`: BGR, ImageNet's means subtracted).
"""

import argparse
import hashlib
import json
import os
import pathlib
import time

BLOCKS = ((2, 8), (2, 16), (3, 32), (3, 64), (3, 96))  # (convolutions, channels) of block1 ... block5
SIZE = 64
GRAFT_JSON = {
    "preprocessing": "caffe",
    "imageSize": {"height": SIZE, "width": SIZE},
    "architecture": "VGG16 topology, few channels",
    "includeTop": False,
}


def vgg16_mini(normalized=False):
    """The base without top: block1_conv1 ... block5_pool, as in keras.applications.VGG16.

    With normalized, every convolution's output passes a BatchNormalization before its ReLU: thirteen plain layers
    hardly start to learn from noise. `folded` turns such a net into the plain one that computes the same.
    """
    import keras

    images = keras.Input((SIZE, SIZE, 3), name="input_layer")
    x = images
    for block, (convolutions, channels) in enumerate(BLOCKS, 1):
        for k in range(1, convolutions + 1):
            name = f"block{block}_conv{k}"
            if normalized:
                x = keras.layers.Conv2D(channels, 3, padding="same", kernel_initializer="he_normal", name=name)(x)
                x = keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
                x = keras.layers.ReLU(name=f"{name}_relu")(x)
            else:
                x = keras.layers.Conv2D(channels, 3, padding="same", activation="relu", name=name)(x)
        x = keras.layers.MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    return keras.Model(images, x, name="vgg16_mini")


def folded(trained):
    """The plain net that computes what a normalized one does in inference: kernel and bias absorb the scaling."""
    import numpy as np

    plain = vgg16_mini()
    for layer in plain.layers:
        if not layer.weights:
            continue
        kernel, bias = trained.get_layer(layer.name).get_weights()
        norm = trained.get_layer(f"{layer.name}_norm")
        gamma, beta, mean, variance = norm.get_weights()
        scale = gamma / np.sqrt(variance + norm.epsilon)
        layer.set_weights([kernel * scale, (bias - mean) * scale + beta])
    return plain


def read(folder):
    """All pictures of a class folder tree, preprocessed, with their labels."""
    import keras
    import numpy as np

    data = keras.utils.image_dataset_from_directory(
        folder, image_size=(SIZE, SIZE), batch_size=256, shuffle=False, verbose=False)
    pixels, labels = zip(*((x.numpy(), y.numpy()) for x, y in data))
    return keras.applications.vgg16.preprocess_input(np.concatenate(pixels)), np.concatenate(labels)


def augmented(pixels, labels, batch, seed):
    """Endless shuffled batches, each picture turned by quarters and mirrored at random."""
    import numpy as np

    random = np.random.default_rng(seed)
    while True:
        order = random.permutation(len(pixels))
        for start in range(0, len(order) - batch + 1, batch):
            chosen = order[start:start + batch]
            x = pixels[chosen]
            x = np.rot90(x, random.integers(4), axes=(1, 2))
            if random.integers(2):
                x = x[:, :, ::-1]
            yield np.ascontiguousarray(x), labels[chosen]


def train(pictures, epochs, batch, rate, seed):
    import keras
    import numpy as np

    pixels, labels = read(pictures / "train")
    held, held_labels = read(pictures / "validation")
    base = vgg16_mini(normalized=True)
    x = keras.layers.GlobalAveragePooling2D()(base.output)
    x = keras.layers.Dense(int(labels.max()) + 1, name="temporary_top")(x)
    classifier = keras.Model(base.input, x)
    steps = len(pixels) // batch
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 10, steps * epochs - steps, 0.01, warmup_target=rate, warmup_steps=steps)
    classifier.compile(
        keras.optimizers.Adam(schedule),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"])
    started = time.time()
    classifier.fit(augmented(pixels, labels, batch, seed), steps_per_epoch=steps, epochs=epochs, verbose=2,
                   validation_data=(held, held_labels))
    _, accuracy = classifier.evaluate(held, held_labels, batch_size=256, verbose=0)
    print(f"{labels.max() + 1} source classes, {len(pixels)} pictures, {epochs} epochs: "
          f"accuracy {accuracy:.4f} on {len(held)} held-out pictures, {time.time() - started:.0f} s")
    plain = folded(base)
    expected, got = base.predict(held[:64], verbose=0), plain.predict(held[:64], verbose=0)
    print(f"largest difference after folding: {np.abs(expected - got).max():.2e} of {np.abs(expected).max():.1f}")
    return plain, accuracy


def export(base, accuracy, out):
    base.export(out, verbose=False)
    extra = out / "assets.extra"
    extra.mkdir()
    record = GRAFT_JSON | {"sourceAccuracy": round(float(accuracy), 4)}
    (extra / "graft.json").write_text(json.dumps(record, indent=2) + "\n")
    for file in sorted(p for p in out.rglob("*") if p.is_file()):
        print(hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_size, file.relative_to(out))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=pathlib.Path, required=True, help="folder with train/ and validation/")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the SavedModel directory to write")
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.out.exists():
        raise SystemExit(f"{options.out} exists already; choose a new folder")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(options.seed)
    print(f"Keras {keras.__version__}, TensorFlow {tf.__version__}")
    base, accuracy = train(options.pictures, options.epochs, options.batch_size, options.learning_rate, options.seed)
    export(base, accuracy, options.out)


if __name__ == "__main__":
    main()
