"""What `npm run interop` runs in Python: models made by Keras 3 and Keras 2, and models read that cornu wrote.

    keras_models.py make FOLDER [MODEL...]   # files, predictions, and two more epochs of training of each
    keras_models.py check FOLDER [MODEL...]  # reads what cornu wrote; one line of JSON for each file

Formats that hold the optimizer go on training where they were ("training"); those of weights alone are compiled anew with
plain SGD, on both sides ("fresh").
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np
import tensorflow as tf
import tf_keras
from safetensors.numpy import load_file, save_file

RNG = np.random.default_rng(7)


def mlp(k):
    L = k.layers
    return k.Sequential([k.Input((6,)), L.Dense(8, activation="relu"), L.Dense(3)]), (12, 6), k.optimizers.Adam(0.01)


def batch_norm_cnn(k):
    L = k.layers
    return k.Sequential([k.Input((8, 8, 3)), L.Conv2D(4, 3), L.BatchNormalization(), L.ReLU(), L.MaxPooling2D(), L.Flatten(), L.Dense(2)]), (12, 8, 8, 3), k.optimizers.SGD(0.01, momentum=0.9, nesterov=True)


def mobile(k):
    L = k.layers
    x = k.Input((8, 8, 3))
    h = L.ReLU(6.0)(L.BatchNormalization()(L.DepthwiseConv2D(3, padding="same")(x)))
    h = L.Conv2D(6, 1)(h)
    return k.Model(x, L.Dense(2)(L.GlobalAveragePooling2D()(h))), (12, 8, 8, 3), k.optimizers.RMSprop(0.005)


def residual(k):
    L = k.layers
    x = k.Input((8, 8, 3))
    h = L.Conv2D(3, 3, padding="same", activation="relu")(x)
    return k.Model(x, L.Dense(2)(L.Flatten()(L.Add()([x, h])))), (12, 8, 8, 3), k.optimizers.AdamW(0.005)


def unet(k):
    L = k.layers
    x = k.Input((8, 8, 3))
    d = L.Conv2D(3, 3, padding="same", activation="relu")(x)
    m = L.Conv2D(4, 3, padding="same")(L.MaxPooling2D()(d))
    u = L.Concatenate()([L.Conv2DTranspose(3, 2, strides=2)(m), d])
    return k.Model(x, L.Conv2D(2, 1)(u)), (12, 8, 8, 3), k.optimizers.Nadam(0.005)


def lstm(k):
    L = k.layers
    return k.Sequential([k.Input((5, 4)), L.LSTM(4, return_sequences=True), L.LSTM(3), L.Dense(1)]), (12, 5, 4), k.optimizers.Adamax(0.01)


def bidirectional_gru(k):
    L = k.layers
    return k.Sequential([k.Input((5, 4)), L.Bidirectional(L.GRU(3)), L.Dense(1)]), (12, 5, 4), k.optimizers.Adagrad(0.05)


def encoder(k):
    L = k.layers
    x = k.Input((5, 8))
    h = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 4)(x, x)]))
    h = L.LayerNormalization()(L.Add()([h, L.Dense(8)(L.Dense(12, activation="gelu")(h))]))
    return k.Model(x, L.Dense(2)(L.GlobalAveragePooling1D()(h))), (12, 5, 8), k.optimizers.Adam(0.005, amsgrad=True)


def nested(k):
    L = k.layers
    i = k.Input((4,))
    block = k.Model(i, L.Dense(4, activation="tanh")(L.LayerNormalization()(i)), name="block")
    shared = L.Dense(4, name="shared")
    x = k.Input((6,))
    a = block(L.Dense(4)(x))
    return k.Model(x, L.Dense(2)(L.Concatenate()([shared(a), shared(block(a))]))), (12, 6), k.optimizers.Adadelta(0.5)


def regularized(k):
    L, R = k.layers, k.regularizers
    return k.Sequential([k.Input((6,)), L.Dense(5, kernel_regularizer=R.L1L2(0.01, 0.01), activation="elu"), L.Dense(2, kernel_constraint=k.constraints.MaxNorm(1.0))]), (12, 6), k.optimizers.Ftrl(0.05)


def schedule(k):
    L = k.layers
    rate = k.optimizers.schedules.ExponentialDecay(0.05, 5, 0.9)
    return k.Sequential([k.Input((6,)), L.Dense(5, activation="selu"), L.Dense(1)]), (12, 6), k.optimizers.SGD(rate, momentum=0.8)


def separable(k):
    L = k.layers
    return k.Sequential([k.Input((8, 8, 3)), L.SeparableConv2D(4, 3), L.PReLU(), L.AveragePooling2D(2), L.Flatten(), L.Dense(2)]), (12, 8, 8, 3), k.optimizers.RMSprop(0.005, momentum=0.5, centered=True)


MODELS = [mlp, batch_norm_cnn, mobile, residual, unet, lstm, bidirectional_gru, encoder, nested, regularized, schedule, separable]
FIT = dict(batch_size=4, shuffle=False, verbose=0)


def stored(array):
    array = np.asarray(array, "float32")
    return {"shape": list(array.shape), "data": array.ravel().tolist()}


def load_array(value):
    return np.array(value["data"], "float32").reshape(value["shape"])


def fresh_losses(k, model, weights, x, y):
    """The losses of two epochs from these weights with an optimizer that knows nothing yet."""
    model.set_weights(weights)
    model.compile(k.optimizers.SGD(0.01), "mse")
    return model.fit(x, y, epochs=2, **FIT).history["loss"]


def within(model, weight):
    """A weight's name in a safetensors file: its path within the model."""
    return weight.path.removeprefix(model.name + "/")


