// Leading arguments by position stand in Python's order: the signatures of test/golden/api.json say which.
// Every class that takes arguments by position makes of them what it makes of the same ones by name.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as tf from '../index.ts';
import { camelCase } from './schema.ts';

interface Signature {
  readonly kind: string;
  readonly parameters?: readonly { readonly name: string; readonly kind: string }[];
}
const api = JSON.parse(readFileSync('test/golden/api.json', 'utf8')) as Record<string, Record<string, Signature>>;
const { layers, metrics, optimizers, initializers, regularizers, constraints } = tf.keras;
type AnyClass = new (...args: never[]) => { getConfig(): Record<string, unknown> };
const spaces: Record<string, Record<string, unknown>> = {
  'keras.layers': layers,
  'keras.metrics': metrics,
  'keras.optimizers': optimizers,
  'keras.initializers': initializers,
  'keras.regularizers': regularizers,
  'keras.constraints': constraints,
};
/** Values that are nobody's defaults, by the name of the parameter. */
const values: Record<string, unknown> = {
  units: 3,
  activation: 'tanh',
  useBias: false,
  rate: 0.3,
  filters: 2,
  kernelSize: 2,
  strides: 2,
  padding: 'same',
  poolSize: 3,
  inputDim: 5,
  outputDim: 4,
  maxValue: 6,
  negativeSlope: 0.2,
  threshold: 0.4,
  alpha: 0.3,
  theta: 0.3,
  axis: 1,
  axes: 1,
  numHeads: 2,
  keyDim: 3,
  valueDim: 4,
  headDim: 2,
  numQueryHeads: 4,
  numKeyValueHeads: 2,
  stddev: 0.2,
  scale: 2,
  offset: 1,
  n: 3,
  targetShape: [2, 2],
  dims: [2, 1],
  size: 3,
  cropping: 1,
  equation: 'ab,bc->ac',
  outputShape: 3,
  maskValue: 1,
  numBins: 4,
  height: 3,
  width: 4,
  interpolation: 'nearest',
  recurrentActivation: 'tanh',
  numTokens: 4,
  l1: 0.1,
  l2: 0.2,
  epsilon: 0.01,
  name: 'own',
  dtype: 'float64',
  numThresholds: 50,
  curve: 'PR',
  summationMethod: 'minoring',
  thresholds: 0.3,
  topK: 2,
  classId: 1,
  k: 3,
  numClasses: 3,
  targetClassIds: [1],
  average: 'micro',
  beta: 2,
  recall: 0.4,
  precision: 0.4,
  specificity: 0.4,
  sensitivity: 0.4,
  classAggregation: 'variance_weighted_average',
  numRegressors: 2,
  learningRate: 0.02,
  momentum: 0.3,
  nesterov: true,
  rho: 0.8,
  beta1: 0.8,
  beta2: 0.95,
  initialAccumulatorValue: 0.2,
  learningRatePower: -0.4,
  beta2Decay: -0.7,
  epsilon1: 1e-20,
  value: 2,
  seed: 3,
  gain: 2,
  mean: 0.1,
  minval: -0.3,
  maxval: 0.3,
  mode: undefined,
  minValue: 0.2,
  factor: 0.5,
  numDense: 2,
  layer: undefined,
  groups: 2,
  l1RegularizationStrength: 0.1,
  adamBeta1: 0.8,
  adamBeta2: 0.9,
};
const plain = (config: Record<string, unknown>, named: boolean): string =>
  JSON.stringify({ ...config, name: named ? config.name : null, seed: null });

for (const [space, module] of Object.entries(spaces))
  test(space, () => {
    let compared = 0;
    for (const [name, { kind, parameters = [] }] of Object.entries(api[space]!)) {
      const type = module[name] as AnyClass | undefined;
      // The bases of one's own classes take options only.
      if (kind !== 'class' || !type || name === 'Metric') continue;
      const order = parameters.filter((one) => one.kind === 'positional_or_keyword').map((one) => camelCase(one.name));
      for (const count of [1, 2, 3]) {
        const given = order.slice(0, count);
        if (given.length < count || given.some((one) => values[one] === undefined)) break;
        const make = (...args: unknown[]): string | null => {
          try {
            return plain((Reflect.construct(type, args) as InstanceType<AnyClass>).getConfig(), given.includes('name'));
          } catch (error) {
            // What is refused by name (an option that needs another) is refused by position; that a place is unknown, is not said.
            return String(error).includes('and then one options object') ? `refused: ${error}` : null;
          }
        };
        const byName = make(Object.fromEntries(given.map((one) => [one, values[one]])));
        const byPosition = make(...given.map((one) => values[one]));
        // One place is everybody's; further ones are, where the class takes them.
        if (byPosition?.startsWith('refused') && count > 1) break;
        expect(byPosition, `${name}(${given.join(', ')})`).toBe(byName);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(3);
  });

test('as programs type them', () => {
  expect(layers.ReLU(6).getConfig().max_value).toBe(6);
  expect(layers.LSTM(64).units).toBe(64);
  expect(optimizers.SGD(0.1, 0.9).getConfig().momentum).toBe(0.9);
  expect(metrics.SparseCategoricalAccuracy('train_accuracy').name).toBe('train_accuracy');
  expect(metrics.Precision(0.4).getConfig().thresholds).toBe(0.4);
  expect(initializers.RandomNormal(0, 0.05).stddev).toBe(0.05);
  expect(tf.keras.callbacks.EarlyStopping('loss', { patience: 3 }).monitor).toBe('loss');
  expect(tf.keras.callbacks.ModelCheckpoint('best.keras', 'loss').monitor).toBe('loss');
});

test('console.log shows a line, not every field', () => {
  const inspect = Symbol.for('nodejs.util.inspect.custom');
  const shown = (object: object): string => Reflect.apply(Reflect.get(object, inspect) as () => string, object, []);
  expect(shown(optimizers.Adam(1e-3, { name: 'adam' }))).toBe('<Adam name=adam, learningRate=0.001>');
  expect(shown(tf.keras.losses.Huber(2, { name: 'h' }))).toMatch(/^<Huber name=h, .*delta=2/);
  expect(shown(layers.Dense(2, { name: 'd' }))).toBe('<Dense name=d, built=false>');
  expect(shown(metrics.AUC({ name: 'a' }))).toBe('<AUC name=a>');
  expect(shown(regularizers.L2(0.1))).toBe('<L2 name=l2, l2=0.1>');
  expect(shown(tf.keras.DTypePolicy ? new tf.keras.DTypePolicy('mixed_float16') : {})).toBe(
    '<DTypePolicy name=mixed_float16>',
  );
});
