// The files that the input workloads read, drawn once a machine: 2,000 JPEG pictures of 256 × 256 in two folders, and a TFRecord
// file of 20,000 examples. Owns: where they lie, what is in them. The peers read the same files.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from 'cornu';
import { random } from './workloads/common.ts';

const [SIZE, PICTURES, EXAMPLES] = [256, 2000, 20_000];

/** The folder with `pictures/` and `examples.tfrecord`. */
export async function inputFiles(): Promise<string> {
  const folder = join(tmpdir(), 'cornu-bench-input');
  if (existsSync(folder)) return folder;
  // A folder that is half full is never taken for whole.
  const unfinished = `${folder}.${process.pid}`;
  for (const kind of ['a', 'b']) mkdirSync(join(unfinished, 'pictures', kind), { recursive: true });
  for (let i = 0; i < PICTURES; i++) {
    const file = await tf.io.encodeJpeg(picture(i), { quality: 85 });
    writeFileSync(join(unfinished, 'pictures', i % 2 ? 'a' : 'b', `${i}.jpg`), file.elements![0] as Uint8Array);
  }
  const writer = new tf.io.TFRecordWriter(join(unfinished, 'examples.tfrecord'));
  for (let i = 0; i < EXAMPLES; i++) writer.write(example(i));
  await writer.close();
  renameSync(unfinished, folder);
  return folder;
}

/** Waves with noise: files of 17 KB, as photographs of that size have. */
function picture(i: number): tf.Tensor {
  const data = new Uint8Array(SIZE * SIZE * 3);
  for (let y = 0, at = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++)
      for (let c = 0; c < 3; c++)
        data[at++] = 127 + 90 * Math.sin((x * (c + 2)) / (9 + (i % 17)) + y / 13 + i) + 20 * random();
  return tf.constant(data, { shape: [SIZE, SIZE, 3], dtype: 'uint8' });
}

/** Thirty numbers, a label, a name, and a list of changing length. */
function example(i: number): Uint8Array {
  const feature = {
    measured: new tf.train.Feature({
      floatList: new tf.train.FloatList({ value: Array.from({ length: 30 }, random) }),
    }),
    label: new tf.train.Feature({ int64List: new tf.train.Int64List({ value: [i % 10] }) }),
    name: new tf.train.Feature({ bytesList: new tf.train.BytesList({ value: [`example ${i}`] }) }),
    words: new tf.train.Feature({
      int64List: new tf.train.Int64List({ value: Array.from({ length: i % 20 }, (_, k) => k * i) }),
    }),
  };
  return new tf.train.Example({ features: new tf.train.Features({ feature }) }).serializeToString();
}
