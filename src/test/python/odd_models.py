"""Models that are no plain chain, in every form that Keras can save them, and what Keras computes inside them.

  python odd_models.py OUT [NAME...]

OUT/<model>/<form>/ holds model/ (the SavedModel), case.json and the arrays that it names, float32 .npy:
  inputs     the signature's argument -> file
  layers     each layer that Keras calls: name (outer/inner in nested models), type, calls, noop (gives back its input)
  cuts       what to cut after, as name, name@call or name:output -> file with Keras' value
  at         where a head is put (flatten, dense to 3 classes; files kernel and bias, labels.npy)
  gradients  for each variable with one: name, value and gradient (files) of the mean cross-entropy of that head, by
             GradientTape with training=False
  unsaved    instead of all that: why Keras cannot save this model in this form
Layers and values are recorded while the eager model runs, so that they owe nothing to names in the saved graph.
"""

import collections
import json
import os
import pathlib
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
import tf_keras
from tensorflow.core.protobuf import saved_model_pb2

CLASSES, ROWS = 3, 4
IMAGE = (12, 12, 3)
KERAS2, KERAS3 = "keras-2", "keras-3"


# Models. Each function builds one with `lib` (keras or tf_keras) and returns it.


def stem(lib, x, name="conv"):
    x = lib.layers.Conv2D(4, 3, padding="same", use_bias=False, name=name)(x)
    x = lib.layers.BatchNormalization(name=f"{name}_bn")(x)
    return lib.layers.Activation("relu", name=f"{name}_relu")(x)


def backbone(lib, name="backbone", shape=IMAGE):
    images = lib.layers.Input(shape, name=f"{name}_input")
    x = stem(lib, images, "block1_conv")
    x = lib.layers.MaxPooling2D(2, name="block1_pool")(x)
    x = lib.layers.DepthwiseConv2D(3, padding="same", activation="relu", name="block2_depthwise")(x)
    x = lib.layers.Conv2D(5, 1, activation="relu", name="block2_conv")(x)
    return lib.Model(images, lib.layers.MaxPooling2D(2, name="block2_pool")(x), name=name)


def classify(lib, x):
    x = lib.layers.GlobalAveragePooling2D(name="average")(x)
    return lib.layers.Dense(CLASSES, activation="softmax", name="predictions")(x)


def sequential(lib):
    return lib.Sequential([
        lib.layers.Input(IMAGE, name="images"),
        lib.layers.Conv2D(4, 3, activation="relu", name="conv"),
        lib.layers.BatchNormalization(name="norm"),
        lib.layers.MaxPooling2D(2, name="pool"),
        lib.layers.Dropout(0.5, name="drop"),
        lib.layers.Flatten(name="flatten"),
        lib.layers.Dense(8, activation="relu", name="hidden"),
        lib.layers.Dense(CLASSES, activation="softmax", name="predictions"),
    ], name="chain")


def unnamed(lib):
    """Keras' own default names, with their trailing digits."""
    lib.backend.clear_session()
    layers = [lib.layers.Input(IMAGE)]
    for _ in range(3):
        layers += [lib.layers.Conv2D(4, 3, padding="same"), lib.layers.BatchNormalization(), lib.layers.ReLU(),
                   lib.layers.MaxPooling2D(padding="same")]
    return lib.Sequential(layers + [lib.layers.Flatten(), lib.layers.Dense(6), lib.layers.Dense(CLASSES)])


def functional(lib):
    images = lib.layers.Input(IMAGE, name="images")
    x = stem(lib, images, "first")
    y = lib.layers.SeparableConv2D(4, 3, padding="same", name="separable")(x)
    y = lib.layers.LayerNormalization(name="layer_norm")(y)
    x = lib.layers.Add(name="add")([x, y])
    s = lib.layers.GlobalAveragePooling2D(keepdims=True, name="squeeze")(x)
    s = lib.layers.Conv2D(4, 1, activation="sigmoid", name="excite")(s)
    x = lib.layers.Multiply(name="scale")([x, s])
    x = lib.layers.Concatenate(name="both")([x, y])
    return lib.Model(images, classify(lib, x), name="residual")


