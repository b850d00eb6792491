// The core layers through the generic test.
import { describe, expect, it, test } from 'vitest';
import * as tf from '../../../index.ts';
import { type LayerTest, testLayer } from '../testing.ts';

const { layers } = tf.keras;
const cases: Record<string, LayerTest> = {
  Activation: { make: (o) => layers.Activation('tanh', o), inputs: [[2, 3]], output: [null, 3] },
  Dense: { make: (o) => layers.Dense(4, { activation: 'gelu', ...o }), inputs: [[2, 3]], output: [null, 4] },
  'Dense on sequences': {
    make: (o) => layers.Dense(4, { useBias: false, ...o }),
    inputs: [[2, 5, 3]],
    output: [null, 5, 4],
    passesMask: true,
  },
  EinsumDense: {
    make: (o) => layers.EinsumDense('abc,cde->abde', { outputShape: [4, 2, 3], biasAxes: 'de', ...o }),
    inputs: [[2, 4, 3]],
    output: [null, 4, 2, 3],
  },
  Embedding: {
    make: (o) => layers.Embedding(7, 3, o),
    inputs: [[2, 5]],
    integers: 7,
    output: [null, 5, 3],
    // Whole numbers have no gradient, and those of the table are golden cases.
    without: ['gradients'],
  },
  Identity: { make: (o) => layers.Identity(o), inputs: [[2, 4, 3]], output: [null, 4, 3], passesMask: true },
  Masking: { make: (o) => layers.Masking({ maskValue: 0.5, ...o }), inputs: [[2, 4, 3]], output: [null, 4, 3] },
};
const pair = [
  [2, 3, 4],
  [2, 3, 4],
];
const output = [null, 3, 4];
const merging: Record<string, LayerTest> = {
  Add: { make: (o) => layers.Add(o), inputs: [...pair, [2, 1, 4]], output },
  Average: { make: (o) => layers.Average(o), inputs: pair, output },
  Concatenate: {
    make: (o) => layers.Concatenate({ axis: 1, ...o }),
    inputs: [...pair, [2, 2, 4]],
    output: [null, 8, 4],
  },
  Dot: {
    make: (o) => layers.Dot({ axes: [2, 1], ...o }),
    inputs: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    output: [null, 3, 5],
  },
  'Dot normalized': { make: (o) => layers.Dot({ axes: 2, normalize: true, ...o }), inputs: pair, output: [null, 3, 3] },
  Maximum: { make: (o) => layers.Maximum(o), inputs: pair, output },
  Minimum: { make: (o) => layers.Minimum(o), inputs: pair, output },
  Multiply: { make: (o) => layers.Multiply(o), inputs: pair, output },
  Subtract: { make: (o) => layers.Subtract(o), inputs: pair, output },
};

describe('core and merging layers', () => {
  for (const [name, spec] of Object.entries({ ...cases, ...merging })) test(name, () => testLayer(spec));
});

describe('call with several tensors by position', () => {
  class Weighted extends tf.keras.layers.Layer {
    shapes: unknown[] = [];
    scale = this.addWeight({ shape: [], initializer: 'ones', name: 'scale' });
    override build(...shapes: unknown[]): void {
      this.shapes = shapes;
      this.built = true;
    }
    override call(x: tf.Tensor, weights: tf.Tensor, options: { training?: boolean | null } = {}): tf.Tensor {
      if (options.training) this.addLoss(tf.reduceMean(weights));
      return x.mul(weights).mul(this.scale);
    }
  }
  it('works on tensors, in functional models, in training and after loading the weights', async () => {
    const layer = new Weighted();
    expect(
      (layer(tf.constant([[2, 3]], 'float32'), tf.constant([[4, 5]], 'float32')) as tf.Tensor).arraySync(),
    ).toEqual([[8, 15]]);
    expect(layer.shapes).toEqual([
      [1, 2],
      [1, 2],
    ]);
    const [a, b] = [tf.keras.Input({ shape: [2] }), tf.keras.Input({ shape: [2] })];
    const model = tf.keras.Model([a, b], new Weighted()(a, b) as tf.Tensor);
    const x = [tf.constant([[2, 3]], 'float32'), tf.constant([[4, 5]], 'float32')];
    expect((model(x) as tf.Tensor).arraySync()).toEqual([[8, 15]]);
    model.compile({ optimizer: tf.keras.optimizers.SGD(0.1), loss: 'mse' });
    const { history } = await model.fit(x, tf.constant([[8, 15]], 'float32'), { epochs: 1, verbose: 0 });
    expect(history.loss![0]).toBeCloseTo(4.5, 5);
  });
  it('is kept where the call is written to a file', () => {
    tf.keras.saving.registerKerasSerializable({ package: 'test' })(Weighted);
    const [a, b] = [tf.keras.Input({ shape: [2] }), tf.keras.Input({ shape: [2] })];
    const model = tf.keras.Model([a, b], new Weighted()(a, b) as tf.Tensor);
    const again = tf.keras.models.modelFromJSON(model.toJSON());
    expect(
      (again([tf.constant([[2, 3]], 'float32'), tf.constant([[4, 5]], 'float32')]) as tf.Tensor).arraySync(),
    ).toEqual([[8, 15]]);
  });
});

it('Lambda with an output shape takes the batch of the first of several inputs', () => {
  const [a, b] = [tf.keras.Input({ shape: [3] }), tf.keras.Input({ shape: [3] })];
  const add = tf.keras.layers.Lambda((x: unknown) => tf.addN(x as tf.Tensor[]), { outputShape: [3] });
  expect((add([a, b]) as tf.Tensor).shape).toEqual([null, 3]);
});

it('Lambda takes a tensor, unless its function says what else', () => {
  const { Lambda } = tf.keras.layers;
  const x = tf.constant([[1, -2]], { dtype: 'float32' });
  expect(Lambda((t) => t.mul(2))(x).arraySync()).toEqual([[2, -4]]);
  expect(Lambda({ function: (t) => t.add(1) })(x).arraySync()).toEqual([[2, -1]]);
  expect(new Lambda(tf.square)(x).arraySync()).toEqual([[1, 4]]);
  const sum = Lambda(([a, b]: [tf.Tensor, tf.Tensor], { by }: { by: number }) => a.add(b).mul(by), {
    arguments: { by: 3 },
  });
  expect(sum([x, x]).arraySync()).toEqual([[6, -12]]);
});
