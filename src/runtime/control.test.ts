// Control flow against the same computation written out step by step: values, gradients, second gradients, in eager and
// compiled form.
import { describe, expect, it } from 'vitest';
import * as tf from '../index.ts';
import { cond, scan, whileLoop } from './control.ts';

const xs = tf.constant(
  [
    [1, 2],
    [3, 4],
    [0.5, -1],
  ],
  { dtype: 'float32' },
);
const U = tf.Variable([
  [0.5, 0.1],
  [-0.2, 0.3],
]);
const cell = (h: tf.Tensor, x: tf.Tensor): tf.Tensor => tf.tanh(h.reshape([1, 2]).matmul(U).reshape([2]).add(x));

const compiled = (reverse = false): [tf.Tensor, tf.Tensor] => {
  const { carry, results } = scan(
    ([h], [x]) => {
      const next = cell(h!, x!);
      return { carry: [next], results: [next.mul(2)] };
    },
    [tf.zeros([2])],
    [xs],
    3,
    { reverse },
  );
  return [carry[0]!, results[0]!];
};
const unrolled = (reverse = false): [tf.Tensor, tf.Tensor] => {
  let h: tf.Tensor = tf.zeros([2]);
  const results: tf.Tensor[] = [];
  for (const i of reverse ? [2, 1, 0] : [0, 1, 2]) {
    h = cell(h, xs.at(i));
    results[i] = h.mul(2);
  }
  return [h, tf.stack(results)];
};
const loss = ([h, results]: [tf.Tensor, tf.Tensor]): tf.Tensor =>
  tf.reduceSum(h.mul(3)).add(tf.reduceSum(tf.square(results)));
const numbers = (tensors: readonly tf.Tensor[]): number[] =>
  tensors.flatMap((tensor) => Array.from(tensor.dataSync() as Float32Array));
const close = (got: readonly number[], want: readonly number[]): void => {
  expect(got.length).toBe(want.length);
  got.forEach((value, i) => expect(Math.abs(value - want[i]!)).toBeLessThan(1e-4 * (1 + Math.abs(want[i]!))));
};

describe('scan', () => {
  for (const reverse of [false, true]) {
    const gradients = (run: typeof compiled): tf.Tensor[] => {
      const tape = new tf.GradientTape();
      tape.watch(xs);
      const value = tape.record(() => loss(run(reverse)));
      const [dU, dx] = tape.gradient(value, [U, xs]);
      return [value, dU!, dx!];
    };
    it(`equals the unrolled loop, ${reverse ? 'backwards' : 'forwards'}`, () => {
      const want = numbers(gradients(unrolled));
      close(numbers(gradients(compiled)), want);
      close(numbers(tf.function(() => gradients(compiled))()), want);
    });
  }

  it('has second derivatives', () => {
    const second = (run: typeof compiled): tf.Tensor => {
      const outer = new tf.GradientTape();
      const squared = outer.record(() => {
        const inner = new tf.GradientTape();
        const value = inner.record(() => loss(run()));
        return tf.reduceSum(tf.square(inner.gradient(value, U)!));
      });
      return outer.gradient(squared, U)!;
    };
    const want = numbers([second(unrolled)]);
    close(numbers([second(compiled)]), want);
    close(numbers([tf.function(() => second(compiled))()]), want);
  });

  it('carries variables that the body assigns', () => {
    const count = tf.Variable(0);
    const run = tf.function(() => {
      scan(
        ([s], [x]) => {
          count.assignAdd(1);
          return { carry: [s!.add(x!)], results: [] };
        },
        [tf.zeros([2])],
        [xs],
        3,
      );
    });
    run();
    run();
    expect(count.item()).toBe(6);
  });
});

describe('whileLoop', () => {
  it('runs as long as the condition holds, also not at all', () => {
    const sum = tf.function((n: tf.Tensor) =>
      whileLoop(
        ([i]) => i!.less(n),
        ([i, s]) => [i!.add(1), s!.add(i!.cast('float32'))],
        [tf.zeros([], { dtype: 'int32' }), tf.zeros([])],
      ),
    );
    expect(sum(tf.constant(10)).map((value) => value.item())).toEqual([10, 45]);
    expect(sum(tf.constant(0)).map((value) => value.item())).toEqual([0, 0]);
  });
});

describe('cond', () => {
  it('takes one branch, with its gradient', () => {
    const run = tf.function((x: tf.Tensor) => {
      const tape = new tf.GradientTape();
      tape.watch(x);
      const y = tape.record(
        () =>
          cond(
            x.greater(0),
            () => [tf.square(x)],
            () => [x.mul(U.at(0, 0))],
          )[0]!,
      );
      return [y, tape.gradient(y, x)!];
    });
    close(numbers(run(tf.constant(3, { dtype: 'float32' }))), [9, 6]);
    close(numbers(run(tf.constant(-3, { dtype: 'float32' }))), [-1.5, 0.5]);
  });
});

it('gradients flow to small tensors that a body takes from outside', () => {
  const w = tf.Variable([2, 3]);
  const tape = new tf.GradientTape();
  const last = tape.record(() => {
    // Computed outside the body, and small enough to become a constant in it.
    const doubled = w.mul(2);
    return scan(([h], [x]) => ({ carry: [h!.add(x!.mul(doubled))], results: [] }), [tf.zeros([2])], [xs], 3).carry[0]!;
  });
  expect(tape.gradient(last, w)!.numpy()).toEqual([9, 10]);
});
