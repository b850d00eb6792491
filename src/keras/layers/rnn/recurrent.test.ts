// Recurrent layers and cells through the generic test, masks and states against steps written out, dropout against
// numbers of real Keras 3.15.1, and what is refused.
import { describe, expect, test } from 'vitest';
import * as tf from '../../../index.ts';
import type { LayerBase } from '../layer.ts';
import { type LayerTest, testLayer } from '../testing.ts';

const { layers } = tf.keras;
const inputs = [[2, 4, 3]] as const;
const withStates = [
  [2, 4, 3],
  [2, 3],
  [2, 3],
] as const;
const cases: Record<string, LayerTest> = {
  SimpleRNN: { make: (o) => layers.SimpleRNN(3, o), inputs, output: [null, 3], passesMask: false },
  'SimpleRNN relu, backwards': {
    make: (o) => layers.SimpleRNN(3, { activation: 'softplus', goBackwards: true, returnSequences: true, ...o }),
    inputs,
    output: [null, 4, 3],
    passesMask: true,
  },
  LSTM: { make: (o) => layers.LSTM(3, o), inputs, output: [null, 3], passesMask: false },
  'LSTM with sequences and states': {
    make: (o) => layers.LSTM(3, { returnSequences: true, returnState: true, ...o }),
    inputs,
    output: [null, 4, 3],
    passesMask: true,
  },
  'LSTM unrolled, without bias': {
    make: (o) => layers.LSTM(2, { unroll: true, useBias: false, unitForgetBias: false, ...o }),
    inputs,
    output: [null, 2],
  },
  'LSTM with initial states': {
    make: (o) => layers.LSTM(3, { returnState: true, ...o }),
    inputs: withStates,
    call: (layer, [x, h, c]) => Reflect.apply(layer, null, [x, { initialState: [h, c] }]),
    output: [null, 3],
  },
  GRU: { make: (o) => layers.GRU(3, o), inputs, output: [null, 3] },
  'GRU reset before, backwards': {
    make: (o) => layers.GRU(3, { resetAfter: false, goBackwards: true, ...o }),
    inputs,
    output: [null, 3],
  },
  'RNN of stacked cells': {
    make: (o) => layers.RNN([layers.LSTMCell(3, o), layers.GRUCell(2, o)], { returnSequences: true, ...o }),
    inputs,
    output: [null, 4, 2],
    passesMask: true,
  },
  'RNN with states of stacked cells': {
    make: (o) => layers.RNN([layers.SimpleRNNCell(2, o), layers.LSTMCell(3, o)], { returnState: true, ...o }),
    inputs,
    output: [null, 3],
  },
};
describe.each(Object.entries(cases))('%s', (_, given) => {
  test('config, shapes, gradients, compiled, half precision, masks', () => testLayer(given));
});

const x = tf.constant(
  Array.from({ length: 24 }, (_, i) => Math.sin(i)),
  { shape: [2, 4, 3] },
);
const values = (t: tf.Tensor): number[] => Array.from(t.dataSync() as Float32Array);
function close(found: tf.Tensor, wanted: readonly number[], tolerance = 2e-6): void {
  const given = values(found);
  expect(given.length).toBe(wanted.length);
  given.forEach((value, i) => {
    expect(Math.abs(value - wanted[i]!)).toBeLessThan(tolerance);
  });
}

describe('masks', () => {
  const mask = tf.constant(
    [
      [true, false, true, false],
      [false, false, true, true],
    ],
    { dtype: 'bool' },
  );
  /** The cell called step by step, for each sample the steps that count. */
  function stepped(cell: LayerBase & { getInitialState(n: number): unknown }, zero: boolean, backwards: boolean) {
    const kept = mask.arraySync() as boolean[][];
    const outputs: number[][][] = [0, 1].map((sample) => {
      let states = cell.getInitialState(1);
      let output = [0, 0, 0];
      const order = backwards ? [3, 2, 1, 0] : [0, 1, 2, 3];
      return order.map((time) => {
        if (!kept[sample]![time]) return zero ? [0, 0, 0] : output;
        const [y, after] = Reflect.apply(cell, null, [x.at(sample, time).reshape([1, 3]), states]) as [
          tf.Tensor,
          unknown,
        ];
        states = after;
        output = values(y);
        return output;
      });
    });
    return outputs.flat(2);
  }
  for (const kind of ['LSTM', 'GRU', 'SimpleRNN'] as const)
    for (const zeroOutputForMask of [false, true])
      for (const goBackwards of [false, true])
        for (const unroll of [false, true])
          test(`${kind} zero ${zeroOutputForMask}, backwards ${goBackwards}, unroll ${unroll}`, () => {
            const layer = layers[kind]({ units: 3, returnSequences: true, zeroOutputForMask, goBackwards, unroll });
            const found = layer(x, { mask });
            const wanted = stepped(layer.cell, zeroOutputForMask, goBackwards);
            close(found, wanted);
            const last = layers[kind]({ units: 3, zeroOutputForMask, goBackwards, unroll });
            last.build([2, 4, 3]);
            last.setWeights(layer.getWeights());
            close(last(x, { mask }), [...wanted.slice(9, 12), ...wanted.slice(21, 24)]);
          });
});

