"""tf.data beside the input workloads: elements a second. Usage: CORNU_BENCH_INPUT=FOLDER python peer_tfdata.py pictures|resize|records"""
import json, os, sys, time
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras
import tensorflow as tf

folder = os.environ['CORNU_BENCH_INPUT']


def pictures(**options):
    return keras.utils.image_dataset_from_directory(os.path.join(folder, 'pictures'), batch_size=32, seed=1, verbose=False, **options)


def records():
    features = {'measured': tf.io.FixedLenFeature([30], tf.float32), 'label': tf.io.FixedLenFeature([], tf.int64),
                'name': tf.io.FixedLenFeature([], tf.string), 'words': tf.io.VarLenFeature(tf.int64)}
    return (tf.data.TFRecordDataset(os.path.join(folder, 'examples.tfrecord')).shuffle(1000, seed=1).batch(128)
            .map(lambda batch: tf.io.parse_example(batch, features), num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE))


workload = sys.argv[1]
dataset = {'pictures': pictures, 'resize': lambda: pictures(image_size=(180, 180)), 'records': records}[workload]()
best = 0
for _ in range(4):
    start, elements = time.time(), 0
    for batch in dataset:
        elements += (batch['label'] if workload == 'records' else batch[0]).shape[0]
    best = max(best, elements / (time.time() - start))
print(json.dumps({'peer': 'tf.data', 'workload': workload, 'elementsPerSecond': round(best, 1)}), flush=True)
