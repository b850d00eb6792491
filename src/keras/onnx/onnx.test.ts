// Models written as ONNX and read back predict what they predicted. (`npm run interop` has ONNX's checker and runtime look at them.)
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { notInOnnx } from '../../../test/support/onnx-layers.ts';
import { onnxModels } from '../../../test/support/onnx-models.ts';
import { OnnxModel } from '../../formats/onnx/onnx-proto.ts';
import { arrayToOnnx } from '../../formats/onnx/onnx-tensor.ts';
import * as tf from '../../index.ts';
import { onnxBytes } from './index.ts';

const { keras } = tf;
const { layers } = keras;
const folder = mkdtempSync(join(tmpdir(), 'cornu-onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function dataFor(model: tf.keras.Model, batch: number): tf.Tensor[] {
  return model.inputs.map((input, i) => {
    const shape = [batch, ...(input.shape.slice(1) as number[])];
    return input.dtype === 'int32'
      ? tf.random.statelessUniform(shape, [i, 3], { minval: 0, maxval: 20, dtype: 'int32' })
      : tf.random.statelessNormal(shape, [i, 5]);
  });
}
const results = (model: tf.keras.Model, data: readonly tf.Tensor[]): tf.Tensor[] =>
  [model(data.length === 1 ? data[0]! : [...data])].flat() as tf.Tensor[];

describe('models through ONNX', () => {
  it.each(Object.keys(onnxModels))('%s', async (name) => {
    keras.utils.setRandomSeed(3);
    const model = onnxModels[name]!();
    const file = join(folder, `${name}.onnx`);
    await model.export(file, { format: 'onnx' });
    const same = await keras.models.loadModel(file);
    // Another batch size than any that was traced.
    for (const batch of [1, 5]) {
      const data = dataFor(model, batch);
      const [wanted, found] = [results(model, data), results(same as tf.keras.Model, data)];
      expect(found.map((y) => y.shape)).toEqual(wanted.map((y) => y.shape));
      found.forEach((y, i) => {
        expect(tf.reduceMax(tf.abs(tf.subtract(y, wanted[i]!))).item()).toBeLessThan(1e-5);
      });
    }
  });

  it('go on training, and are saved and loaded', async () => {
    const { LSTM, Dense } = layers;
    const model = keras.Sequential([keras.Input({ shape: [5, 3] }), LSTM(4), Dense(1)]);
    const file = join(folder, 'trained.onnx');
    await model.exportOnnx(file);
    const same = await keras.models.loadModel(file);
    const [x, y] = [tf.random.statelessNormal([32, 5, 3], [1, 2]), tf.random.statelessNormal([32, 1], [3, 4])];
    const histories = [];
    for (const each of [model, same]) {
      each.compile({ optimizer: keras.optimizers.SGD(0.1), loss: 'mse' });
      histories.push((await each.fit(x, y, { epochs: 3, shuffle: false, verbose: 0 })).history.loss!);
    }
    for (const [i, loss] of histories[0]!.entries()) expect(histories[1]![i]).toBeCloseTo(loss, 5);
    expect(histories[1]![2]).toBeLessThan(histories[1]![0]!);
    await same.save(join(folder, 'trained.keras'));
    const again = await keras.models.loadModel(join(folder, 'trained.keras'));
    expect(tf.reduceMax(tf.abs(tf.subtract(again(x) as tf.Tensor, same(x) as tf.Tensor))).item()).toBe(0);
  });

  it('refuse what ONNX cannot say, and files that say what is not known', async () => {
    const noisy = keras.Sequential([
      keras.Input({ shape: [3] }),
      layers.Lambda((x: tf.Tensor) => tf.add(x, tf.random.normal([3]))),
    ]);
    await expect(noisy.exportOnnx(join(folder, 'no.onnx'))).rejects.toThrow(/draws random numbers at inference/);
    const open = keras.Sequential([keras.Input({ shape: [null, 3] }), layers.LSTM(2)]);
    await expect(open.exportOnnx(join(folder, 'no.onnx'))).rejects.toThrow(/inputSignature: \[\{ shape: \[null, 64/);
    await open.exportOnnx(join(folder, 'yes.onnx'), { inputSignature: [{ shape: [null, 4, 3] }] });
    const bytes = onnxBytes(keras.Sequential([keras.Input({ shape: [3] }), layers.Dense(1)]));
    const strange = OnnxModel.decode(bytes, 'x');
    strange.graph!.node[0]!.opType = 'Frobnicate';
    const { OnnxLayer } = await import('./onnx-layer.ts');
    expect(() => new OnnxLayer({ bytes: OnnxModel.encode(strange), file: 'strange.onnx' })).toThrow(
      /strange\.onnx: uses operators that cornu does not know: Frobnicate/,
    );
    expect(() => new OnnxLayer({ bytes: bytes.subarray(0, bytes.length - 20), file: 'cut.onnx' })).toThrow(
      /cut\.onnx: /,
    );
  });

  it.each(Object.entries(notInOnnx))('name the layer where ONNX has no operator: %s', (_, { make, error }) => {
    expect(() => onnxBytes(make())).toThrow(error);
  });

  it('keep the batch open where a file counts its rows', async () => {
    const node = (opType: string, input: string[], output: string, attribute: object[] = []) => ({
      opType,
      input,
      output: [output],
      attribute,
    });
    const whole = (name: string, values: bigint[], shape = [values.length]) =>
      arrayToOnnx({ dtype: 'int64', shape, data: BigInt64Array.from(values) }, name);
    const info = (name: string) => ({
      name,
      type: { tensorType: { elemType: 1, shape: { dim: [{ param: 'batch' }, { value: 2 }] } } },
    });
    // x + (0, 1, 2, …) ᵀ + batch
    const bytes = OnnxModel.encode({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 18 }],
      graph: {
        name: 'rows',
        initializer: [whole('first', [0n], []), whole('one', [1n], []), whole('axis', [1n])],
        input: [info('x')],
        output: [info('y')],
        node: [
          node('Shape', ['x'], 'shape'),
          node('Gather', ['shape', 'first'], 'batch', [{ name: 'axis', type: 2, i: 0n }]),
          node('Range', ['first', 'batch', 'one'], 'rows'),
          node('Add', ['rows', 'batch'], 'numbers'),
          node('Unsqueeze', ['numbers', 'axis'], 'column'),
          node('CastLike', ['column', 'x'], 'floats'),
          node('Add', ['x', 'floats'], 'y'),
        ],
      },
    });
    const file = join(folder, 'rows.onnx');
    writeFileSync(file, bytes);
    const model = await keras.models.loadModel(file);
    await model.exportOnnx(join(folder, 'again.onnx'));
    const again = await keras.models.loadModel(join(folder, 'again.onnx'));
    for (const each of [model, again])
      expect((each(tf.zeros([3, 2])) as tf.Tensor).arraySync()).toEqual([
        [3, 3],
        [4, 4],
        [5, 5],
      ]);
  });

  it('are saved with their weights once', async () => {
    const file = join(folder, 'large.onnx');
    await keras.Sequential([keras.Input({ shape: [100] }), layers.Dense(1000)]).exportOnnx(file);
    const model = await keras.models.loadModel(file);
    expect(JSON.stringify(model.getConfig()).length).toBeLessThan(10_000);
  });

  it('run op by op where the data decides on shapes, and say so elsewhere', async () => {
    const file = join(folder, 'nonzero.onnx');
    const nodes = JSON.parse(
      readFileSync(fileURLToPath(new URL('../../../test/fixtures/onnx_nodes.json', import.meta.url)), 'utf8'),
    ) as { name: string; model: string }[];
    writeFileSync(file, Buffer.from(nodes.find(({ name }) => name === 'test_nonzero_example')!.model, 'base64'));
    const model = await keras.models.loadModel(file);
    const x = tf.constant([
      [true, false],
      [true, true],
    ]);
    expect(tf.cast(model(x) as tf.Tensor, 'int32').arraySync()).toEqual([
      [0, 1, 1],
      [0, 0, 1],
    ]);
    await expect(model.predict(x, { verbose: 0 })).rejects.toThrow(/depends on the data.*Call the model itself/);
  });
});