describe('states', () => {
  test('a stateful layer goes on where it stood, until it is reset', () => {
    const layer = layers.LSTM(3, { stateful: true });
    const whole = layers.LSTM(3);
    whole.build([2, 8, 3]);
    layer.build([2, 4, 3]);
    layer.setWeights(whole.getWeights());
    const twice = tf.concat([x, x], 1);
    const compiled = tf.function((step: tf.Tensor) => layer(step));
    layer(x);
    close(compiled(x), values(whole(twice)));
    expect(layer.weights.length).toBe(3);
    layer.resetStates();
    close(layer(x), values(whole(x)));
    layer.resetStates([tf.zeros([2, 3]), tf.zeros([2, 3])]);
    close(layer(x), values(whole(x)));
  });
  test('initial states in a list after the sequence, and as numbers', () => {
    const layer = layers.GRU(2, { returnState: true });
    const [y] = layer(x, { initialState: [tf.ones([2, 2])] });
    close(layer([x, tf.ones([2, 2])])[0], values(y));
    close(
      layer(x, {
        initialState: [
          [1, 1],
          [1, 1],
        ],
      })[0],
      values(y),
    );
  });
  test('timeMajor: (time, batch, …) in and out', () => {
    const options = { returnSequences: true } as const;
    const layer = layers.LSTM(3, options);
    const y = layer(x);
    const major = layers.LSTM(3, { ...options, timeMajor: true });
    major.build([4, 2, 3]);
    major.setWeights(layer.getWeights());
    close(tf.transpose(major(tf.transpose(x, [1, 0, 2])), [1, 0, 2]), values(y));
  });
});

describe('cells of the user', () => {
  class Leaky extends layers.AbstractRNNCell {
    kernel: tf.Tensor | null = null;
    override get stateSize(): number {
      return 3;
    }
    override build(shape: tf.Shape): void {
      this.kernel = this.addWeight({ name: 'kernel', shape: [shape.at(-1)!, 3] });
    }
    override call(inputs: tf.Structure, states: unknown): [tf.Tensor, tf.Tensor[]] {
      const [h] = states as [tf.Tensor];
      const y = (inputs as tf.Tensor).matmul(this.kernel!).add(h.mul(0.5));
      // The output is not the state.
      return [y.mul(2), [y]];
    }
  }
  test('run in a compiled loop, with masks and gradients', () => {
    const layer = layers.RNN(new Leaky(), { returnSequences: true });
    const mask = tf.constant([
      [true, true, false, true],
      [false, true, true, false],
    ]);
    const eager = layer(x, { mask });
    close(tf.function((t: tf.Tensor) => layer(t, { mask }))(x), values(eager));
    expect(values(eager.at(1, 0))).toEqual([0, 0, 0]);
    expect(values(eager.at(0, 2))).toEqual(values(eager.at(0, 1)));
    const tape = new tf.GradientTape();
    const loss = tape.record(() => layer(x, { mask }).sum());
    const [gradient] = tape.gradient(loss, layer.trainableWeights);
    const [kernel] = layer.trainableWeights;
    const moved = (by: number): number => {
      kernel!.assignAdd(tf.fill([3, 3], by));
      return layer(x, { mask }).sum().item();
    };
    const slope = (moved(1e-2) - moved(-2e-2)) / 2e-2;
    expect(Math.abs(gradient!.sum().item() - slope)).toBeLessThan(1e-2);
  });
  test('that give something else are named', () => {
    class Wrong extends Leaky {
      override call(inputs: tf.Structure): never {
        return inputs as never;
      }
    }
    expect(() => layers.RNN(new Wrong())(x)).toThrow(/cell 'wrong'.*wanted \[output, newStates\]/);
  });
});

