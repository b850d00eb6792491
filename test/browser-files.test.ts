// Models in a page of Chromium, by the same calls as elsewhere: from an address, from picked files and folders, from the site's own file
// system, and saved as a download. What they predict is compared with what they predict in Node.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as tf from '../src/index.ts';
import { type OpenPage, openPage } from './support/browser.ts';
import { root } from './support/run-program.ts';

const models = join(root, 'test/golden/models');
const folder = mkdtempSync(join(tmpdir(), 'cornu-browser-files-'));
let open: OpenPage;
beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/setup.mjs')], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  open = await openPage();
  // The models as files of the site.
  await open.page.route('**/models/**', (route) => {
    const path = join(models, new URL(route.request().url()).pathname.replace('/models/', ''));
    try {
      return route.fulfill({ status: 200, body: readFileSync(path) });
    } catch {
      return route.fulfill({ status: 404 });
    }
  });
  await open.page.addScriptTag({
    type: 'module',
    content: `
      const tf = await import('cornu');
      const ones = (model) => tf.ones([2, ...model.inputs[0].shape.slice(1)]);
      window.tf = tf;
      window.predict = async (source, options) => {
        const model = await tf.keras.models.loadModel(source, options);
        window.model = model;
        return (await model.predict(model.inputs ? ones(model) : tf.ones([2, 8]), { verbose: 0 })).arraySync();
      };
      window.failure = (source) => predict(source).then(() => 'loaded', (error) => error.name + ': ' + error.message);
      window.ready = true;
    `,
  });
  await open.page.waitForFunction('window.ready', undefined, { timeout: 60_000 });
}, 400_000);
afterAll(async () => {
  await open?.close();
  rmSync(folder, { recursive: true, force: true });
});

const inPage = (expression: string): Promise<unknown> => open.page.evaluate(expression);
async function here(path: string): Promise<unknown> {
  const model = await tf.keras.models.loadModel(path);
  return (
    (await model.predict(tf.ones([2, ...(model.inputs[0]!.shape.slice(1) as number[])]), { verbose: 0 })) as tf.Tensor
  ).arraySync();
}
/** Rounded: Node may compute with other kernels. */
const rounded = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(rounded) : Math.round(Number(value) * 1e5) / 1e5;
const same = (found: unknown, wanted: unknown): void => expect(rounded(found)).toEqual(rounded(wanted));

it.each(['sequential_mlp.keras', 'sequential_mlp.h5', 'k2_sequential_mlp.keras', 'k2_sequential_mlp_savedmodel/'])(
  'from an address and from a path of the site: %s',
  async (name) => {
    const wanted = await here(join(models, name));
    same(await inPage(`predict(location.origin + '/models/${name}')`), wanted);
    same(await inPage(`predict(new URL('/models/${name}', location.href))`), wanted);
    same(await inPage(`predict('models/${name}')`), wanted);
  },
);

it('from a picked file, and from picked folders', async () => {
  const { page } = open;
  await page.setContent('<input id="file" type="file"><input id="folder" type="file" webkitdirectory>');
  await page.setInputFiles('#file', join(models, 'residual_cnn.keras'));
  same(
    await inPage(`predict(document.querySelector('#file').files[0])`),
    await here(join(models, 'residual_cnn.keras')),
  );
  await page.setInputFiles('#folder', join(models, 'k2_residual_cnn_savedmodel'));
  same(
    await inPage(`predict(document.querySelector('#folder').files)`),
    await here(join(models, 'k2_residual_cnn_savedmodel')),
  );
  await page.setInputFiles('#folder', join(root, 'test/fixtures/tfjs/functional'));
  same(
    await inPage(`predict(document.querySelector('#folder').files)`),
    await here(join(root, 'test/fixtures/tfjs/functional/model.json')),
  );
});

it('kept in the file system of the site, in every format, and read back', async () => {
  const wanted = await here(join(models, 'sequential_mlp.keras'));
  await inPage(`predict('models/sequential_mlp.keras')`);
  for (const name of ['kept/m.keras', 'kept/m.h5', 'kept/saved', 'kept/m.onnx']) {
    await inPage(name.endsWith('.onnx') ? `model.export('${name}')` : `model.save('${name}')`);
    same(await inPage(`predict('${name}')`), wanted);
    await inPage(`predict('models/sequential_mlp.keras')`);
  }
  for (const name of ['kept/w.weights.h5', 'kept/w.safetensors', 'kept/checkpoint']) {
    await inPage(`model.saveWeights('${name}')`);
    const back = `(async () => {
      const other = tf.keras.models.cloneModel(model);
      await other.loadWeights('${name}');
      return (await other.predict(tf.ones([2, ...other.inputs[0].shape.slice(1)]), { verbose: 0 })).arraySync();
    })()`;
    same(await inPage(back), wanted);
  }
});

it('saved as a download, which Node opens', async () => {
  await inPage(`predict('models/sequential_mlp.keras')`);
  for (const name of ['mine.keras', 'mine.h5']) {
    const [download] = await Promise.all([
      open.page.waitForEvent('download'),
      inPage(`model.save('${name}', { download: true })`),
    ]);
    expect(download.suggestedFilename()).toBe(name);
    await download.saveAs(join(folder, name));
    same(await here(join(folder, name)), await here(join(models, 'sequential_mlp.keras')));
  }
});

it('says what is wrong: nothing there, damage, files that are no model', async () => {
  expect(await inPage(`failure('models/none.keras')`)).toMatch(/none\.keras: the server answered 404/);
  expect(await inPage(`failure(location.origin + '/models/none/')`)).toMatch(/no saved_model\.pb/);
  expect(await inPage(`failure('models/damaged_truncated_zip.keras')`)).toMatch(/damaged_truncated_zip\.keras/);
  expect(await inPage(`failure(new File(['text'], 'notes.keras'))`)).toMatch(/notes\.keras/);
  expect(await inPage(`failure([new File(['text'], 'notes.txt')])`)).toMatch(
    /found notes\.txt; wanted the files of one model/,
  );
  expect(open.errors).toEqual([]);
});
