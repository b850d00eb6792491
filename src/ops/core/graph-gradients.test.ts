// tf.gradients and tf.hessians inside functions: what TensorFlow 2.21 answered.
import { describe, expect, test } from 'vitest';
import * as tf from '../../index.ts';

const x = tf.constant([1, 2, 3], 'float32');
const values = (list: readonly (tf.Tensor | null)[]) => list.map((one) => one?.numpy() ?? null);
type Found = (tf.Tensor | null)[];

describe('gradients', () => {
  const v = tf.Variable([2, 5, 7], { dtype: 'float32' });
  const inner = (at: tf.Tensor): Found => {
    const a = tf.multiply(at, 2);
    const b = tf.multiply(a, a);
    return [...tf.gradients(b, [at, a]), ...tf.gradients(tf.add(a, b), [at, a, b], { stopGradients: [a, b] })];
  };
  const own = tf.customGradient((at: tf.Tensor) => [tf.square(at), (d: tf.Tensor) => tf.multiply(d, 100)]);
  test.each<[string, (at: tf.Tensor) => Found, unknown]>([
    [
      'by an argument and a variable',
      (at) => tf.gradients(tf.multiply(tf.multiply(at, at), v), [at, v]),
      [
        [4, 20, 42],
        [1, 4, 9],
      ],
    ],
    ['by results in between, and with these held', inner, [[8, 16, 24], [4, 8, 12], null, [1, 1, 1], [1, 1, 1]]],
    ['of the first gradient', (at) => tf.gradients(tf.gradients(tf.pow(at, 3), at)[0]!, at), [[6, 12, 18]]],
    [
      'by a constant made inside',
      (at) => {
        const c = tf.constant([4, 5, 6], 'float32');
        return tf.gradients(tf.multiply(at, c), [at, c]);
      },
      [
        [4, 5, 6],
        [1, 2, 3],
      ],
    ],
    [
      'zeros for what does not connect',
      (at) => tf.gradients(at, [tf.constant(1, 'float32')], { unconnectedGradients: 'zero' }),
      [0],
    ],
    ['through a gradient of its own', (at) => tf.gradients(own(at), at), [[100, 100, 100]]],
    [
      'through a loop',
      (at) =>
        tf.gradients(
          tf.whileLoop(
            (i, _y) => tf.less(i, 3),
            (i, y) => [tf.add(i, 1), tf.multiply(y as tf.Tensor, at)],
            [tf.constant(0), at],
          )[1] as tf.Tensor,
          at,
        ),
      [[4, 32, 108]],
    ],
    [
      'weighted',
      (at) => tf.gradients([tf.square(at), tf.multiply(at, 3)], at, [null, tf.constant([1, 10, 100], 'float32')]),
      [[5, 34, 306]],
    ],
  ])('%s', (_, f, wanted) => {
    const compiled = tf.function(f);
    expect(values(compiled(x))).toEqual(wanted);
    expect(values(compiled(x))).toEqual(wanted);
    // Under a tape a function runs as it is written, and inside another one too.
    expect(values(new tf.GradientTape().record(() => tf.function(f)(x)))).toEqual(wanted);
    expect(values(tf.function((at: tf.Tensor) => compiled(at))(x))).toEqual(wanted);
  });

  test('a step of training without a tape, assigned to once', () => {
    const w = tf.Variable(5, { dtype: 'float32' });
    const calls = tf.Variable(0, { dtype: 'float32' });
    const step = tf.function(() => {
      calls.assignAdd(1);
      const [slope] = tf.gradients(tf.square(w), w);
      w.assignSub(tf.multiply(slope!, 0.1));
      return w.value();
    });
    step();
    expect([step().numpy(), calls.numpy()].map((n) => Math.round((n as number) * 1e4) / 1e4)).toEqual([3.2, 2]);
  });
});

describe('hessians', () => {
  test('of vectors and matrices', () => {
    const f = tf.function((at: tf.Tensor) =>
      tf.hessians(tf.add(tf.reduceSum(tf.pow(at, 3)), tf.multiply(at.at(0), at.at(1))), at),
    );
    expect(values(f(x))).toEqual([
      [
        [6, 1, 0],
        [1, 12, 0],
        [0, 0, 18],
      ],
    ]);
    const m = tf.constant(
      [
        [1, 2],
        [3, 4],
      ],
      'float32',
    );
    const g = tf.function((at: tf.Tensor) => tf.hessians(tf.reduceSum(tf.multiply(tf.matmul(at, at), at)), at));
    expect(values(g(m))).toEqual([
      [
        [
          [
            [6, 7],
            [8, 0],
          ],
          [
            [7, 10],
            [5, 7],
          ],
        ],
        [
          [
            [8, 5],
            [10, 8],
          ],
          [
            [0, 7],
            [8, 24],
          ],
        ],
      ],
    ]);
  });
});

test.each<[string, () => unknown, RegExp]>([
  [
    'outside of functions',
    () => tf.gradients(x, x),
    /gradients: is not supported outside of tf.function.*GradientTape/,
  ],
  [
    'in a branch',
    () =>
      tf.function((at: tf.Tensor) =>
        tf.cond(
          tf.greater(at.at(0), 0),
          () => tf.gradients(at, at)[0]!,
          () => at,
        ),
      )(x),
    /branch or loop/,
  ],
  [
    'weights of another shape',
    () => tf.function((at: tf.Tensor) => tf.gradients(at, at, [tf.constant([1, 2], 'float32')]))(x),
    /gradYs\[0\]: found shape \(2,\), wanted \(3,\)/,
  ],
  [
    'hessians of what does not connect',
    () => tf.function((at: tf.Tensor) => tf.hessians(tf.constant(1, 'float32'), at))(x),
    /xs\[0\]: found a tensor that ys do not depend on/,
  ],
  ['no tensors', () => tf.function((at: tf.Tensor) => tf.gradients(at, 'x' as never))(x), /xs: found 'x'/],
])('%s is refused', (_, call, message) => expect(call).toThrow(message));