def nested(lib):
    images = lib.layers.Input(IMAGE, name="images")
    x = lib.layers.Rescaling(1 / 127.5, offset=-1.0, name="rescaling")(images)
    x = backbone(lib)(x)
    x = lib.layers.Conv2D(6, 3, padding="same", activation="relu", name="head_conv")(x)
    return lib.Model(images, classify(lib, x), name="nested")


def nested_twice(lib):
    """A model in a model in a model; the inner ones name layers alike."""
    images = lib.layers.Input(IMAGE, name="images")
    middle_in = lib.layers.Input(IMAGE, name="middle_input")
    x = lib.layers.Conv2D(3, 3, padding="same", name="block1_conv")(middle_in)
    x = backbone(lib, "inner")(x)
    middle = lib.Model(middle_in, lib.layers.Conv2D(6, 1, name="block2_conv")(x), name="middle")
    x = middle(lib.layers.Rescaling(1 / 255.0, name="rescaling")(images))
    return lib.Model(images, classify(lib, x), name="outer")


def nested_sequential(lib):
    body = lib.Sequential([
        lib.layers.Input(IMAGE),
        lib.layers.Conv2D(4, 3, name="conv"),
        lib.layers.ReLU(name="relu"),
        lib.layers.AveragePooling2D(2, name="pool"),
    ], name="body")
    return lib.Sequential([
        lib.layers.Input(IMAGE),
        lib.layers.Rescaling(1 / 255.0, name="rescaling"),
        body,
        lib.layers.Flatten(name="flatten"),
        lib.layers.Dense(CLASSES, name="predictions"),
    ], name="chain_of_chains")


def shared_layer(lib):
    """Layers with and without weights, called two and three times, beside one whose name is theirs with a number."""
    images = lib.layers.Input(IMAGE, name="images")
    conv = lib.layers.Conv2D(3, 3, padding="same", activation="relu", name="conv")
    pool = lib.layers.MaxPooling2D(2, name="pool")
    x = conv(images)
    x = pool(x)
    x = lib.layers.Conv2D(3, 3, padding="same", name="conv_1")(x)
    x = conv(x)
    x = pool(x)
    return lib.Model(images, classify(lib, conv(x)), name="recurrent")


def shared_backbone(lib):
    left, right = (lib.layers.Input(IMAGE, name=side) for side in ("left", "right"))
    twin = backbone(lib, "twin")
    a, b = twin(left), twin(right)
    x = lib.layers.Subtract(name="difference")([a, b])
    return lib.Model([left, right], classify(lib, x), name="siamese")


def two_inputs(lib):
    images = lib.layers.Input(IMAGE, name="images")
    extra = lib.layers.Input((5,), name="extra")
    x = lib.layers.GlobalAveragePooling2D(name="average")(stem(lib, images, "first"))
    y = lib.layers.Dense(4, activation="relu", name="extra_dense")(extra)
    x = lib.layers.Concatenate(name="join")([x, y])
    return lib.Model([images, extra], lib.layers.Dense(CLASSES, name="predictions")(x), name="two_inputs")


def two_outputs(lib):
    images = lib.layers.Input(IMAGE, name="images")
    x = stem(lib, images, "first")
    side = lib.layers.Dense(2, name="side")(lib.layers.GlobalMaxPooling2D(name="strongest")(x))
    x = lib.layers.Conv2D(5, 3, activation="relu", name="second")(x)
    return lib.Model(images, [side, classify(lib, x)], name="two_outputs")


def halves(lib):
    """A layer with two outputs."""

    class Halves(lib.layers.Layer):

        def call(self, x):
            return tf.split(x, 2, axis=-1)

    images = lib.layers.Input(IMAGE, name="images")
    left, right = Halves(name="halves")(stem(lib, images, "first"))
    left = lib.layers.Conv2D(3, 1, name="left")(left)
    right = lib.layers.Conv2D(3, 1, name="right")(right)
    return lib.Model(images, classify(lib, lib.layers.Maximum(name="larger")([left, right])), name="split")


