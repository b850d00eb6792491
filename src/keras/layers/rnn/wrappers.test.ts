// Bidirectional, TimeDistributed and the ConvLSTM layers through the generic test, and against their parts.
import { describe, expect, test } from 'vitest';
import * as tf from '../../../index.ts';
import { type LayerTest, testLayer } from '../testing.ts';

const { layers } = tf.keras;
const inputs = [[2, 4, 3]] as const;
const cases: Record<string, LayerTest> = {
  'Bidirectional concat': { make: (o) => layers.Bidirectional(layers.LSTM(2, o), o), inputs, output: [null, 4] },
  'Bidirectional sum of sequences': {
    make: (o) => layers.Bidirectional(layers.GRU(2, { returnSequences: true, ...o }), { mergeMode: 'sum', ...o }),
    inputs,
    output: [null, 4, 2],
    passesMask: true,
  },
  'Bidirectional apart, with states': {
    make: (o) => layers.Bidirectional(layers.LSTM(2, { returnState: true, ...o }), { mergeMode: null, ...o }),
    inputs,
    output: [null, 2],
  },
  'Bidirectional with a layer of its own for the way back': {
    make: (o) =>
      layers.Bidirectional(layers.SimpleRNN(2, o), { backwardLayer: layers.GRU(3, { goBackwards: true, ...o }), ...o }),
    inputs,
    output: [null, 5],
  },
  'TimeDistributed Dense': {
    make: (o) => layers.TimeDistributed(layers.Dense(2, { activation: 'tanh', ...o }), o),
    inputs,
    output: [null, 4, 2],
    passesMask: true,
  },
  'TimeDistributed LSTM': {
    make: (o) => layers.TimeDistributed(layers.LSTM(2, o), o),
    inputs: [[2, 3, 4, 2]],
    output: [null, 3, 2],
  },
  ConvLSTM1D: {
    make: (o) => layers.ConvLSTM1D(2, 2, { returnSequences: true, ...o }),
    inputs: [[2, 3, 4, 2]],
    output: [null, 3, 3, 2],
    passesMask: true,
  },
  'ConvLSTM2D same, backwards, states': {
    make: (o) => layers.ConvLSTM2D(2, [2, 3], { padding: 'same', goBackwards: true, returnState: true, ...o }),
    inputs: [[1, 2, 3, 3, 1]],
    output: [null, 3, 3, 2],
  },
  'ConvLSTM2D channels first': {
    make: (o) => layers.ConvLSTM2D(1, 2, { dataFormat: 'channels_first', strides: 2, ...o }),
    inputs: [[1, 2, 2, 4, 5]],
    output: [null, 1, 2, 2],
  },
  ConvLSTM3D: {
    make: (o) => layers.ConvLSTM3D(1, 2, { padding: 'same', unroll: true, ...o }),
    inputs: [[1, 2, 2, 3, 2, 1]],
    output: [null, 2, 3, 2, 1],
  },
};
describe.each(Object.entries(cases))('%s', (_, given) => {
  test('config, shapes, gradients, compiled, half precision, masks', () => testLayer(given));
});

const numbers = (t: unknown): number[] => Array.from((t as tf.Tensor).dataSync() as Float32Array);
const close = (found: unknown, wanted: unknown): void => {
  const [a, b] = [numbers(found), numbers(wanted)];
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => {
    expect(Math.abs(value - b[i]!)).toBeLessThan(2e-6);
  });
};
const x = tf.constant(
  Array.from({ length: 24 }, (_, i) => Math.sin(i)),
  { shape: [2, 4, 3] },
);

