"""Draws small images and writes what Keras makes of them.

    python make_image_goldens.py ../resources/golden/images

Each image is decoded and resized by keras.utils.image_dataset_from_directory (bilinear, the
default) at two sizes and stored as NAME.HxW.npy, float32 (h, w, 3). Made with keras 3.15.1,
tensorflow-cpu 2.21.0, Pillow.
"""

import os
import shutil
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from PIL import Image

SIZES = [(9, 13), (32, 32)]


def scene(height, width, seed):
    """A gradient with noise and a few rectangles, uint8 (h, w, 3)."""
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack(
        [255 * x / width, 255 * y / height, 127 + 100 * np.sin(x / 3 + y / 5)], axis=-1
    )
    rgb += random.normal(0, 12, rgb.shape)
    for _ in range(4):
        top, left = random.randint(0, height - 4), random.randint(0, width - 4)
        rgb[top : top + height // 4, left : left + width // 4] = random.randint(0, 256, 3)
    return np.clip(rgb, 0, 255).astype("uint8")


def draw(folder):
    def path(name):
        return os.path.join(folder, name)

    Image.fromarray(scene(24, 40, 1)).save(path("landscape.png"))
    Image.fromarray(scene(37, 21, 2)).save(path("portrait.jpg"), quality=85)
    Image.fromarray(scene(33, 29, 3)).save(path("progressive.jpeg"), quality=90, progressive=True)
    Image.fromarray(scene(30, 30, 4)).convert("L").save(path("grey.jpg"), quality=80)
    Image.fromarray(scene(20, 26, 5)).convert("L").save(path("grey.png"))
    rgba = np.concatenate([scene(25, 25, 6), scene(25, 25, 7)[..., :1]], axis=-1)
    Image.fromarray(rgba, "RGBA").save(path("alpha.png"))
    Image.fromarray(scene(32, 32, 8)).convert("P", palette=Image.ADAPTIVE).save(path("palette.png"))
    Image.fromarray(scene(18, 27, 9)).save(path("bitmap.bmp"))
    frames = [Image.fromarray(scene(22, 31, 10 + i)).convert("P") for i in range(3)]
    frames[0].save(path("animated.gif"), save_all=True, append_images=frames[1:], duration=80)
    # The content decides, not the ending.
    Image.fromarray(scene(16, 16, 20)).save(path("png-inside.jpg"), format="PNG")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees: Keras ignores it
    Image.fromarray(scene(17, 35, 21)).save(path("turned.jpg"), exif=exif, quality=90)


def main(target):
    os.makedirs(target, exist_ok=True)
    draw(target)
    names = sorted(n for n in os.listdir(target) if n.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".bmp")))
    for name in names:
        with tempfile.TemporaryDirectory() as alone:
            shutil.copy(os.path.join(target, name), alone)
            for height, width in SIZES:
                dataset = keras.utils.image_dataset_from_directory(
                    alone, labels=None, image_size=(height, width), batch_size=1,
                    shuffle=False, verbose=False,
                )
                pixels = next(iter(dataset)).numpy()[0]
                np.save(os.path.join(target, f"{name}.{height}x{width}.npy"), pixels)
    print(len(names), "images")


if __name__ == "__main__":
    main(sys.argv[1])
