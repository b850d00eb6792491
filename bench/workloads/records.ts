// Examples a second from a TFRecord file: shuffled, in batches of 128, parsed, read ahead; best of four passes.
import { join } from 'node:path';
import * as tf from 'cornu';
import { report, timePasses } from './common.ts';

const features = {
  measured: new tf.io.FixedLenFeature([30], 'float32'),
  label: new tf.io.FixedLenFeature([], 'int64'),
  name: new tf.io.FixedLenFeature([], 'string'),
  words: new tf.io.VarLenFeature('int64'),
};
const dataset = new tf.data.TFRecordDataset(join(process.env.CORNU_BENCH_INPUT!, 'examples.tfrecord'))
  .shuffle(1000, { seed: 1 })
  .batch(128)
  .map((batch) => tf.io.parseExample(batch, features), { numParallelCalls: tf.data.AUTOTUNE })
  .prefetch(tf.data.AUTOTUNE);
report('records', await timePasses(dataset, ({ label }) => (label as tf.Tensor).shape[0]!), 'elementsPerSecond');