def save_all(model, version, folder, name):
    """Writes the model in every format of its Keras; gives the files by format."""
    files = {"keras": f"{name}.keras", "h5": f"{name}.h5"}
    for file in files.values():
        model.save(f"{folder}/{file}")
    files["weights.h5"] = f"{name}.weights.h5"
    model.save_weights(f"{folder}/{files['weights.h5']}")
    if version == 3:
        files["export"] = f"{name}_export"
        model.export(f"{folder}/{files['export']}", verbose=False)
        files["safetensors"] = f"{name}.safetensors"
        save_file({within(model, w): np.ascontiguousarray(w.numpy()) for w in model.weights}, f"{folder}/{files['safetensors']}")
        files["npz"] = f"{name}.npz"
        np.savez(f"{folder}/{files['npz']}", **{f"a{i:03}": array for i, array in enumerate(model.get_weights())})
    else:
        files["legacy weights"] = f"{name}_weights.hdf5"
        model.save_weights(f"{folder}/{files['legacy weights']}", save_format="h5")
        files["savedmodel"] = f"{name}_savedmodel"
        model.save(f"{folder}/{files['savedmodel']}", save_format="tf")
        files["checkpoint"] = f"{name}_ckpt/weights"
        model.save_weights(f"{folder}/{files['checkpoint']}")
        files["tfjs"] = f"{name}_tfjs/model.json"
        save_tfjs(model, f"{folder}/{name}_tfjs")
        files["tf.train.Checkpoint"] = f"{name}_train_ckpt/all"
        tf.train.Checkpoint(model=model, optimizer=model.optimizer).write(f"{folder}/{files['tf.train.Checkpoint']}")
    return files


def save_tfjs(model, folder):
    """A layers model of TensorFlow.js, as its converter lays it out: the config in model.json, weights in shards."""
    os.makedirs(folder)
    manifest, content = [], b""
    for layer in model.layers:
        for weight in layer.weights:
            array = np.asarray(weight.numpy(), "float32")
            manifest.append({"name": weight.name.split(":")[0], "shape": list(array.shape), "dtype": "float32"})
            content += array.tobytes()
    half = len(content) // 2
    paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"]
    for path, part in zip(paths, (content[:half], content[half:])):
        open(f"{folder}/{path}", "wb").write(part)
    topology = {"keras_version": tf_keras.__version__, "backend": "tensorflow", "model_config": json.loads(model.to_json())}
    described = {"format": "layers-model", "generatedBy": f"keras v{tf_keras.__version__}", "convertedBy": "keras_models.py", "modelTopology": topology, "weightsManifest": [{"paths": paths, "weights": manifest}]}
    json.dump(described, open(f"{folder}/model.json", "w"))


