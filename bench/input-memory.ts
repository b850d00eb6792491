// Resident memory over ten passes of the input workloads, and processor time for each element.
// Usage: node tools/run.mjs --built bench/input-memory.ts [PASSES]. Fails where the later half holds more than the first half and a tenth.
import { join } from 'node:path';
import * as tf from 'cornu';
import { inputFiles } from './input-files.ts';

const passes = Number(process.argv[2] ?? 10);
const folder = await inputFiles();
const options = { batchSize: 32, seed: 1, verbose: false };
const pictures = await tf.keras.utils.imageDatasetFromDirectory(join(folder, 'pictures'), options);
const features = { measured: new tf.io.FixedLenFeature([30], 'float32'), words: new tf.io.VarLenFeature('int64') };
const records = new tf.data.TFRecordDataset(join(folder, 'examples.tfrecord'))
  .shuffle(1000)
  .batch(128)
  .map((batch) => tf.io.parseExample(batch, features))
  .prefetch(tf.data.AUTOTUNE)
  .map(({ measured }) => [measured as tf.Tensor, measured as tf.Tensor]);

for (const [name, dataset] of [['pictures', pictures] as const, ['records', records] as const]) {
  const held: number[] = [];
  for (let pass = 1; pass <= passes; pass++) {
    const start = performance.now();
    const before = process.cpuUsage();
    let elements = 0;
    for await (const [x] of dataset) elements += x.shape[0]!;
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(before);
    held.push(process.memoryUsage().rss / 2 ** 20);
    const each = ((user + system) / 1000 / elements).toFixed(3);
    console.log(
      `${name}, pass ${pass}: ${(elements / seconds).toFixed(0)} a second, ${each} ms of processor each, ${held.at(-1)!.toFixed(0)} MiB`,
    );
  }
  const half = Math.ceil(passes / 2);
  const [first, last] = [Math.max(...held.slice(0, half)), Math.max(...held.slice(half))];
  if (last > first * 1.1) {
    console.error(
      `${name}: memory grows: at most ${first.toFixed(0)} MiB in the first half, ${last.toFixed(0)} in the second`,
    );
    process.exitCode = 1;
  }
}
