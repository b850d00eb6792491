// Pictures from files a second: imageDatasetFromDirectory over 2,000 JPEG files of 256 × 256, and resident memory over ten passes.
// Usage: node tools/run.mjs --built bench/pictures.ts [FOLDER] [PASSES]. Without a folder one is drawn. Beside it:
// python bench/peers/peer_pictures.py FOLDER PASSES, in the same sitting.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from 'cornu';

const [given = '', passes = '10'] = process.argv.slice(2);
const SIZE = 256;
const FILES = 2000;

async function drawn(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cornu-bench-pictures-'));
  for (const kind of ['a', 'b']) mkdirSync(join(folder, kind));
  for (let i = 0; i < FILES; i++) {
    const data = new Uint8Array(SIZE * SIZE * 3);
    for (let y = 0, at = 0; y < SIZE; y++)
      for (let x = 0; x < SIZE; x++)
        for (let c = 0; c < 3; c++)
          data[at++] = 127 + 90 * Math.sin((x * (c + 2)) / (9 + (i % 17)) + y / 13 + i) + 20 * Math.random();
    const file = await tf.io.encodeJpeg(tf.constant(data, { shape: [SIZE, SIZE, 3], dtype: 'uint8' }), { quality: 85 });
    writeFileSync(join(folder, i % 2 ? 'a' : 'b', `${i}.jpg`), file.elements![0] as Uint8Array);
  }
  return folder;
}

const folder = given === '' ? await drawn() : given;
console.log(folder);
const dataset = await tf.keras.utils.imageDatasetFromDirectory(folder, { batchSize: 32, seed: 1 });
for (let pass = 1; pass <= Number(passes); pass++) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  let pictures = 0;
  for await (const [x] of dataset) pictures += x.shape[0]!;
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const used = (user + system) / 1000;
  const { rss } = process.memoryUsage();
  console.log(
    `pass ${pass}: ${pictures} pictures, ${(pictures / seconds).toFixed(0)} a second, ${(used / pictures).toFixed(2)} ms of processor each, ${(rss / 2 ** 20).toFixed(0)} MiB`,
  );
}
