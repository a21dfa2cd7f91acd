"""Exports a Keras model as a TensorFlow SavedModel that Graft reads.

The model is a Keras Application by its name, or your own .keras or .h5 file. Beside the model,
assets.extra/graft.json records what is to be done to its images (so that `--preprocessing auto` works) and where the
model came from.

examples:
  VGG16 for transfer learning, ImageNet weights, any image size:
    python export_keras.py VGG16 --out savedmodels/vgg16
  the same at a fixed size, weights from a file that is already here:
    python export_keras.py VGG16 --weights vgg16_notop.weights.h5 --input-size 150x150 --out savedmodels/vgg16-150
  the whole classifier, in the SavedModel format of Keras 2:
    python export_keras.py ResNet50 --include-top --format keras-2-saved-model --out savedmodels/resnet50
  your own model:
    python export_keras.py cats-dogs.keras --preprocessing scale-0-1 --out savedmodels/cats-dogs
"""

import argparse
import dataclasses
import difflib
import hashlib
import inspect
import json
import os
import pathlib
import re
import shutil
import sys

FORMATS = ("keras-3-export", "keras-3-saved-model", "keras-2-saved-model")
PREPROCESSINGS = ("caffe", "tf", "torch", "scale-0-1", "none")
MODEL_FILES = (".keras", ".h5", ".hdf5")

# Family (the start of an application's name; the longest match counts) -> how its images are prepared, default size.
# "none": the model takes RGB 0..255, what it needs is inside. tests/test_families.py holds this against Keras.
FAMILIES = {
    "ConvNeXt": ("none", 224),
    "DenseNet": ("torch", 224),
    "EfficientNetB0": ("none", 224),
    "EfficientNetB1": ("none", 240),
    "EfficientNetB2": ("none", 260),
    "EfficientNetB3": ("none", 300),
    "EfficientNetB4": ("none", 380),
    "EfficientNetB5": ("none", 456),
    "EfficientNetB6": ("none", 528),
    "EfficientNetB7": ("none", 600),
    "EfficientNetV2B0": ("none", 224),
    "EfficientNetV2B1": ("none", 240),
    "EfficientNetV2B2": ("none", 260),
    "EfficientNetV2B3": ("none", 300),
    "EfficientNetV2S": ("none", 384),
    "EfficientNetV2M": ("none", 480),
    "EfficientNetV2L": ("none", 480),
    "InceptionResNetV2": ("tf", 299),
    "InceptionV3": ("tf", 299),
    "MobileNet": ("tf", 224),
    "MobileNetV2": ("tf", 224),
    "MobileNetV3": ("none", 224),
    "NASNetLarge": ("tf", 331),
    "NASNetMobile": ("tf", 224),
    "RegNet": ("none", 224),
    "ResNet": ("caffe", 224),
    "ResNet101V2": ("tf", 224),
    "ResNet152V2": ("tf", 224),
    "ResNet50V2": ("tf", 224),
    "ResNetRS": ("none", 224),
    "VGG": ("caffe", 224),
    "Xception": ("tf", 299),
}

# What the layers do that --no-preprocessing-layers leaves out. EfficientNetV2 is missing: its docstring asks for -1..1,
# its layers do something else, so that only the user can know.
LEFT_OUT = {"ConvNeXt": "torch", "MobileNetV3": "tf", "RegNet": "scale-0-1", "ResNetRS": "torch"}


class Problem(Exception):
    """A mistake that the user can act on: what is wrong, then what to do."""


@dataclasses.dataclass(frozen=True)
class Exported:
    """A model in memory and what is recorded beside it."""

    model: object
    record: dict


def family_of(application):
    """(preprocessing, default image size) of a Keras Application; None if its family is not known."""
    known = [name for name in FAMILIES if application.startswith(name)]
    return FAMILIES[max(known, key=len)] if known else None


