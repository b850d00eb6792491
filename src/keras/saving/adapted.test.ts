// Models whose layers learned from data, both ways: files of Keras give Keras's outputs here; what is saved here is loaded
// with the same outputs. Whether Keras reads our files too, test/fixtures/make_adapted.py --read says.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import * as tf from '../../index.ts';

const fixtures = fileURLToPath(new URL('../../../test/fixtures/adapted/', import.meta.url));
interface Adapted {
  readonly name: string;
  readonly dtype: 'string' | 'int64' | 'float32';
  readonly adapt: (string | number)[] | null;
  readonly inputs: (string | number)[][];
  readonly outputs: number[][];
}
const cases = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Adapted[];
const folder = process.env.CORNU_ADAPTED ?? mkdtempSync(join(tmpdir(), 'cornu-adapted-'));
afterAll(() => {
  if (!process.env.CORNU_ADAPTED) rmSync(folder, { recursive: true });
});

function expectOutputs(model: (x: tf.Tensor) => unknown, { inputs, dtype, outputs }: Adapted): void {
  const found = (model(tf.constant(inputs, { dtype })) as tf.Tensor).arraySync() as number[][];
  expect(found.map((row) => row.map(Number))).toEqual(outputs.map((row) => row.map((x) => expect.closeTo(x, 4))));
}

test.each(cases)('$name', async (c) => {
  const model = await tf.keras.models.loadModel(join(fixtures, `${c.name}.keras`));
  expectOutputs(model, c);
  const path = join(folder, `${c.name}.keras`);
  await model.save(path);
  expectOutputs(await tf.keras.models.loadModel(path), c);
});

test.each(cases.filter((c) => c.adapt))('$name learned here', async (c) => {
  const model = await tf.keras.models.loadModel(join(fixtures, `${c.name}.keras`));
  const layer = model.layers.at(-1)!;
  const fresh = tf.keras.layers.deserialize(tf.keras.layers.serialize(layer)) as tf.keras.layers.TextVectorization;
  await fresh.adapt(tf.constant(c.adapt!, { dtype: c.dtype }));
  expectOutputs((x) => fresh(x), c);
});
