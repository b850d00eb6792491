// tf.keras.backend: what TensorFlow 2.21's answered, function by function; and what needs a variable, a seed or an error.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as tf from '../index.ts';

const K = tf.keras.backend;
type Case = [name: string, args: unknown[], options: Record<string, unknown>, wanted: unknown];
const cases = JSON.parse(
  readFileSync(new URL('../../test/fixtures/keras-backend.json', import.meta.url), 'utf8'),
) as Case[];

/** An argument as it stands in the file: tensors are written as { t: values, d: dtype }. */
const decoded = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && 't' in value && 'd' in value
    ? tf.constant(value.t as number[], { dtype: value.d as 'float32' })
    : value;
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof tf.SparseTensor) return plain(tf.sparse.toDense(value));
  if (value instanceof tf.Tensor) return plain(value.numpy());
  return typeof value === 'bigint' ? Number(value) : value;
}
function close(found: unknown, wanted: unknown, where: string): void {
  if (Array.isArray(wanted)) {
    expect(Array.isArray(found) && found.length, where).toBe(wanted.length);
    wanted.forEach((part, i) => close((found as unknown[])[i], part, `${where}[${i}]`));
  } else if (typeof wanted === 'number') {
    const number = Number.isFinite(found as number) ? (found as number) : 0;
    expect(Math.abs(number - wanted), where).toBeLessThan(2e-6 * Math.max(10, Math.abs(wanted)));
  } else expect(found, where).toEqual(wanted);
}

describe('as TensorFlow', () => {
  test.each(cases.map((one, i) => [`${i}: ${one[0]}`, one] as const))('%s', (where, [name, args, options, wanted]) => {
    const f = Reflect.get(K, name) as (...args: unknown[]) => unknown;
    close(plain(f(...args.map(decoded), ...(Object.keys(options).length > 0 ? [options] : []))), wanted, where);
  });
});

test('variables', () => {
  const v = K.variable([1, 2], { name: 'v' });
  expect([v.dtype, K.dtype(v), K.getValue(v)]).toEqual(['float32', 'float32', [1, 2]]);
  K.setValue(v, [3, 4]);
  K.update(v, tf.add(v, 1));
  K.updateAdd(v, [1, 1]);
  K.updateSub(v, [0, 1]);
  expect(K.batchGetValue([v])).toEqual([[5, 5]]);
  K.batchSetValue([[v, [0, 10]]]);
  K.movingAverageUpdate(v, tf.constant([10, 0], 'float32'), 0.5);
  expect([K.eval(v), K.isSparse(v)]).toEqual([[5, 5], false]);
  expect(K.variable([5, -5], { constraint: (x) => tf.maximum(x, 0) }).constraint).toBeTypeOf('function');
});

test('random numbers of a seed come again', () => {
  tf.random.setSeed(1);
  const drawn = () => [
    K.randomNormal([2], 0, 1, 'float32', 3),
    K.randomUniform([2], { minval: 2, maxval: 3, seed: 4 }),
    K.truncatedNormal([2], { seed: 5 }),
    K.randomBernoulli([4], { p: 0.5, seed: 6 }),
    K.randomNormalVariable([2], 1, 0.1, { seed: 7 }),
    K.randomUniformVariable([2], 1, 2, { seed: 8 }),
    K.dropout(tf.ones([8]), 0.5, { seed: 9 }),
  ];
  const first = plain(drawn());
  tf.random.setSeed(1);
  expect(plain(drawn())).toEqual(first);
});

test('a loss of an old program trains, compiled', async () => {
  const rmse = (yTrue: tf.Tensor, yPred: tf.Tensor) =>
    K.sqrt(K.mean(K.square(tf.subtract(yPred, yTrue)), { axis: -1 }));
  const dice = (yTrue: tf.Tensor, yPred: tf.Tensor) => {
    const both = K.sum(tf.multiply(K.flatten(yTrue), K.flatten(yPred)));
    return tf.divide(
      tf.add(tf.multiply(both, 2), K.epsilon()),
      tf.add(tf.add(K.sum(yTrue), K.sum(yPred)), K.epsilon()),
    );
  };
  const { layers } = tf.keras;
  const input = tf.keras.Input({ shape: [3] });
  const doubled = layers.Lambda((x: tf.Tensor) => K.concatenate([x, K.clip(x, 0, 1)]))(input);
  const model = tf.keras.Model({ inputs: input, outputs: layers.Dense(1, { activation: 'sigmoid' })(doubled) });
  model.compile({ optimizer: 'sgd', loss: rmse, metrics: [dice] });
  const history = await model.fit(tf.ones([8, 3]), tf.ones([8, 1]), { epochs: 3, verbose: 0 });
  const { loss } = history.history as { loss: number[] };
  expect(loss[2]!).toBeLessThan(loss[0]!);
});

test('folds, maps, scopes and gradients', () => {
  const x = tf.constant([1, 2, 3], 'float32');
  expect(K.foldl((a, b) => tf.add(tf.multiply(a, 2), b), x).numpy()).toBe(11);
  expect(K.foldr((a, b) => tf.add(tf.multiply(a, 2), b), x, tf.constant(1, 'float32')).numpy()).toBe(25);
  expect(K.mapFn((one) => tf.square(one), x).numpy()).toEqual([1, 4, 9]);
  expect(K.nameScope('here', () => K.stopGradient([x])[0]!.numpy())).toEqual([1, 2, 3]);
  expect(
    tf
      .function((at: tf.Tensor) => K.gradients(K.sum(K.square(at)), at)[0]!)(x)
      .numpy(),
  ).toEqual([2, 4, 6]);
  expect(K.toDense(tf.sparse.fromDense(x)).numpy()).toEqual([1, 2, 3]);
  expect(K.castToFloatx([1, 2]).dtype).toBe('float32');
});

test.each<[string, () => unknown, RegExp]>([
  ['softmax of a vector', () => K.softmax(tf.ones([3])), /found rank 1, wanted 2 or more/],
  ['a batch product over the batch', () => K.batchDot(tf.ones([2, 3]), tf.ones([2, 3]), 0), /axes: found 0/],
  [
    'another data format',
    () => K.conv2d(tf.ones([1, 3, 3, 1]), tf.ones([2, 2, 1, 1]), { dataFormat: 'NHWC' as never }),
    /dataFormat: found 'NHWC'/,
  ],
  [
    'another padding',
    () => K.conv1d(tf.ones([1, 3, 1]), tf.ones([2, 1, 1]), { padding: 'full' as never }),
    /padding: found 'full'/,
  ],
  ['a pool of one size', () => K.pool2d(tf.ones([1, 3, 3, 1]), [2]), /poolSize: found \[2\], wanted a list of 2/],
  ['an unknown option', () => K.mean(tf.ones([2]), { keepDims: true } as never), /unknown option 'keepDims'/],
  ['rows of no matrix', () => K.repeat(tf.ones([2]), 3), /found rank 1, wanted 2/],
  ['a bias of another rank', () => K.biasAdd(tf.ones([1, 2, 3, 4]), tf.ones([2, 3])), /bias: found rank 2/],
])('%s is refused', (_, call, message) => expect(call).toThrow(message));