def keras_for(format):
    """The Keras that writes a format: `keras` (3) or `tf_keras` (2)."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # writing a file needs no GPU
    if format == "keras-2-saved-model":
        import tf_keras

        return tf_keras
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    import keras

    if keras.backend.backend() != "tensorflow":
        raise Problem(f"Keras runs on {keras.backend.backend()} here. Set KERAS_BACKEND=tensorflow.")
    return keras


def applications_of(lib):
    """Name -> function of every application that a Keras has."""
    return {
        name: function
        for name, function in vars(lib.applications).items()
        if name[0].isupper() and callable(function)
    }


def parse_size(text):
    """`HxW` -> (H, W); `none` -> (None, None)."""
    if text == "none":
        return (None, None)
    match = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is no size: give HxW, for example 150x150, or none")
    return int(match[1]), int(match[2])


def build_application(lib, options):
    """Builds a Keras Application with random, ImageNet or a file's weights."""
    known = applications_of(lib)
    if options.model not in known:
        near = difflib.get_close_matches(options.model, known, 3, 0.5)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise Problem(
            f"{lib.__name__} has no application '{options.model}', and no such file exists. {hint}"
            f"There are {len(known)}: {', '.join(sorted(known))}.")
    arguments = {"include_top": options.include_top, "weights": weights_argument(options)}
    if options.input_size:
        arguments["input_shape"] = (*options.input_size, 3)
    if options.classes is not None:
        arguments["classes"] = options.classes
    if not options.preprocessing_layers:
        if "include_preprocessing" not in inspect.signature(known[options.model]).parameters:
            raise Problem(f"{options.model} has no preprocessing layers that could be left out. "
                          "Drop --no-preprocessing-layers.")
        arguments["include_preprocessing"] = False
    try:
        model = known[options.model](**arguments)
    except Exception as error:  # Keras raises ValueError, OSError, and plain Exception when a download fails
        raise Problem(f"Keras could not build {options.model}: {first_line(error)}{weights_hint(options)}") from error
    record = {"architecture": options.model, "includeTop": options.include_top, "weights": weights_record(options)}
    preprocessing, size = family_of(options.model) or (None, None)
    if not options.preprocessing_layers:
        record["preprocessingLayers"] = False
        preprocessing = next((mode for name, mode in LEFT_OUT.items() if options.model.startswith(name)), None)
    return model, record, preprocessing, size


def weights_argument(options):
    if options.weights == "none":
        return None
    if options.weights != "imagenet" and not pathlib.Path(options.weights).is_file():
        raise Problem(f"There is no weights file '{options.weights}'. Give a file, imagenet or none.")
    return options.weights


def weights_hint(options):
    if options.weights == "imagenet":
        return (" (ImageNet weights are downloaded at first use: without network give --weights FILE, or --weights none"
                " for random ones. With --include-top they fit the default image size and 1000 classes only.)")
    if options.weights != "none":
        return f" (Does '{options.weights}' belong to {options.model}, with the same --include-top and --classes?)"
    return ""


def weights_record(options):
    if options.weights == "none":
        return {"source": "random", "seed": options.seed}
    if options.weights == "imagenet":
        return {"source": "imagenet"}
    return file_record(pathlib.Path(options.weights))