def subclassed(lib):

    class Block(lib.layers.Layer):

        def __init__(self, filters, **named):
            super().__init__(**named)
            self.conv = lib.layers.Conv2D(filters, 3, padding="same", name="conv")
            self.norm = lib.layers.BatchNormalization(name="norm")

        def call(self, x):
            return tf.nn.relu(self.norm(self.conv(x)))

    class Subclassed(lib.Model):

        def __init__(self):
            super().__init__(name="subclassed")
            self.first = Block(4, name="first")
            self.pool = lib.layers.MaxPooling2D(2, name="pool")
            self.second = Block(5, name="second")
            self.flat = lib.layers.Flatten(name="flat")
            self.predictions = lib.layers.Dense(CLASSES, name="predictions")

        def call(self, x):
            x = self.pool(self.first(x))
            return self.predictions(self.flat(self.second(x)))

    return Subclassed()


def any_size(lib):
    images = lib.layers.Input((None, None, 3), name="images")
    x = lib.layers.MaxPooling2D(2, name="pool")(stem(lib, images, "first"))
    return lib.Model(images, classify(lib, stem(lib, x, "second")), name="any_size")


def mixed(policy):

    def build(lib):
        set_policy = lib.mixed_precision.set_global_policy if lib is tf_keras else lib.config.set_dtype_policy
        set_policy(policy)
        try:
            images = lib.layers.Input(IMAGE, name="images")
            x = lib.layers.MaxPooling2D(2, name="pool")(stem(lib, images, "first"))
            x = lib.layers.GlobalAveragePooling2D(name="average")(stem(lib, x, "second"))
            x = lib.layers.Dense(CLASSES, dtype="float32", name="predictions")(x)
            return lib.Model(images, x, name="mixed")
        finally:
            set_policy("float32")

    return build


def frozen(lib):
    model = nested(lib)
    model.get_layer("backbone").trainable = False
    return model


def equal_names(lib):
    """Two nested models whose layers have the same names; the first one is frozen."""
    def arm(name):
        images = lib.layers.Input(IMAGE, name=f"{name}_images")
        x = lib.layers.Conv2D(6, 3, padding="same", name="conv")(images)
        return lib.Model(images, lib.layers.BatchNormalization(name="bn")(x), name=name)

    images = lib.layers.Input(IMAGE, name="images")
    left, right = arm("left"), arm("right")
    left.trainable = False
    x = lib.layers.Add(name="sum")([left(images), right(images)])
    return lib.Model(images, classify(lib, x), name="equal")


def augmented(lib):
    images = lib.layers.Input(IMAGE, name="images")
    x = lib.layers.RandomFlip("horizontal", seed=1, name="flip")(images)
    x = lib.layers.RandomRotation(0.1, seed=2, name="rotate")(x)
    x = lib.layers.Rescaling(1 / 255.0, name="rescaling")(x)
    return lib.Model(images, classify(lib, stem(lib, x, "first")), name="augmented")