def make(folder):
    index = []
    for k, version in ((keras, 3), (tf_keras, 2)):
        for builder in MODELS:
            k.backend.clear_session()
            k.utils.set_random_seed(3)
            model, shape, optimizer = builder(k)
            x = RNG.standard_normal(shape).astype("float32")
            y = RNG.standard_normal((12, *model.output_shape[1:])).astype("float32")
            model.compile(optimizer, "mse")
            model.fit(x, y, epochs=2, **FIT)
            name = f"k{version}_{builder.__name__}"
            files = save_all(model, version, folder, name)
            prediction = model.predict(x, verbose=0)
            weights = model.get_weights()
            losses = model.fit(x, y, epochs=2, **FIT).history["loss"]
            fresh = fresh_losses(k, model, weights, x, y)
            index.append({"name": name, "version": version, "files": files, "x": stored(x), "y": stored(y), "prediction": stored(prediction), "losses": losses, "fresh": fresh})
    json.dump(index, open(f"{folder}/index.json", "w"))


def losses_of_graph(served, x, y):
    """Two epochs of plain SGD on the graph itself, as TensorFlow trains whatever it can differentiate."""
    losses = []
    for _ in range(2):
        total = 0.0
        for at in range(0, len(x), 4):
            with tf.GradientTape() as tape:
                got = served.serve(tf.constant(x[at : at + 4]))
                loss = tf.reduce_mean(tf.square(got - y[at : at + 4]))
            variables = [v for v in served.trainable_variables]
            for variable, gradient in zip(variables, tape.gradient(loss, variables)):
                variable.assign_sub(0.01 * gradient)
            total += float(loss) * len(x[at : at + 4])
        losses.append(total / len(x))
    return losses


def check_file(item, form, path):
    """The predictions of one file that cornu wrote, and the losses of further training where there are any."""
    x, y = load_array(item["x"]), load_array(item["y"])
    builder = next(b for b in MODELS if item["name"] == f"k3_{b.__name__}")
    trained = lambda model: model.fit(x, y, epochs=2, **FIT).history["loss"]
    if form in ("savedmodel", "export"):
        served = tf.saved_model.load(path)
        got = served.serve(tf.constant(x)).numpy()
        signature = served.signatures["serving_default"]
        by_name = signature(**{next(iter(signature.structured_input_signature[1])): tf.constant(x)})
        assert np.allclose(got, next(iter(by_name.values())).numpy(), rtol=0, atol=1e-6)
        plain = builder.__name__ not in ("batch_norm_cnn", "mobile", "regularized")
        return got, {"fresh": losses_of_graph(served, x, y)} if plain and form == "export" else {}
    if form == "h5":
        # Keras 3 trains on from no HDF5 file, of its own neither: it does not find the loss 'mse', and with that given as a custom
        # object, the first step ends in "Unknown variable" (the optimizer was built without the model's variables).
        model = keras.saving.load_model(path, compile=False)
        return model.predict(x, verbose=0), {"fresh": fresh_losses(keras, model, model.get_weights(), x, y)}
    if form == "keras":
        model = keras.saving.load_model(path)
        return model.predict(x, verbose=0), {"losses": trained(model)}
    k = tf_keras if form == "checkpoint" else keras
    k.backend.clear_session()
    model, _, optimizer = builder(k)
    model.compile(optimizer, "mse")
    if form == "checkpoint":
        model.load_weights(path).assert_existing_objects_matched()
    elif form == "weights.h5":
        model.optimizer.build(model.trainable_variables)
        model.load_weights(path)
    elif form == "safetensors":
        arrays = load_file(path)
        for weight in model.weights:
            weight.assign(arrays[within(model, weight)])
    else:
        with np.load(path) as arrays:
            model.set_weights([arrays[name] for name in sorted(arrays.files)])
    got = model.predict(x, verbose=0)
    if form in ("safetensors", "npz"):
        return got, {"fresh": fresh_losses(k, model, model.get_weights(), x, y)}
    return got, {"losses": trained(model)}


def check(folder):
    for item in json.load(open(f"{folder}/written.json")):
        for form, file in item["files"].items():
            line = {"name": item["name"], "format": form}
            try:
                got, further = check_file(item, form, f"{folder}/{file}")
                line["difference"] = float(np.abs(got - load_array(item["prediction"])).max())
                for kind, losses in further.items():
                    line["training"] = float(max(abs(a - b) / max(1e-3, abs(b)) for a, b in zip(losses, item[kind])))
            except Exception as error:  # noqa: BLE001
                line["error"] = f"{type(error).__name__}: {str(error)[:300]}"
            print(json.dumps(line), flush=True)


ONLY = sys.argv[3:]
MODELS = [builder for builder in MODELS if not ONLY or builder.__name__ in ONLY]
{"make": make, "check": check}[sys.argv[1]](sys.argv[2])