/** What Keras gives after keras.utils.set_random_seed(11): in training, in inference, in training again. */
const dropouts: readonly [string, () => LayerBase, readonly (readonly number[])[]][] = [
  [
    'LSTM',
    () => layers.LSTM(2, { dropout: 0.4, recurrentDropout: 0.3 }),
    [
      [0.022399, 0.102987, -0.023681, 0.200122],
      [-0.059673, 0.086998, 0.007351, 0.136616],
      [-0.100134, 0.146961, -0.04143, 0.120042],
    ],
  ],
  [
    'GRU',
    () => layers.GRU(2, { dropout: 0.4, resetAfter: false }),
    [
      [-0.071745, 0.71243, -0.156098, 0.500693],
      [-0.140118, 0.59039, -0.348632, 0.570899],
      [-0.163808, 0.561488, -0.328325, 0.428143],
    ],
  ],
  [
    'SimpleRNN',
    () => layers.SimpleRNN(2, { dropout: 0.2, recurrentDropout: 0.4 }),
    [
      [0.321663, 0.882199, 0.539231, 0.16669],
      [-0.483469, 0.538003, 0.83094, 0.530485],
      [0.072745, 0.919764, 0.975883, 0.075374],
    ],
  ],
  [
    'stacked cells',
    () =>
      layers.RNN([
        layers.GRUCell(3, { dropout: 0.3, recurrentDropout: 0.2 }),
        layers.LSTMCell(2, { dropout: 0.3, implementation: 1 }),
      ]),
    [
      [-0.036785, 0.045661, -0.025751, 0.04099],
      [-0.015175, 0.022416, -0.044624, 0.03841],
      [0.023134, 0.038937, -0.06266, 0.055933],
    ],
  ],
  [
    'Bidirectional',
    () => layers.Bidirectional(layers.LSTM(1, { dropout: 0.5 })),
    [
      [-0.148919, 0.356318, -0.200007, -0.011304],
      [0.001182, 0.024927, 0.053964, 0.077913],
      [0.034285, 0, -0.19153, -0.011304],
    ],
  ],
  [
    'ConvLSTM1D',
    () => layers.ConvLSTM1D(1, 2, { dropout: 0.3, recurrentDropout: 0.2 }),
    [
      [-0.016562, -0.006771, 0.072283, 0.007912],
      [-0.004165, 0.010491, 0.043011, -0.006579],
      [0.020489, 0.025451, 0.06934, -0.023195],
    ],
  ],
];
test.each(dropouts)('first weights and dropout of %s are those of Keras', (name, make, wanted) => {
  tf.keras.utils.setRandomSeed(11);
  const layer = make();
  const given = name === 'ConvLSTM1D' ? x.reshape([2, 4, 3, 1]) : x;
  wanted.forEach((numbers, i) => {
    close(layer(given, { training: i !== 1 }) as tf.Tensor, numbers);
  });
});

test('what is refused, and how', () => {
  const { LSTM, RNN, StackedRNNCells } = layers;
  expect(() => LSTM(3)(tf.zeros([2, 4]))).toThrow(/expected ndim=3, found ndim=2. Full shape received: \(2, 4\)/);
  expect(() => LSTM(0)).toThrow(/LSTM: units: found 0, wanted a whole number ≥ 1/);
  expect(() => LSTM(3, { unroll: true })(tf.keras.Input({ shape: [null, 4] }))).toThrow(
    /number of steps must be known/,
  );
  expect(() => LSTM(3, { stateful: true })(tf.keras.Input({ shape: [5, 4] }))).toThrow(
    /size of its batches must be known/,
  );
  expect(() => LSTM(3)(x, { initialState: [tf.zeros([2, 3])] })).toThrow(/holds 1 state, wanted 2 of shapes/);
  expect(() => LSTM(3)(x, { initialState: [tf.zeros([2, 3]), tf.zeros([2, 4])] })).toThrow(
    /initialState\[1\] has shape \(2, 4\), wanted \(2, 3\)/,
  );
  expect(() => LSTM(3)(x, { mask: tf.ones([2]) })).toThrow(/mask has shape \(2,\), wanted \(batch, time\)/);
  expect(() => RNN(layers.Dense(3) as never)).toThrow(/lacks a property stateSize/);
  expect(() => StackedRNNCells([])).toThrow(/found no cells/);
  const layer = LSTM(3, { stateful: true });
  layer(x);
  expect(() => layer(tf.zeros([3, 4, 3]))).toThrow(/batches of 2, and this batch has 3 samples/);
  expect(() => LSTM(3).resetStates()).toThrow(/needs a stateful layer/);
});
