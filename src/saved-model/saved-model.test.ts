// Graphs of SavedModels that TensorFlow wrote, run here: against what the models gave there.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readNpz } from '../formats/npy/npz.ts';
import * as tf from '../index.ts';

const golden = new URL('../../test/golden/', import.meta.url).pathname;
interface Case {
  readonly id: string;
  readonly inputs: readonly string[] | Readonly<Record<string, string>>;
  readonly outputs: readonly string[] | Readonly<Record<string, string>>;
  readonly files?: readonly { readonly path: string; readonly format: string }[];
}
const cases = (JSON.parse(readFileSync(`${golden}models.json`, 'utf8')) as { cases: Case[] }).cases;
const arrays = await readNpz(readFileSync(`${golden}models.npz`), 'models.npz');
const tensor = (id: string, name: string): tf.Tensor => {
  const { data, shape, dtype } = arrays.get(`${id}/${name}`)!;
  return tf.constant(data as Float32Array, { shape, dtype });
};
const flat = (x: unknown): tf.Tensor[] =>
  x instanceof tf.Tensor
    ? [x]
    : Object.keys(x as object)
        .sort()
        .flatMap((key) => flat((x as Record<string, unknown>)[key]));

// One for each thing that graphs do; all of them are run as models by the conformance runner. (With the graph of
// k2_transformer TensorFlow itself computes something else than with the model: its pooling does not see the mask.)
const RUN = /_export$|k2_(seq2seq|unet|preprocessing|arithmetic|batch_norm_cnn_trained)_/;

describe('tf.savedModel.load', () => {
  const files = cases.flatMap((c) =>
    (c.files ?? []).filter(({ format }) => /savedmodel/.test(format)).map((file) => [file.path, file, c] as const),
  );
  it.each(files.filter(([path]) => RUN.test(path)))('%s', async (path, file, c) => {
    const model = await tf.savedModel.load(`${golden}${path}`);
    const inputs = Array.isArray(c.inputs)
      ? c.inputs.map((name: string) => tensor(c.id, name))
      : Object.fromEntries(Object.entries(c.inputs).map(([key, name]) => [key, tensor(c.id, name)]));
    const given = Array.isArray(inputs) && inputs.length === 1 ? inputs[0] : inputs;
    const serve = model.serve as ((x: unknown) => unknown) | undefined;
    const got = flat(file.format.startsWith('keras3') ? serve!(given) : model(given, { training: false }));
    const want = flat(
      Object.fromEntries(Object.entries(c.outputs).map(([key, name]) => [key, tensor(c.id, name as string)])),
    );
    expect(got.map((x) => x.shape)).toEqual(want.map((x) => x.shape));
    got.forEach((x, i) => {
      const error = tf.reduceMax(tf.abs(tf.subtract(x, want[i]!))).item();
      expect(error).toBeLessThan(2e-6);
    });
  });

  it('has signatures by name, and says what they want', async () => {
    const model = await tf.savedModel.load(`${golden}models/sequential_mlp_export`);
    const { serving_default: serve } = model.signatures;
    expect(Object.keys(serve!.inputs)).toEqual(['features']);
    const { output_0: y } = serve!({ features: tf.zeros([2, 6]) });
    expect(y!.shape).toEqual([2, 3]);
    expect(() => serve!({ x: tf.zeros([2, 6]) })).toThrow(
      /found inputs x; wanted { features: features: float32\(None, 6\) }/,
    );
    expect(() => serve!({ features: tf.zeros([2, 5]) })).toThrow(/found float32\(2, 5\), wanted float32\(None, 6\)/);
    expect(model.allVariables.map(({ shape }) => shape)).toContainEqual([6, 8]);
  });

  it('gives gradients with respect to the variables', async () => {
    const model = await tf.savedModel.load(`${golden}models/k2_sequential_mlp_savedmodel`);
    const tape = new tf.GradientTape();
    const variables = model.allVariables.filter(({ shape, trainable }) => trainable && shape.length === 2);
    const loss = tape.record(() => tf.reduceSum(tf.square(model(tf.ones([2, 6]), { training: false }) as tf.Tensor)));
    const gradients = tape.gradient(loss, variables as never) as unknown as (tf.Tensor | null)[];
    expect(gradients.every((gradient) => gradient !== null)).toBe(true);
  });
});

describe('loadModel of a folder', () => {
  it('trains on where Keras 2 stopped, and predicts with what has no layers', async () => {
    const model = await tf.keras.models.loadModel(`${golden}models/k2_batch_norm_cnn_trained_savedmodel`);
    expect(model.layers.map((layer) => layer.name)).toContain('batch_normalization');
    expect(Number(model.optimizer.iterations.numpy())).toBe(9);
    const graph = await tf.keras.models.loadModel(`${golden}models/sequential_mlp_export`);
    expect(((await graph.predict(tf.zeros([4, 6]))) as tf.Tensor).shape).toEqual([4, 3]);
    await expect(graph.save('/tmp/never.keras')).rejects.toThrow(/a graph without layers/);
  });
});

describe('a module of TensorFlow (test/fixtures/make_module_savedmodel.py)', async () => {
  const folder = new URL('../../test/fixtures/module_savedmodel/', import.meta.url).pathname;
  const expected = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: its functions are known to Python alone.
  const module = (await tf.savedModel.load(folder)) as any;

  it('runs loops, branches, arrays, tables and state', () => {
    expect(module.loop(5).numpy()).toBe(expected.loop);
    expect(module.squares([1.5, 2, 3]).numpy()).toEqual(expected.squares);
    const { value, length } = module.signatures.look({ words: tf.constant(['a', 'zz']) });
    expect({ value: value.numpy(), length: length.numpy() }).toEqual(expected.look);
    expect([module.step(), module.step(), module.steps].map((step) => Number(step.numpy()))).toEqual([1, 2, 2]);
  });
  it('takes and gives ragged and sparse tensors', () => {
    const rows = tf.ragged.constant([[1, 2], [3], []], { dtype: 'float32' });
    const [sums, doubled] = module.ragged(rows);
    expect(sums.numpy()).toEqual(expected.sums);
    expect(doubled.toList()).toEqual(expected.doubled);
    const matrix = tf.sparse.fromDense(
      tf.constant(
        [
          [0, 2],
          [3, 0],
          [0, 0],
        ],
        { dtype: 'float32' },
      ),
    );
    expect(module.sparse(matrix).numpy()).toEqual(expected.sparse);
    expect(() => module.ragged(tf.ones([2, 2]))).toThrow(/no signature .* fits float32\(2, 2\)[\s\S]*ragged float32/);
  });
});
