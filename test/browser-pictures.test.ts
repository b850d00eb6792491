// In a page of Chromium: a user picks a folder of pictures, the page makes a data set of it, decodes and trains on it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zlibSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeJpeg } from '../src/formats/images/jpeg/jpeg-encode.ts';
import { encodePng } from '../src/formats/images/png-encode.ts';
import { type OpenPage, openPage } from './support/browser.ts';
import { root } from './support/run-program.ts';

let open: OpenPage;
let folder: string;
beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/setup.mjs')], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  open = await openPage();
  folder = join(mkdtempSync(join(tmpdir(), 'cornu-picked-')), 'pictures');
  for (const kind of ['dark', 'light'])
    for (let i = 0; i < 20; i++) {
      const data = Uint8Array.from(
        { length: 12 * 12 * 3 },
        (_, k) => (kind === 'dark' ? 20 : 180) + ((k * 7 + i * 13) % 50),
      );
      const picture = { width: 12, height: 12, channels: 3, data };
      mkdirSync(join(folder, kind), { recursive: true });
      const isPng = i % 2 === 0;
      const name = join(folder, kind, `${i}.${isPng ? 'png' : 'jpg'}`);
      writeFileSync(name, isPng ? encodePng(picture, zlibSync) : encodeJpeg(picture));
    }
  // WebP pictures are left to the browser's own decoder.
  writeFileSync(join(folder, 'one.webp'), readFileSync(join(root, 'test/fixtures/one.webp')));
});
afterAll(async () => {
  await open?.close();
  if (folder) rmSync(join(folder, '..'), { recursive: true, force: true });
});

const program = `
  const tf = await import('cornu');
  const files = [...document.querySelector('input').files];
  const dataset = await tf.keras.utils.imageDatasetFromDirectory(files, { imageSize: [8, 8], batchSize: 8, seed: 1 });
  const model = tf.keras.Sequential([
    tf.keras.layers.Rescaling(1 / 127.5, { offset: -1, inputShape: [8, 8, 3] }),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(2, { activation: 'softmax' }),
  ]);
  model.compile({ optimizer: tf.keras.optimizers.Adam({ learningRate: 0.01 }), loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  await model.fit(dataset, { epochs: 30, verbose: 0 });
  const [, accuracy] = await model.evaluate(dataset, { verbose: 0 });
  const image = await tf.keras.utils.loadImg(files.find((file) => file.name === '3.jpg'), { targetSize: [5, 6], interpolation: 'bicubic' });
  const webp = await tf.io.decodeWebp(new Uint8Array(await files.find((file) => file.name === 'one.webp').arrayBuffer()));
  window.done = {
    accuracy, classes: dataset.classNames, files: dataset.filePaths.length, first: dataset.filePaths[0],
    image: [image.mode, image.height, image.width], webp: webp.shape,
  };
`;

it('trains on pictures that a user picked', async () => {
  await open.page.setContent(
    `${await open.page.content()}<input type="file" webkitdirectory multiple>`.replace('</body></html>', ''),
  );
  await open.page.locator('input').setInputFiles(folder);
  const content = `try { ${program} } catch (error) { window.done = { error: String(error?.stack ?? error) }; }`;
  await open.page.addScriptTag({ type: 'module', content });
  await open.page.waitForFunction('window.done !== undefined', undefined, { timeout: 60_000 });
  const done = (await open.page.evaluate('window.done')) as Record<string, unknown>;
  expect(done.error).toBeUndefined();
  expect(open.errors).toEqual([]);
  expect(done).toMatchObject({ classes: ['dark', 'light'], files: 40, image: ['RGB', 5, 6], webp: [1, 8, 9, 3] });
  expect(done.first).toMatch(/^(dark|light)\/\d+\.(png|jpg)$/);
  expect(done.accuracy).toBeGreaterThanOrEqual(0.95);
}, 120_000);
