// Optimizers: the same numbers eagerly and inside a compiled step, configs both ways, refusals. The numbers themselves are
// checked against Keras by the golden cases.
import { describe, expect, test, vi } from 'vitest';
import * as tf from '../../index.ts';
import { namesIn } from '../serialization.ts';

const { optimizers } = tf.keras;
type Options = Record<string, unknown>;
const plain = [
  'SGD',
  'Adam',
  'AdamW',
  'RMSprop',
  'Adagrad',
  'Adadelta',
  'Adamax',
  'Nadam',
  'Ftrl',
  'Lion',
  'Lamb',
  'Adafactor',
  'Muon',
  'ScheduleFreeAdamW',
] as const;
const variants: [name: string, options: Options][] = [
  ['plain', {}],
  ['clipnorm, decay', { clipnorm: 0.5, weightDecay: 0.01 }],
  ['accumulation', { gradientAccumulationSteps: 2 }],
  ['averages', { useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 2 }],
  ['global norm, loss scale', { globalClipnorm: 1, lossScaleFactor: 4 }],
];
const make = (name: string, options: Options): tf.keras.optimizers.Optimizer => {
  const found = Reflect.get(optimizers, name) as (options: Options) => tf.keras.optimizers.Optimizer;
  return found({ learningRate: 0.1, ...options });
};
const start = [
  [
    [1, -2],
    [0.5, 3],
    [0, 1],
  ],
  [0.1, -0.2],
];
const gradients = (step: number) => [
  tf.constant([
    [0.3 * step, -1],
    [0.2, 0],
    [1 - step, 2],
  ]),
  tf.constant([step - 1.5, 0.25]),
];

/** Five steps: the values of all variables at the end. */
function run(optimizer: tf.keras.optimizers.Optimizer, compiled: boolean): number[] {
  const variables = start.map((value, i) => tf.Variable(value, { name: `v${i}` }));
  optimizer.build(variables);
  const step = (a: tf.Tensor, b: tf.Tensor): void => optimizer.apply([a, b], variables);
  const traced = compiled ? tf.function(step) : step;
  for (let i = 0; i < 5; i++) traced(gradients(i)[0]!, gradients(i)[1]!);
  return [...variables, ...optimizer.variables].flatMap((variable) => Array.from(variable.dataSync(), Number));
}
const close = (got: number[], want: number[]): void => {
  expect(got.length).toBe(want.length);
  got.forEach((value, i) => {
    expect(Math.abs(value - want[i]!), `element ${i}: ${value}, wanted ${want[i]}`).toBeLessThan(
      2e-5 * (1 + Math.abs(want[i]!)),
    );
  });
};

describe.each(plain)('%s', (name) => {
  test.each(variants)('compiled equals eager: %s', (_, options) => {
    close(run(make(name, options), true), run(make(name, options), false));
  });
  test('config there and back', () => {
    const optimizer = make(name, { clipvalue: 0.5 });
    const config = optimizers.serialize(optimizer);
    const again = optimizers.deserialize(config);
    expect(again.getConfig()).toEqual(optimizer.getConfig());
    expect(again).toBeInstanceOf(Reflect.get(optimizers, name));
  });
});

test('loss scale: a step that is not finite is left out, compiled and eagerly', () => {
  const results = [true, false].map((compiled) => {
    const variable = tf.Variable([1, 2], { name: 'w' });
    const optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.1), { initialScale: 4, dynamicGrowthSteps: 2 });
    optimizer.build([variable]);
    const step = (g: tf.Tensor): void => optimizer.apply([g], [variable]);
    const traced = compiled ? tf.function(step) : step;
    for (const g of [
      [4, 8],
      [Number.POSITIVE_INFINITY, 0],
      [2, 2],
      [2, 2],
      [4, 4],
    ])
      traced(tf.constant(g, { dtype: 'float32' }));
    return [variable, ...optimizer.variables].flatMap((v) => Array.from(v.dataSync(), Number));
  });
  close(results[0]!, results[1]!);
  // 1 − 0.1·(4/4), then left out, then twice 2/2 at scale 2, which doubles to 4, then 4/4.
  expect(results[1]![0]).toBeCloseTo(1 - 0.1 * (1 + 1 + 1 + 1), 5);
});

test('several optimizers, chosen by path', () => {
  const [a, b] = [tf.Variable([1], { name: 'a/kernel' }), tf.Variable([1], { name: 'b/kernel' })];
  const map = optimizers.OptimizerMap(optimizers.SGD(0.1), { 'b/.*': optimizers.SGD(0.5) });
  const both = optimizers.MultiOptimizer(map);
  both.apply([tf.constant([1], { dtype: 'float32' }), tf.constant([1], { dtype: 'float32' })], [a, b]);
  expect([a.item(), b.item()].map((x) => x.toFixed(3))).toEqual(['0.900', '0.500']);
});

