"""MobileNetV2 and a small BERT-like encoder made by real Keras, and the times that Keras itself takes.

    large_models.py make FOLDER        # the files, an input and the prediction of each
    large_models.py time FILE INPUT    # one line of JSON: seconds to load, to the first and to the second prediction
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np


def mobile_net_v2():
    model = keras.applications.MobileNetV2(weights=None)
    return model, np.random.default_rng(1).uniform(-1, 1, (1, 224, 224, 3)).astype("float32")


def bert_encoder(vocabulary=8000, length=128, width=256, heads=4, blocks=4):
    """Token and position embeddings, a padding mask, blocks that normalize after the residual, a pooled classifier."""
    L, ops = keras.layers, keras.ops
    tokens = keras.Input((length,), dtype="int32", name="tokens")
    mask = ops.expand_dims(ops.not_equal(tokens, 0), 1)  # (batch, 1, length)
    positions = ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    h = L.Embedding(vocabulary, width, name="token_embedding")(tokens) + L.Embedding(length, width, name="position_embedding")(positions)
    h = L.Dropout(0.1)(L.LayerNormalization(epsilon=1e-12)(h))
    for i in range(blocks):
        a = L.MultiHeadAttention(heads, width // heads, dropout=0.1, name=f"block_{i}_attention")(h, h, attention_mask=mask)
        h = L.LayerNormalization(epsilon=1e-12)(L.Add()([h, L.Dropout(0.1)(a)]))
        f = L.Dense(width, name=f"block_{i}_out")(L.Dense(4 * width, activation="gelu", name=f"block_{i}_in")(h))
        h = L.LayerNormalization(epsilon=1e-12)(L.Add()([h, L.Dropout(0.1)(f)]))
    pooled = L.Dense(width, activation="tanh", name="pooler")(h[:, 0])
    model = keras.Model(tokens, L.Dense(2, activation="softmax", name="classes")(pooled), name="bert")
    x = np.random.default_rng(2).integers(1, vocabulary, (1, length)).astype("int32")
    x[:, 100:] = 0
    return model, x


def make(folder):
    for name, builder in (("MobileNetV2", mobile_net_v2), ("BERT-like encoder", bert_encoder)):
        keras.backend.clear_session()
        keras.utils.set_random_seed(5)
        model, x = builder()
        # Statistics and biases that are not those of a new model.
        rng = np.random.default_rng(3)
        model.set_weights([w + 0.02 * rng.standard_normal(w.shape).astype("float32") * (w.ndim == 1) * (not (w == 1).all()) for w in model.get_weights()])
        stem = name.split()[0].lower()
        files = {".keras": f"{stem}.keras", ".h5": f"{stem}.h5", "SavedModel (export)": f"{stem}_export"}
        model.save(f"{folder}/{files['.keras']}")
        # Operations on tensors cannot be read back from HDF5 files, by Keras neither.
        if any(isinstance(layer, keras.Operation) and not isinstance(layer, keras.Layer) for layer in model.operations):
            del files[".h5"]
        else:
            model.save(f"{folder}/{files['.h5']}")
        model.export(f"{folder}/{files['SavedModel (export)']}", verbose=False)
        np.save(f"{folder}/{stem}_x.npy", x)
        np.save(f"{folder}/{stem}_y.npy", model.predict(x, verbose=0))
        print(json.dumps({"name": name, "stem": stem, "files": files, "parameters": model.count_params()}), flush=True)


def seconds(path, x):
    x = np.load(x)
    start = time.perf_counter()
    if os.path.isdir(path):
        import tensorflow as tf

        served = tf.saved_model.load(path)
        predict = lambda: served.serve(tf.constant(x)).numpy()
        loaded = time.perf_counter()
    else:
        model = keras.saving.load_model(path)
        loaded = time.perf_counter()
        predict = lambda: model.predict(x, verbose=0)
    predict()
    first = time.perf_counter()
    predict()
    second = time.perf_counter()
    print(json.dumps({"load": loaded - start, "first": first - loaded, "second": second - first}))


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    seconds(sys.argv[2], sys.argv[3])
