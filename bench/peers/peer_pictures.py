"""tf.data beside bench/pictures.ts: pictures a second. Usage: python peer_pictures.py FOLDER [PASSES]"""
import sys
import time

import keras

dataset = keras.utils.image_dataset_from_directory(sys.argv[1], batch_size=32, seed=1)
for number in range(int(sys.argv[2]) if len(sys.argv) > 2 else 10):
    start, pictures = time.perf_counter(), 0
    for x, _ in dataset:
        pictures += x.shape[0]
    print(f"pass {number + 1}: {pictures} pictures, {pictures / (time.perf_counter() - start):.0f} a second")