def compiled(lib):
    """Trained one step with Adam: its slots are in the checkpoint."""
    model = functional(lib)
    give_weights(model, 3)
    model.compile(lib.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    model.fit(images(7, (ROWS, *IMAGE)), np.arange(ROWS) % CLASSES, verbose=0)
    return model


def digits(lib):
    x = images = lib.layers.Input(IMAGE, name="input_1")
    for name in ("conv_1", "conv_1_1", "conv_1_1_1", "conv_2", "conv"):
        x = lib.layers.Conv2D(3, 3, padding="same", activation="relu", name=name)(x)
        x = lib.layers.MaxPooling2D(2, 1, padding="same", name=name.replace("conv", "pool"))(x)
    return lib.Model(images, classify(lib, x), name="digits")


def marks(lib):
    x = images = lib.layers.Input(IMAGE, name="my-input.0")
    for name in ("conv.a", "conv-b", "Conv_C", "conv_c"):
        x = lib.layers.Conv2D(3, 3, padding="same", activation="relu", name=name)(x)
        x = lib.layers.MaxPooling2D(2, 1, padding="same", name=name.replace("onv", "ool"))(x)
    return lib.Model(images, classify(lib, x), name="marks-1.0")


def slashes(lib):
    x = images = lib.layers.Input(IMAGE, name="images")
    for name in ("stage/one", "stage/two", "stage/deep/one"):
        x = lib.layers.Conv2D(3, 3, padding="same", name=f"{name}/conv")(x)
        x = lib.layers.BatchNormalization(name=f"{name}/bn")(x)
        x = lib.layers.ReLU(name=f"{name}/relu")(x)
    return lib.Model(images, classify(lib, x), name="slashes")


class Plain(tf.Module):
    """No Keras at all: layers are what variables and scopes say."""

    def __init__(self):
        super().__init__(name="plain")
        random = np.random.default_rng(5)
        self.kernel = tf.Variable(random.normal(0, 0.3, (3, 3, 3, 4)).astype(np.float32), name="first/kernel")
        self.bias = tf.Variable(random.normal(0, 0.1, 4).astype(np.float32), name="first/bias")
        self.dense = tf.Variable(random.normal(0, 0.3, (4, CLASSES)).astype(np.float32), name="last/kernel")
        self.values = {}

    @tf.function(input_signature=[tf.TensorSpec((None, *IMAGE), tf.float32, name="images")])
    def serve(self, images):
        return {"scores": self.compute(images)}

    def compute(self, images):
        with tf.name_scope("trunk"):
            with tf.name_scope("first"):
                x = self.keep("trunk/first", tf.nn.relu(tf.nn.conv2d(images, self.kernel, 1, "SAME") + self.bias))
            x = self.keep("trunk/pooled", tf.nn.max_pool2d(x, 2, 2, "SAME", name="pooled"))
        x = self.keep("average", tf.reduce_mean(x, (1, 2), name="average"))
        with tf.name_scope("last"):
            return self.keep("last", tf.matmul(x, self.dense))

    def keep(self, name, value):
        if tf.executing_eagerly():
            self.values[name] = value
        return value


ALL = (KERAS2, KERAS3)
MODELS = {
    "sequential": (sequential, ALL),
    "unnamed": (unnamed, ALL),
    "functional": (functional, ALL),
    "nested": (nested, ALL),
    "nested-in-nested": (nested_twice, ALL),
    "nested-sequential": (nested_sequential, ALL),
    "shared-layer": (shared_layer, ALL),
    "shared-backbone": (shared_backbone, ALL),
    "two-inputs": (two_inputs, ALL),
    "two-outputs": (two_outputs, ALL),
    "layer-with-two-outputs": (halves, ALL),
    "subclassed": (subclassed, ALL),
    "any-size": (any_size, ALL),
    "mixed-float16": (mixed("mixed_float16"), ALL),
    "mixed-bfloat16": (mixed("mixed_bfloat16"), ALL),
    "frozen": (frozen, ALL),
    "equal-names": (equal_names, ALL),
    "augmented": (augmented, ALL),
    "compiled": (compiled, ALL),
    "digits": (digits, ALL),
    "marks": (marks, ALL),
    "slashes": (slashes, (KERAS2,)),
}


def images(seed, shape):
    return np.random.default_rng(seed).uniform(0, 255, shape).astype(np.float32) / 64 - 1


def give_weights(model, seed):
    """Kernels that neither explode nor die, statistics unlike the initial ones."""
    random = np.random.default_rng(seed)
    for variable in model.weights:
        name, shape = name_of(variable), tuple(variable.shape)
        if "seed" in name:
            continue
        if name.endswith(("gamma", "variance")):
            value = random.uniform(0.5, 1.5, shape)
        else:
            value = random.normal(0, np.sqrt(2 / np.prod(shape[:-1])) if len(shape) > 1 else 0.1, shape)
        variable.assign(value.astype(np.float32))


def name_of(variable):
    return getattr(variable, "path", None) or variable.name.split(":")[0]


class Recorder:
    """The calls of layers while a model runs eagerly: path (of each layer the name and which call) -> given, result."""

    def __init__(self, lib):
        self.layer = lib.layers.Layer
        self.original = lib.layers.Layer.__call__
        self.open, self.calls, self.types, self.counts = [], {}, {}, collections.Counter()

    def __enter__(self):
        self.layer.__call__ = lambda layer, *args, **kwargs: self.call(layer, args, kwargs)
        return self

    def call(self, layer, args, kwargs):
        place = (*self.open, layer.name)
        self.open.append((layer.name, self.counts[place]))
        self.counts[place] += 1
        path = tuple(self.open)
        self.calls[path] = None  # keeps its place before the layers inside
        try:
            value = self.original(layer, *args, **kwargs)
        finally:
            self.open.pop()
        self.calls[path] = (args[0] if args else None, value)
        self.types["/".join(name for name, _ in path[1:])] = type(layer).__name__
        return value

    def __exit__(self, *_):
        self.layer.__call__ = self.original

    def name(self, path):
        """As Graft names a call: name@0 where a layer is called again."""
        parts = []
        for i in range(1, len(path)):
            name, number = path[i]
            parts.append(name if self.counts[(*path[:i], name)] == 1 else f"{name}@{number}")
        return "/".join(parts)

    def layers(self):
        """Layer name -> its calls, as given and result."""
        layers = collections.OrderedDict()
        for path, call in self.calls.items():
            if len(path) > 1:
                layers.setdefault("/".join(name for name, _ in path[1:]), []).append(call)
        return layers

    def values(self):
        """Name of each output of each call -> value."""
        values = {}
        for path, (_, value) in self.calls.items():
            if isinstance(value, (list, tuple)):
                values.update({f"{self.name(path)}:{i}": v for i, v in enumerate(value)})
            else:
                values[self.name(path)] = value
        values = {name: v for name, v in values.items() if name and not name.startswith(":")}  # not the model itself
        return values


def write(folder, value):
    file = f"{len(list(folder.glob('*.npy')))}.npy"
    np.save(folder / file, np.asarray(tf.cast(value, tf.float32)))
    return file


def is_noop(calls):
    return all(not isinstance(value, (list, tuple)) and not isinstance(given, (list, tuple)) and
               given is not None and given.shape == value.shape and bool(tf.reduce_all(tf.equal(given, value)))
               for given, value in calls)


def shape_of(tensor, rows):
    return [rows, *[d or size for d, size in zip(tensor.shape[1:], IMAGE)]]


class Head:
    """Flatten and a dense layer to the classes, on some features: the mean cross-entropy, and its gradients."""

    def __init__(self, features):
        random = np.random.default_rng(9)
        size = int(np.prod(features.shape[1:]))
        self.kernel = random.normal(0, np.sqrt(1 / size), (size, CLASSES)).astype(np.float32)
        self.bias = random.normal(0, 0.1, CLASSES).astype(np.float32)
        self.labels = np.arange(ROWS, dtype=np.int32) % CLASSES
        logits = tf.reshape(tf.cast(features, tf.float32), (ROWS, size)) @ self.kernel + self.bias
        self.loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(self.labels, logits))

    def describe(self, folder, at, tape, variables):
        np.save(folder / "labels.npy", self.labels)
        gradients = tape.gradient(self.loss, [raw(v) for v in variables])
        return {
            "at": at,
            "kernel": write(folder, self.kernel.reshape(1, -1)),
            "bias": write(folder, self.bias.reshape(1, -1)),
            "gradients": [{"name": name_of(v), "value": write(folder, tf.reshape(raw(v), (1, -1))),
                           "gradient": write(folder, tf.reshape(g, (1, -1)))}
                          for v, g in zip(variables, gradients) if g is not None],
        }