test('the learning rate can be set without a new trace, and a schedule follows the step', () => {
  const optimizer = optimizers.SGD(0.5);
  const variable = tf.Variable([1]);
  optimizer.build([variable]);
  const step = tf.function((g: tf.Tensor) => optimizer.apply([g], [variable]));
  const one = tf.constant([1], { dtype: 'float32' });
  step(one);
  optimizer.learningRate = 0.25;
  step(one);
  expect(variable.item()).toBeCloseTo(0.25, 6);
  expect(step.tracingCount).toBe(1);
  const decayed = optimizers.SGD(optimizers.schedules.ExponentialDecay(1, 1, 0.5));
  expect(decayed.learningRate.item()).toBe(1);
  decayed.apply([one], [variable]);
  expect(decayed.learningRate.item()).toBeCloseTo(0.5, 6);
  expect(() => {
    decayed.learningRate = 0.1;
  }).toThrow(/schedule/);
});

test('names: by string in any case, with a hint for mistakes', () => {
  expect(optimizers.get('adam').name).toMatch(/^adam/);
  expect(optimizers.get('RMSprop')).toBeInstanceOf(optimizers.RMSprop);
  expect(() => optimizers.get('adan')).toThrow(/unknown optimizer 'adan'.*Did you mean 'adam'/s);
  expect(namesIn('keras.optimizers')).toContain('ScheduleFreeAdamW');
});

test('refusals name what was found and what was wanted', () => {
  const variable = tf.Variable([1, 2], { name: 'w' });
  const sgd = optimizers.SGD(0.1);
  expect(() => sgd.apply([null], [variable])).toThrow(/no gradient for any variable/);
  expect(() => sgd.apply([tf.constant([1, 2, 3])], [variable])).toThrow(/gradient of w has shape \(3,\).*\(2,\)/);
  expect(() => sgd.apply([tf.constant([1, 2])], [tf.Variable([1, 2], { name: 'other' })])).toThrow(
    /unknown variable other/,
  );
  expect(() => sgd.applyGradients([])).toThrow(/no pairs.*before its first call/);
  expect(() => optimizers.SGD({ clipnorm: 1, clipvalue: 1 })).toThrow(/clipnorm and clipvalue/);
  expect(() => optimizers.SGD({ momentum: 2 })).toThrow(/momentum/);
  expect(() => optimizers.Adam({ beta: 0.9 } as never)).toThrow(/unknown option 'beta'/);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const second = tf.Variable([1], { name: 'unused' });
  const fresh = optimizers.SGD(0.1);
  fresh.apply([tf.constant([1, 1]), null], [variable, second]);
  expect(warn.mock.calls.flat().join(' ')).toContain('unused');
  warn.mockRestore();
});

test('an optimizer of one’s own', () => {
  class Sign extends optimizers.Optimizer {
    override updateStep(gradient: tf.Tensor, variable: tf.Variable, learningRate: tf.Tensor): void {
      variable.assignSub(tf.sign(gradient).mul(learningRate));
    }
  }
  const variable = tf.Variable([1, 1]);
  new Sign({ learningRate: 0.5 }).applyGradients([[tf.constant([3, -2], { dtype: 'float32' }), variable]]);
  expect(variable.numpy()).toEqual([0.5, 1.5]);
});

test('schedules take some arguments by position and the others by name', () => {
  const { schedules, SGD } = tf.keras.optimizers;
  const decay = schedules.ExponentialDecay(0.5, { decaySteps: 10, decayRate: 0.25, staircase: true });
  expect([decay(9).item(), decay(20).item()]).toEqual([0.5, 0.03125]);
  expect(schedules.ExponentialDecay(0.5, 10, { decayRate: 0.25 })(5).item()).toBe(0.25);
  expect(schedules.ExponentialDecay(0.5, 10, 0.25)(10).item()).toBe(0.125);
  expect(schedules.CosineDecay({ initialLearningRate: 1, decaySteps: 4 })(2).item()).toBeCloseTo(0.5, 6);
  expect(SGD({ learningRate: schedules.CosineDecay(1, { decaySteps: 4, alpha: 0.5 }) }).getConfig()).toMatchObject({
    learning_rate: { config: { alpha: 0.5, decay_steps: 4 } },
  });
  // @ts-expect-error: the required ones stay required
  expect(() => schedules.ExponentialDecay(0.5, { decaySteps: 10 })).toThrow('decayRate');
});