def file_record(path):
    return {"source": "file", "name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def load_file(lib, options):
    """Loads a user's whole model."""
    path = pathlib.Path(options.model)
    unused = [flag for flag, value in (("--weights", options.weights), ("--include-top", options.include_top),
                                       ("--input-size", options.input_size), ("--classes", options.classes),
                                       ("--no-preprocessing-layers", not options.preprocessing_layers)) if value]
    if unused:
        raise Problem(f"'{path}' is a whole model: {', '.join(unused)} goes with an application's name only.")
    if not path.is_file():
        raise Problem(f"There is no file '{path}'.")
    try:
        model = lib.models.load_model(path, compile=False)
    except Exception as error:
        if "config" in str(error).lower() and path.suffix != ".keras":
            raise Problem(
                f"'{path}' seems to hold weights only, no model. Name its architecture: "
                f"export_keras.py VGG16 --weights {path} …") from error
        other = "keras-3-export" if options.format == "keras-2-saved-model" else "keras-2-saved-model"
        raise Problem(
            f"{lib.__name__} {lib.__version__} cannot load '{path}': {first_line(error)} (A file of the other Keras: "
            f"try --format {other}. A model with layers of your own: call model.export(DIR) in your own "
            f"program.)") from error
    return model, {"architecture": model.name, "weights": file_record(path)}, None, None


def first_line(error):
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def image_size(model, default):
    """The model's fixed image size, else the architecture's default; None if it takes no images."""
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 4:
        return None
    height, width = shape[1] or default, shape[2] or default
    return {"height": height, "width": width} if height and width else None


def prepare(options):
    """Builds or loads the model and says what is to be recorded beside it."""
    lib = keras_for(options.format)
    lib.utils.set_random_seed(options.seed)
    is_file = pathlib.Path(options.model).suffix.lower() in MODEL_FILES
    if not is_file and options.weights is None:
        options.weights = "imagenet"
    model, record, preprocessing, default = load_file(lib, options) if is_file else build_application(lib, options)
    preprocessing = options.preprocessing or preprocessing
    if preprocessing:
        record = {"preprocessing": preprocessing, **record}
    size = image_size(model, default)
    if size:
        record["imageSize"] = size
    import tensorflow

    record["format"] = options.format
    record["versions"] = {lib.__name__: lib.__version__, "tensorflow": tensorflow.__version__}
    return Exported(model, record)


def write(exported, format, out):
    """Writes the SavedModel and its record under another name first; renames it when it is whole."""
    partial = out.with_name(f".{out.name}.partial-{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if format == "keras-2-saved-model":
            exported.model.save(str(partial), save_format="tf")
        elif format == "keras-3-saved-model":
            import tensorflow

            tensorflow.saved_model.save(exported.model, str(partial))
        else:
            exported.model.export(str(partial), verbose=False)
        extra = partial / "assets.extra"
        extra.mkdir()
        (extra / "graft.json").write_text(json.dumps(exported.record, indent=2) + "\n", encoding="utf-8")
        partial.rename(out)
    except OSError as error:
        raise Problem(f"Cannot write '{out}': {first_line(error)}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="export_keras.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="a Keras Application (VGG16, ResNet50 …) or a .keras/.h5 file")
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR", help="the directory to write; must not exist")
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="default: %(default)s")
    parser.add_argument("--weights", metavar="imagenet|none|FILE",
                        help="of an application: ImageNet's (default), random ones, or a weights file")
    parser.add_argument("--include-top", action=argparse.BooleanOptionalAction, default=False,
                        help="with the application's classifier (default: without, as for transfer learning)")
    parser.add_argument("--input-size", type=parse_size, metavar="HxW|none",
                        help="fixed image size, or none for any (default: Keras' own: any without top)")
    parser.add_argument("--classes", type=int, metavar="N", help="classes of the top (default 1000)")
    parser.add_argument("--preprocessing-layers", action=argparse.BooleanOptionalAction, default=True,
                        help="with the layers by which an application prepares its images itself (default: with)")
    parser.add_argument("--preprocessing", choices=PREPROCESSINGS,
                        help="what to record (default: the application's; nothing for a file)")
    parser.add_argument("--seed", type=int, default=0, help="of random weights (default %(default)s)")
    return parser.parse_args(arguments)


def main(arguments=None):
    """Runs the command; returns its exit code."""
    options = parse(arguments)
    try:
        if options.out.exists():
            raise Problem(f"'{options.out}' exists already. Choose a new directory, or remove it first.")
        exported = prepare(options)
        write(exported, options.format, options.out)
    except Problem as problem:
        print(f"export_keras.py: {problem}", file=sys.stderr)
        return 2
    record = exported.record
    said = record.get("preprocessing", "not recorded: give it to Graft with --preprocessing")
    print(f"{options.out}: {record['architecture']}, {exported.model.count_params():,} parameters, {options.format}")
    print(f"  input {exported.model.input_shape}, output {exported.model.output_shape}, preprocessing {said}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