def raw(variable):
    """TensorFlow's own variable behind Keras 3's."""
    return variable.value if isinstance(variable, keras.Variable) else variable


def is_weight(variable):
    return "seed" not in name_of(variable) and "moving" not in name_of(variable)


def case(lib, model, folder, inputs=None, signature="serving_default"):
    """Everything that Keras says about a model, written into a folder."""
    ends = getattr(model, "inputs", None) or []
    inputs = inputs or [images(20 + i, shape_of(t, ROWS)) for i, t in enumerate(ends)] or [images(20, (ROWS, *IMAGE))]
    variables = [v for v in model.weights if is_weight(v)]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([raw(v) for v in variables])
        with Recorder(lib) as seen:
            model(inputs[0] if len(inputs) == 1 else inputs, training=False)
        values = seen.values()
        at = next(n for n in ("average", "flatten", "flat", "join") if n in values)
        head = Head(values[at])
    keys = signature_inputs(folder / "model", signature)
    order = {t.name.split(":")[0].split("/")[0]: i for i, t in enumerate(ends)}
    describe(folder, {
        "inputs": {k: write(folder, inputs[order.get(k, i)]) for i, k in enumerate(keys)},
        "layers": [{"name": n, "type": seen.types[n], "calls": len(c), "noop": is_noop(c)}
                   for n, c in seen.layers().items()],
        "cuts": {k: write(folder, v) for k, v in values.items()},
        "weights": [name_of(v) for v in model.weights],
        **head.describe(folder, at, tape, variables),
    })


