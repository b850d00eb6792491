// keras.Operation, Function, remat and RematScope, against Keras (test/fixtures/make_keras_operations.py).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import wanted from '../../test/fixtures/keras_operations.json' with { type: 'json' };
import * as tf from '../index.ts';

const { keras } = tf;
const { layers, ops, KerasTensor, Operation, RematScope } = keras;
const folder = mkdtempSync(join(tmpdir(), 'cornu-operations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

class Scale extends Operation {
  readonly factor: number;
  constructor(factor: number, options: { name?: string } = {}) {
    super(options);
    this.factor = factor;
  }
  override call(x: tf.Tensor): tf.Tensor {
    return x.mul(this.factor);
  }
}
keras.utils.registerKerasSerializable('mine')(Scale);

describe('Operation', () => {
  const model = () => {
    const x = keras.Input({ shape: [2], name: 'x' });
    const twice = new Scale(2, { name: 'twice' })(x) as tf.Tensor;
    return keras.Model(x, layers.Dense(1, { kernelInitializer: 'ones' })(twice));
  };
  test('is called on values and on symbolic tensors, and has a config', () => {
    keras.utils.clearSession();
    const op = new Scale(3);
    const symbolic = op(KerasTensor([null, 2])) as tf.Tensor;
    const made = model();
    const { nodes } = wanted.Operation;
    expect({
      name: op.name,
      eager: (op(tf.constant([1, 2], 'float32')) as tf.Tensor).arraySync(),
      symbolic: symbolic.shape,
      dtype: symbolic.dtype,
      nodes: [op.inboundNodes.length, nodes[1]],
      config: op.getConfig(),
      again: (Scale.fromConfig(op.getConfig()) as Scale).factor,
      layer_is: layers.Dense(1) instanceof Operation,
      layers: made.layers.map((layer) => layer.constructor.name),
      operations: made.operations.map((operation) => operation.name.split('_')[0]),
      model: (made(tf.constant([[1, 2]], 'float32')) as tf.Tensor).arraySync(),
    }).toEqual(wanted.Operation);
    expect(tf.ones([1]) instanceof Operation).toBe(false);
    expect(layers.Dense(1) instanceof Scale).toBe(false);
  });
  test('is saved with its model', async () => {
    const made = model();
    await made.save(join(folder, 'scaled.keras'));
    const loaded = await keras.models.loadModel(join(folder, 'scaled.keras'));
    expect((loaded.predictOnBatch(tf.constant([[1, 2]], 'float32')) as tf.Tensor).arraySync()).toEqual([[6]]);
  });
  test('bad input', () => {
    expect(() => new Scale(1, { name: 'a/b' })).toThrow(/name: found 'a\/b', wanted a text without '\/'/);
    class Empty extends Operation {}
    expect(() => new Empty()(tf.ones([1]))).toThrow(/Empty\) has no call method/);
    expect(() => new Empty()(KerasTensor([2]))).toThrow(/shape of its output could not be found.*has no call method/);
    expect(() => KerasTensor(3 as never)).toThrow(/shape: found 3, wanted a list of sizes/);
  });
});

test('Function computes what stands between symbolic tensors, for others', () => {
  const [a, b] = [KerasTensor([null, 2, 3]), KerasTensor([null, 2, 3])];
  const total = a.add(b);
  const fn = keras.Function({ inputs: [a, b], outputs: { soft: ops.sigmoid(total), sum: total }, name: 'both' });
  const ones = tf.ones([4, 2, 3]);
  const got = fn([ones, ones.mul(2)]);
  const inner = new keras.Function(total, ops.square(total));
  const symbolic = fn([KerasTensor([5, 2, 3]), KerasTensor([5, 2, 3])]);
  const sum = (x: tf.Tensor) => tf.reduceSum(x).item();
  const refused = (f: () => unknown): boolean => {
    try {
      f();
      return false;
    } catch (error) {
      return error instanceof Error;
    }
  };
  const { sums, ...rest } = wanted.Function;
  expect(sum(got.soft)).toBeCloseTo(sums[0]!, 4);
  expect(sum(got.sum)).toBe(sums[1]);
  expect({
    name: fn.name,
    inputs: fn.inputs.map(({ shape }) => shape),
    outputs: fn.outputs.map(({ shape }) => shape),
    operations: fn.operations.length,
    symbolic: { soft: symbolic.soft.shape, sum: symbolic.sum.shape },
    shapes: fn.computeOutputShape([
      [7, 2, 3],
      [7, 2, 3],
    ]),
    inner: sum(inner(ones)),
    refused: [
      () => fn(ones),
      () => fn([ones, ones.at(':', ':1')]),
      () => keras.Function([], a),
      () => keras.Function(a, total),
      () => fn([ones, ones.at(0)]),
    ].map(refused),
  }).toEqual(rest);
  expect(() => fn(ones)).toThrow(/inputs: found .*, wanted a list of 2, as it was made with/);
  expect(() => fn([ones, ones.at(0)])).toThrow(/has shape \(2, 3\), wanted \(None, 2, 3\)/);
  expect(() => keras.Function(a, undefined as never)).toThrow(/outputs: found undefined, wanted symbolic tensors/);
});

describe('RematScope', () => {
  let runs = 0;
  class Counting extends keras.Layer {
    activation: ((x: tf.Tensor) => tf.Tensor) | null;
    constructor({ activation, ...rest }: { activation?: (x: tf.Tensor) => tf.Tensor; name?: string } = {}) {
      super(rest);
      this.activation = activation ?? null;
    }
    override call(x: tf.Tensor): tf.Tensor {
      runs++;
      const y = x.mul(x);
      return this.activation ? this.activation(y) : y;
    }
  }
  const slopeOf = (layer: Counting, values: number[]): { again: boolean; slope: unknown } => {
    const x = tf.Variable([values], { dtype: 'float32' });
    layer(x);
    runs = 0;
    const tape = new tf.GradientTape();
    const y = tape.record(() => layer(x));
    const forward = runs;
    const slope = (tape.gradient(y, x) as tf.Tensor).arraySync();
    return { again: runs > forward, slope };
  };
  const count = (scope: tf.keras.RematScope, name?: string): unknown[] => {
    const { again, slope } = slopeOf(
      scope.run(() => new Counting(name ? { name } : {})),
      [0, 1, 2, 3],
    );
    return [again, slope];
  };
  test('recomputes the layers that its mode means', () => {
    let active = 0;
    const activation = (x: tf.Tensor) => {
      active++;
      return x.mul(3);
    };
    const layer = RematScope({ mode: 'activations' }).run(() => new Counting({ activation }));
    const { slope } = slopeOf(layer, [1, 2]);
    const layerNames = ['chosen'];
    expect({
      full: count(RematScope({ mode: 'full' })),
      none: count(RematScope({ mode: null })),
      larger: count(RematScope({ mode: 'larger_than', outputSizeThreshold: 3 })),
      smaller: count(RematScope({ mode: 'larger_than', outputSizeThreshold: 4 })),
      named: count(RematScope({ mode: 'list_of_layers', layerNames }), 'chosen'),
      unnamed: count(RematScope({ mode: 'list_of_layers', layerNames }), 'other'),
      activations: [1, active > 2, slope],
    }).toEqual(wanted.RematScope);
    expect(layer.activation).toBe(activation);
  });
  test('random numbers are drawn once, statistics move once, and fit learns the same', async () => {
    const data = tf.random.statelessNormal([16, 3], [1, 2]);
    const train = async (scope: tf.keras.RematScope) => {
      keras.utils.setRandomSeed(7);
      const model = scope.run(() =>
        keras.Sequential([
          keras.Input({ shape: [3] }),
          layers.Dense(8, { activation: 'tanh' }),
          layers.Dropout(0.5),
          layers.BatchNormalization(),
          layers.Dense(1),
        ]),
      );
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      await model.fit(data, tf.reduceSum(data, { axis: 1, keepdims: true }), { epochs: 3, batchSize: 8, verbose: 0 });
      return model.getWeights().map((weight) => weight.arraySync());
    };
    const [plain, again] = [await train(RematScope({ mode: null })), await train(RematScope())];
    expect(JSON.stringify(again, rounded)).toBe(JSON.stringify(plain, rounded));
    const drop = RematScope().run(() => layers.Dropout(0.5, { seed: 3 }));
    const x = tf.Variable(tf.ones([64]));
    const tape = new tf.GradientTape();
    const y = tape.record(() => drop(x, { training: true }));
    expect((tape.gradient(y, x) as tf.Tensor).arraySync()).toEqual(y.arraySync());
  });
  test('bad input', () => {
    expect(() => RematScope({ mode: 'all' as 'full' })).toThrow(/mode: found 'all', wanted 'full'/);
    expect(() => RematScope({ outputSizeThreshold: -1 })).toThrow(/outputSizeThreshold: found -1/);
    expect(() => keras.remat(3 as never)).toThrow(/remat: f: found 3, wanted a function/);
  });
});
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value;

test('remat gives the same values and gradients', () => {
  const f = keras.remat((x: tf.Tensor, y: tf.Tensor) => x.mul(x).mul(y));
  const [x, y] = [tf.Variable(3, { dtype: 'float32' }), tf.Variable(5, { dtype: 'float32' })];
  const tape = new tf.GradientTape();
  const z = tape.record(() => f(x, y));
  const slopes = tape.gradient(z, [x, y]) as tf.Tensor[];
  expect([z.item(), ...slopes.map((slope) => slope.item())]).toEqual(wanted.remat);
});
