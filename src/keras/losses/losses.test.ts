// Losses: the same numbers and gradients eagerly and compiled, configs both ways, masks, refusals. The numbers themselves are
// checked against Keras by the golden cases.
import { describe, expect, test } from 'vitest';
import * as tf from '../../index.ts';
import { setMask } from '../annotations.ts';

const { losses, activations } = tf.keras;
const random = (shape: number[], seed: number, low = 0.05, high = 0.95): tf.Tensor =>
  tf.keras.random.uniform(shape, { minval: low, maxval: high, seed });
const oneHot = tf.oneHot([0, 2, 1, 2], 3);
const classes = tf.constant([0, 2, 1, 2]);
const probabilities = activations.softmax(random([4, 3], 1, -2, 2)).add(0);
type Named = Exclude<Extract<keyof typeof losses, `${Uppercase<string>}${string}`>, 'Loss' | 'LossFunctionWrapper'>;
const cases: [name: Named, yTrue: tf.Tensor, yPred: tf.Tensor, options?: object][] = [
  ['MeanSquaredError', random([4, 3], 2), random([4, 3], 3)],
  ['MeanAbsoluteError', random([4, 3], 2), random([4, 3], 3)],
  ['MeanAbsolutePercentageError', random([4, 3], 2), random([4, 3], 3)],
  ['MeanSquaredLogarithmicError', random([4, 3], 2), random([4, 3], 3)],
  ['CosineSimilarity', random([4, 3], 2), random([4, 3], 3)],
  ['Huber', random([4, 3], 2), random([4, 3], 3), { delta: 0.3 }],
  ['LogCosh', random([4, 3], 2), random([4, 3], 3)],
  ['Poisson', random([4, 3], 2), random([4, 3], 3)],
  ['KLDivergence', probabilities, random([4, 3], 3)],
  ['Hinge', oneHot, random([4, 3], 3)],
  ['SquaredHinge', oneHot, random([4, 3], 3)],
  ['CategoricalHinge', oneHot, random([4, 3], 3)],
  ['BinaryCrossentropy', oneHot, random([4, 3], 3), { labelSmoothing: 0.1 }],
  ['BinaryCrossentropy', oneHot, random([4, 3], 3, -3, 3), { fromLogits: true }],
  ['BinaryFocalCrossentropy', oneHot, random([4, 3], 3), { applyClassBalancing: true }],
  ['CategoricalCrossentropy', oneHot, probabilities],
  ['CategoricalCrossentropy', oneHot, random([4, 3], 3, -3, 3), { fromLogits: true }],
  ['CategoricalFocalCrossentropy', oneHot, probabilities],
  ['SparseCategoricalCrossentropy', classes, probabilities],
  ['SparseCategoricalCrossentropy', classes, random([4, 3], 3, -3, 3), { fromLogits: true, ignoreClass: 2 }],
  ['CategoricalGeneralizedCrossEntropy', classes, probabilities],
  ['Dice', oneHot, probabilities],
  ['Tversky', oneHot, probabilities, { alpha: 0.3, beta: 0.7 }],
  ['Circle', classes, random([4, 3], 5)],
  [
    'CTC',
    tf.constant([
      [1, 2],
      [2, 0],
    ]),
    random([2, 5, 3], 6, -2, 2),
  ],
];
const made = (name: Named, options?: object): tf.keras.losses.Loss =>
  (losses[name] as (options?: object) => tf.keras.losses.Loss)(options);

describe.each(cases)('%s', (name, yTrue, yPred, options) => {
  const weights = tf.constant(yPred.shape[0] === 2 ? [1, 0.5] : [1, 0.5, 0, 2], { dtype: 'float32' });
  const sampleWeight = name === 'Dice' || name === 'Tversky' ? null : weights;
  test('compiled equals eager, with gradients', () => {
    const loss = made(name, options);
    const compute = (t: tf.Tensor, q: tf.Tensor): [tf.Tensor, tf.Tensor] => {
      const tape = tf.GradientTape();
      const value = tape.record(() => {
        tape.watch(q);
        return loss(t, q, { sampleWeight });
      });
      return [value, tape.gradient(value, q)!];
    };
    const eager = compute(yTrue, yPred);
    const compiled = tf.function(compute)(yTrue, yPred);
    eager.forEach((tensor, i) => {
      const got = compiled[i]!.dataSync();
      tensor.dataSync().forEach((value, k) => {
        expect(Math.abs(Number(got[k]) - Number(value))).toBeLessThan(1e-4 * (1 + Math.abs(Number(value))));
      });
    });
  });
  test('config there and back', () => {
    const loss = made(name, options);
    const again = losses.deserialize(losses.serialize(loss));
    expect(again.getConfig()).toEqual(loss.getConfig());
  });
});