def signature_inputs(directory, signature):
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((directory / "saved_model.pb").read_bytes())
    return sorted(saved.meta_graphs[0].signature_def[signature].inputs)


def describe(folder, facts):
    (folder / "case.json").write_text(json.dumps(facts, indent=1))


def save_all(lib, model, folder):
    """The forms of one model."""
    if lib is tf_keras:
        forms = {"keras-2-saved-model": lambda d: model.save(d, save_format="tf"),
                 "saved-model": lambda d: tf.saved_model.save(model, d)}
    else:
        forms = {"keras-3-export": lambda d: model.export(d, verbose=False),
                 "keras-3-saved-model": lambda d: tf.saved_model.save(model, d)}
    for form, save in forms.items():
        where = folder / form
        where.mkdir(parents=True)
        try:
            save(str(where / "model"))
        except AssertionError as refusal:  # "Tried to export a function which references an 'untracked' resource …"
            describe(where, {"unsaved": str(refusal).split(".")[0]})
            continue
        case(lib, model, where)


def plain(folder):
    module = Plain()
    where = folder / "saved-model"
    where.mkdir(parents=True)
    tf.saved_model.save(module, str(where / "model"), signatures=module.serve)
    x = images(20, (ROWS, *IMAGE))
    with tf.GradientTape() as tape:
        module.compute(tf.constant(x))
        head = Head(module.values["average"])
    describe(where, {
        "inputs": {"images": write(where, x)},
        "layers": [{"name": n, "type": t, "calls": 1, "noop": False}
                   for n, t in (("trunk/first", "Conv2D"), ("last", "Dense"))],
        "cuts": {k: write(where, v) for k, v in module.values.items()},
        **head.describe(where, "average", tape, module.trainable_variables),
    })


def main():
    out = pathlib.Path(sys.argv[1])
    wanted = sys.argv[2:] or [*MODELS, "plain-module"]
    tf.config.threading.set_intra_op_parallelism_threads(2)
    for number, name in enumerate(wanted):
        shutil.rmtree(out / name, ignore_errors=True)
        if name == "plain-module":
            plain(out / name)
            continue
        build, libraries = MODELS[name]
        for lib, library in ((tf_keras, KERAS2), (keras, KERAS3)):
            if library in libraries:
                lib.utils.set_random_seed(number)
                model = build(lib)
                if not model.built:
                    model(images(20, (ROWS, *IMAGE)))
                if name != "compiled":
                    give_weights(model, number)
                save_all(lib, model, out / name)


if __name__ == "__main__":
    main()
