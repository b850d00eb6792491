"""What `npm run interop` runs in Python: models made by Keras 3 and Keras 2, and models read that cornu wrote.

    keras_models.py make FOLDER [MODEL…]   # files, predictions and two more epochs of training of each
    keras_models.py check FOLDER    # reads what cornu wrote; one line of JSON for each file
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

RNG = np.random.default_rng(7)


def images(k):
    return RNG.standard_normal((12, 8, 8, 3)).astype("float32")


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
    return k.Sequential([k.Input((8, 8, 3)), L.SeparableConv2D(4, 3), L.PReLU(), L.AveragePooling2D(), L.Flatten(), L.Dense(2)]), (12, 8, 8, 3), k.optimizers.RMSprop(0.005, momentum=0.5, centered=True)


MODELS = [mlp, batch_norm_cnn, mobile, residual, unet, lstm, bidirectional_gru, encoder, nested, regularized, schedule, separable]
FIT = dict(batch_size=4, shuffle=False, verbose=0)


def stored(array):
    array = np.asarray(array, "float32")
    return {"shape": list(array.shape), "data": array.ravel().tolist()}


def load_array(value):
    return np.array(value["data"], "float32").reshape(value["shape"])


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
            files = {"keras": f"{name}.keras", "h5": f"{name}.h5"}
            for file in files.values():
                model.save(f"{folder}/{file}")
            if version == 3:
                files["export"] = f"{name}_export"
                model.export(f"{folder}/{files['export']}", verbose=False)
            else:
                files["savedmodel"] = f"{name}_savedmodel"
                model.save(f"{folder}/{files['savedmodel']}", save_format="tf")
                files["checkpoint"] = f"{name}_ckpt/weights"
                model.save_weights(f"{folder}/{files['checkpoint']}")
            prediction = model.predict(x, verbose=0)
            losses = model.fit(x, y, epochs=2, **FIT).history["loss"]
            index.append({"name": name, "version": version, "files": files, "x": stored(x), "y": stored(y), "prediction": stored(prediction), "losses": losses})
    json.dump(index, open(f"{folder}/index.json", "w"))


def check(folder):
    for item in json.load(open(f"{folder}/written.json")):
        x, y, want = load_array(item["x"]), load_array(item["y"]), load_array(item["prediction"])
        for form, file in item["files"].items():
            path = f"{folder}/{file}"
            line = {"name": item["name"], "format": form}
            try:
                losses = None
                if form == "savedmodel":
                    served = tf.saved_model.load(path)
                    got = served.serve(tf.constant(x)).numpy()
                elif form == "h5":
                    # Keras 3 does not find the loss 'mse' of HDF5 files again, its own neither.
                    got = keras.saving.load_model(path, compile=False).predict(x, verbose=0)
                elif form == "checkpoint":
                    builder = next(b for b in MODELS if item["name"].endswith(b.__name__))
                    tf_keras.backend.clear_session()
                    model, _, optimizer = builder(tf_keras)
                    model.compile(optimizer, "mse")
                    model.load_weights(path).assert_existing_objects_matched()
                    got = model.predict(x, verbose=0)
                    losses = model.fit(x, y, epochs=2, **FIT).history["loss"]
                else:
                    model = keras.saving.load_model(path)
                    got = model.predict(x, verbose=0)
                    losses = model.fit(x, y, epochs=2, **FIT).history["loss"]
                line["difference"] = float(np.abs(got - want).max())
                if losses:
                    line["training"] = float(max(abs(a - b) / max(1e-3, abs(b)) for a, b in zip(losses, item["losses"])))
            except Exception as error:  # noqa: BLE001
                line["error"] = f"{type(error).__name__}: {str(error)[:300]}"
            print(json.dumps(line), flush=True)


ONLY = sys.argv[3:]
MODELS = [builder for builder in MODELS if not ONLY or builder.__name__ in ONLY]
{"make": make, "check": check}[sys.argv[1]](sys.argv[2])