test('with and without new, by name, of one’s own', () => {
  expect(new losses.MeanSquaredError()([[1]], [[3]]).item()).toBe(4);
  expect(
    losses
      .MeanSquaredError('sum')([[1], [2]], [[3], [2]])
      .item(),
  ).toBeCloseTo(4, 6);
  expect(
    losses
      .get('mse')(tf.constant([[1]]), tf.constant([[3]]))
      .numpy(),
  ).toEqual([4]);
  class Cubed extends losses.Loss {
    override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
      return yPred.sub(yTrue).abs().pow(3).mean(-1);
    }
  }
  const cubed = new Cubed({ name: 'cubed', reduction: 'sum' });
  expect(cubed.name).toBe('cubed');
  expect(cubed([[1], [2]], [[3], [2]]).item()).toBeCloseTo(8, 5);
  expect(cubed).toBeInstanceOf(losses.Loss);
});

test('reductions', () => {
  const [t, q] = [
    tf.constant([[0], [0], [0]], { dtype: 'float32' }),
    tf.constant([[1], [2], [3]], { dtype: 'float32' }),
  ];
  const sampleWeight = [1, 1, 2];
  const value = (reduction: tf.keras.losses.Reduction) =>
    losses.MeanSquaredError({ reduction })(t, q, { sampleWeight }).numpy();
  expect(value('none')).toEqual([1, 4, 18]);
  expect(value('sum')).toBe(23);
  expect(value('sum_over_batch_size')).toBeCloseTo(23 / 3, 5);
  expect(value('mean_with_sample_weight')).toBeCloseTo(23 / 4, 5);
});

test('a mask of the predictions leaves time steps out, and the others count in full', () => {
  const q = tf.constant([[1, 2, 3]], { dtype: 'float32' }).expandDims(-1);
  setMask(q, tf.constant([[true, false, true]]));
  expect(
    losses
      .MeanSquaredError()(tf.zeros([1, 3, 1]), q)
      .item(),
  ).toBeCloseTo((1 + 9) / 2, 5);
});

test('probabilities that came out of softmax are traced back to their logits', () => {
  const logits = tf.constant([[1000, 0]], { dtype: 'float32' });
  expect(
    losses
      .CategoricalCrossentropy()([[0, 1]], activations.softmax(logits))
      .item(),
  ).toBe(1000);
  // Bare probabilities are clipped at 1e-7.
  expect(
    losses
      .CategoricalCrossentropy()([[0, 1]], tf.constant([[1, 0]], { dtype: 'float32' }))
      .item(),
  ).toBeLessThan(17);
});

test('refusals name both shapes, the label, the nearest name', () => {
  expect(() => losses.MeanSquaredError()([[1, 2, 3]], [[1, 2]])).toThrow(/\(1, 3\).*\(1, 2\)/s);
  expect(() =>
    losses.sparseCategoricalCrossentropy(
      [0, 5],
      tf.constant([
        [0.1, 0.9],
        [0.5, 0.5],
      ]),
    ),
  ).toThrow(/label 5 .*0 to 1/s);
  expect(() =>
    losses.categoricalCrossentropy(
      [0, 1],
      tf.constant([
        [0.1, 0.9],
        [0.5, 0.5],
      ]),
    ),
  ).toThrow(/sparseCategoricalCrossentropy/);
  expect(() => losses.get('mean_square_error')).toThrow(/Did you mean 'mean_squared_error'/);
  expect(() => losses.MeanSquaredError({ reduction: 'average' as never })).toThrow(/reduction/);
  expect(() => losses.MeanSquaredError()([[1], [2]], [[1], [2]], { sampleWeight: [1, 2, 3] })).toThrow(
    /sampleWeight.*\(3,\)/s,
  );
});
