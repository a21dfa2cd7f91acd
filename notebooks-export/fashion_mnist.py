"""Real images beside Keras: two classes of Fashion-MNIST, the blog's recipe, VGG16.

  python fashion_mnist.py images --out DIR
      writes PNG class folders DIR/train and DIR/validation: "pullover" (2) and "shirt" (6), the first
      1000 of each to train, the next 400 to validate (Debian: apt-get install dataset-fashion-mnist).
  python fashion_mnist.py keras --images DIR --weights FILE [--size 150] [--epochs 8] [--seeds 0,1,2]
      runs the recipe with Keras: features of the frozen base, the blog's head on them, then block5 and the head
      at SGD 1e-4, momentum 0.9; prints accuracies, wall times and peak memory.

The same with Graft: `graft train --model EXPORT --images DIR/train --validation DIR/validation
--preprocessing scale-0-1 --head keras-blog`.
"""

import argparse
import gzip
import os
import pathlib
import resource
import struct
import time

SOURCE = pathlib.Path("/usr/share/datasets/fashion-mnist")
CLASSES = {2: "pullover", 6: "shirt"}
TRAIN, VALIDATE = 1000, 400


def read_idx(path):
    """Reads an IDX file of unsigned bytes (images or labels) as a NumPy array."""
    import numpy as np

    with gzip.open(path) as stream:
        _, kind, rank = struct.unpack(">HBB", stream.read(4))
        if kind != 8:
            raise SystemExit(f"{path}: element type {kind}, expected 8 (unsigned byte)")
        shape = struct.unpack(">" + "I" * rank, stream.read(4 * rank))
        return np.frombuffer(stream.read(), np.uint8).reshape(shape)


def write_images(out):
    from PIL import Image

    if out.exists():
        raise SystemExit(f"{out} exists already; choose a new folder")
    images = read_idx(SOURCE / "train-images-idx3-ubyte.gz")
    labels = read_idx(SOURCE / "train-labels-idx1-ubyte.gz")
    for number, name in CLASSES.items():
        chosen = images[labels == number][: TRAIN + VALIDATE]
        for i, image in enumerate(chosen):
            folder = out / ("train" if i < TRAIN else "validation") / name
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(folder / f"{i:04d}.png")
    print(f"wrote {len(CLASSES) * TRAIN} training and {len(CLASSES) * VALIDATE} validation images to {out}")


def features_of(model, folder, size):
    """Runs a model once over a class folder, in Keras' order; returns features and 0/1 labels."""
    import keras
    import numpy as np

    data = keras.utils.image_dataset_from_directory(
        folder, label_mode="binary", image_size=(size, size), batch_size=16, shuffle=False, verbose=False)
    labels = np.concatenate([y.numpy() for _, y in data])
    return model.predict(data.map(lambda x, y: x / 255.0), verbose=0), labels


def run_keras(images, weights, size, epochs, head_epochs, seeds):
    import keras

    base = keras.applications.VGG16(weights=weights, include_top=False, input_shape=(size, size, 3))
    top_input = keras.Input(base.get_layer("block4_pool").output.shape[1:])
    x = top_input
    for name in ("block5_conv1", "block5_conv2", "block5_conv3", "block5_pool"):
        x = base.get_layer(name)(x)
    block5 = keras.Model(top_input, x)
    lower = keras.Model(base.input, base.get_layer("block4_pool").output)

    start = time.time()
    train, train_labels = features_of(lower, images / "train", size)
    held, held_labels = features_of(lower, images / "validation", size)
    train5, held5 = block5.predict(train, batch_size=16, verbose=0), block5.predict(held, batch_size=16, verbose=0)
    print(f"extraction of {len(train) + len(held)} images: {time.time() - start:.0f} s", flush=True)
    initial = block5.get_weights()

    for seed in seeds:
        keras.utils.set_random_seed(seed)
        block5.set_weights(initial)
        head = keras.Sequential([
            keras.Input(train5.shape[1:]), keras.layers.Flatten(), keras.layers.Dense(256, "relu"),
            keras.layers.Dropout(0.5), keras.layers.Dense(1, "sigmoid")])
        head.compile(keras.optimizers.RMSprop(1e-3), "binary_crossentropy", metrics=["accuracy"])
        start = time.time()
        fit = head.fit(train5, train_labels, batch_size=16, epochs=head_epochs, verbose=0,
                       validation_data=(held5, held_labels))
        step2 = fit.history["val_accuracy"]
        print(f"seed {seed}: head, {head_epochs} epochs: last {step2[-1]:.4f}, best {max(step2):.4f}, "
              f"{time.time() - start:.0f} s", flush=True)
        net = keras.Sequential([keras.Input(train.shape[1:]), block5, head])
        net.compile(keras.optimizers.SGD(1e-4, momentum=0.9), "binary_crossentropy", metrics=["accuracy"])
        start = time.time()
        fit = net.fit(train, train_labels, batch_size=16, epochs=epochs, verbose=0,
                      validation_data=(held, held_labels))
        step3 = fit.history["val_accuracy"]
        print(f"seed {seed}: block5 and head, {epochs} epochs: last {step3[-1]:.4f}, best {max(step3):.4f}, "
              f"{time.time() - start:.0f} s", flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    images = commands.add_parser("images", help="write the PNG class folders")
    images.add_argument("--out", type=pathlib.Path, required=True)
    peer = commands.add_parser("keras", help="run the recipe with Keras")
    peer.add_argument("--images", type=pathlib.Path, required=True)
    peer.add_argument("--weights", required=True, help="imagenet, or a VGG16 no-top weights file")
    peer.add_argument("--size", type=int, default=150)
    peer.add_argument("--epochs", type=int, default=8, help="fine-tuning epochs")
    peer.add_argument("--head-epochs", type=int, default=50)
    peer.add_argument("--seeds", default="0", help="comma-separated")
    options = parser.parse_args()
    if options.command == "images":
        write_images(options.out)
    else:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        run_keras(options.images, options.weights, options.size, options.epochs, options.head_epochs,
                  [int(s) for s in options.seeds.split(",")])


if __name__ == "__main__":
    main()