describe('Bidirectional', () => {
  test('is a layer and its copy the other way round, and the given layer stays apart', () => {
    const given = layers.LSTM(2, { returnSequences: true });
    const both = layers.Bidirectional(given, { mergeMode: 'mul' });
    const y = both(x) as tf.Tensor;
    expect(given.built).toBe(false);
    expect(both.weights.map((weight) => weight.path.replace(/_\d+(?=\/)/g, ''))).toEqual(
      ['forward_lstm', 'backward_lstm'].flatMap((name) =>
        ['kernel', 'recurrent_kernel', 'bias'].map((weight) => `bidirectional/${name}/lstm_cell/${weight}`),
      ),
    );
    const forward = layers.LSTM(2, { returnSequences: true });
    const backward = layers.LSTM(2, { returnSequences: true });
    for (const layer of [forward, backward]) layer.build([2, 4, 3]);
    forward.setWeights(both.getWeights().slice(0, 3));
    backward.setWeights(both.getWeights().slice(3));
    close(y, forward(x).mul(tf.reverse(backward(tf.reverse(x, 1)), 1)));
  });
  test('initial states: the first half forward, the second backward', () => {
    const both = layers.Bidirectional(layers.GRU(2));
    both(x);
    const states = [tf.ones([2, 2]), tf.fill([2, 2], 0.5)];
    const forward = layers.GRU(2);
    forward.build([2, 4, 3]);
    forward.setWeights(both.getWeights().slice(0, 3));
    const y = both(x, { initialState: states }) as tf.Tensor;
    close(y.at('...', '0:2'), forward(x, { initialState: states[0]! }));
    close(both([x, ...states]), y);
    expect(() => both(x, { initialState: [states[0]!] })).toThrow(/then as many of the backward one/);
  });
  test('what is refused, and how', () => {
    expect(() => layers.Bidirectional(layers.Dense(3))).toThrow(/has no goBackwards; wanted a recurrent layer/);
    expect(() => layers.Bidirectional(layers.GRU(3), { backwardLayer: layers.GRU(3) })).toThrow(/goBackwards: true/);
    expect(() =>
      layers.Bidirectional(layers.GRU(3), { backwardLayer: layers.GRU(3, { goBackwards: true, stateful: true }) }),
    ).toThrow(/has stateful: false.*has stateful: true/);
  });
});

describe('TimeDistributed', () => {
  test('a layer that looks across the batch sees one step at a time', () => {
    const centred = layers.TimeDistributed(layers.Lambda((t: tf.Tensor) => t.sub(tf.reduceMean(t, 0))));
    close(centred(x), x.sub(tf.reduceMean(x, 0, { keepdims: true })));
    const normal = layers.BatchNormalization({ momentum: 0.5 });
    const steps = layers.TimeDistributed(normal);
    steps(x);
    const single = layers.BatchNormalization({ momentum: 0.5 });
    const wanted = [0, 1, 2, 3].map((i) => single(x.at(':', i), { training: true }) as tf.Tensor);
    close(tf.function((t: tf.Tensor) => steps(t, { training: true }))(x), tf.stack(wanted, 1));
    for (const [i, weight] of normal.weights.entries()) close(weight, single.weights[i]);
  });
  test('a model with a recurrent layer inside, and its gradient', () => {
    const input = tf.keras.Input({ shape: [3, 2] });
    const model = tf.keras.Model({ inputs: input, outputs: layers.LSTM(2)(input) });
    const steps = layers.TimeDistributed(model);
    const video = tf.random.normal([2, 4, 3, 2], { seed: 1 });
    close(
      steps(video),
      tf.stack(
        [0, 1, 2, 3].map((i) => model(video.at(':', i))),
        1,
      ),
    );
    const tape = new tf.GradientTape();
    const loss = tape.record(() => tf.reduceSum(steps(video)));
    expect(tape.gradient(loss, steps.trainableWeights).every((gradient) => gradient !== null)).toBe(true);
  });
  test('what is refused, and how', () => {
    expect(() => layers.TimeDistributed(layers.Dense(3))(tf.zeros([2, 5]))).toThrow(/at least three dimensions/);
    expect(() => layers.TimeDistributed(layers.Dense(3))(x, { mask: tf.ones([2, 3]) })).toThrow(
      /wanted a mask that begins with \(2, 4\)/,
    );
  });
});

test('ConvLSTM2D with channels first is the same with axes in another order', () => {
  const options = { padding: 'same', strides: 2, returnSequences: true } as const;
  const last = layers.ConvLSTM2D(2, [2, 3], options);
  const first = layers.ConvLSTM2D(2, [2, 3], { ...options, dataFormat: 'channels_first' });
  const video = tf.random.normal([2, 3, 4, 5, 3], { seed: 1 });
  const wanted = last(video);
  const turned = tf.transpose(video, [0, 1, 4, 2, 3]);
  first.build(turned.shape);
  first.setWeights(last.getWeights());
  close(tf.transpose(first(turned), [0, 1, 3, 4, 2]), wanted);
});
