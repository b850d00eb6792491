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

describe('nested', () => {
  const w = tf.Variable([0.7, -0.4]);
  const grid = tf.constant(
    [
      [
        [1, 2],
        [0.3, -1],
      ],
      [
        [0.5, 0.1],
        [2, 1],
      ],
      [
        [-1, 0.2],
        [0.4, 0.6],
      ],
    ],
    { dtype: 'float32' },
  );
  type Body = (h: tf.Tensor, x: tf.Tensor) => tf.Tensor;
  /** A loop over the first axis: compiled, or written out. */
  const loop =
    (unroll: boolean) =>
    (body: Body, h: tf.Tensor, x: tf.Tensor): tf.Tensor => {
      if (unroll) return Array.from({ length: x.dims[0]! }, (_, i) => x.at(i)).reduce(body, h);
      return scan(([a], [b]) => ({ carry: [body(a!, b!)], results: [] }), [h], [x], x.dims[0]!).carry[0]!;
    };
  const inner: Body = (h, x) => tf.tanh(tf.add(tf.multiply(h, w), x));
  const programs: Record<string, (unroll: boolean) => tf.Tensor> = {
    'scan in scan': (unroll) =>
      loop(unroll)((h, rows) => tf.multiply(loop(unroll)(inner, h, rows), w), tf.ones([2]), grid),
    'cond in scan': (unroll) =>
      loop(unroll)(
        (h, x) =>
          unroll
            ? tf.reduceSum(h).item() > 1
              ? tf.square(inner(h, x))
              : inner(x, h)
            : cond(
                tf.reduceSum(h).greater(1),
                () => [tf.square(inner(h, x))],
                () => [inner(x, h)],
              )[0]!,
        tf.ones([2]),
        grid.at(':', 0),
      ),
    'scan in cond in scan': (unroll) =>
      loop(unroll)(
        (h, rows) =>
          unroll
            ? tf.reduceSum(h).item() > 1
              ? loop(true)(inner, h, rows)
              : inner(h, rows.at(0))
            : cond(
                tf.reduceSum(h).greater(1),
                () => [loop(false)(inner, h, rows)],
                () => [inner(h, rows.at(0))],
              )[0]!,
        tf.ones([2]),
        grid,
      ),
    'while in scan': (unroll) =>
      loop(unroll)(
        (h, x) => {
          if (!unroll)
            return whileLoop(
              ([v]) => tf.reduceSum(tf.abs(v!)).less(3),
              ([v]) => [tf.add(tf.multiply(v!, 1.5), tf.square(tf.multiply(w, x)))],
              [h],
            )[0]!.mul(0.3);
          let v = h;
          while (tf.reduceSum(tf.abs(v)).item() < 3) v = tf.add(tf.multiply(v, 1.5), tf.square(tf.multiply(w, x)));
          return v.mul(0.3);
        },
        tf.ones([2]),
        grid.at(':', 1),
      ),
    'while of unknown length': (unroll) => {
      const step = (v: tf.Tensor) => tf.add(tf.multiply(tf.sin(v), w), 1.2);
      if (!unroll)
        return whileLoop(
          ([i]) => i!.less(5),
          ([i, v]) => [i!.add(1), step(v!)],
          [tf.constant(0), tf.ones([2])],
        )[1]!;
      return Array.from({ length: 5 }).reduce<tf.Tensor>(step, tf.ones([2]));
    },
    'scan in while': (unroll) => {
      const step = (v: tf.Tensor) => loop(unroll)(inner, v, grid.at(1)).mul(w);
      if (!unroll)
        return whileLoop(
          ([i]) => i!.less(3),
          ([i, v]) => [i!.add(1), step(v!)],
          [tf.constant(0), tf.ones([2])],
        )[1]!;
      return Array.from({ length: 3 }).reduce<tf.Tensor>(step, tf.ones([2]));
    },
  };
  const derivatives = (program: (unroll: boolean) => tf.Tensor, unroll: boolean): tf.Tensor[] => {
    const outer = new tf.GradientTape();
    outer.watch(grid);
    const [value, first, squared] = outer.record(() => {
      const tape = new tf.GradientTape();
      tape.watch(grid);
      const y = tape.record(() => tf.reduceSum(tf.square(program(unroll))));
      const [dw, dx] = tape.gradient(y, [w, grid]);
      return [y, dw!, tf.add(tf.reduceSum(tf.square(dw!)), tf.reduceSum(tf.square(dx ?? tf.zeros([1]))))] as const;
    });
    return [value, first, outer.gradient(squared, w)!];
  };
  for (const [name, program] of Object.entries(programs))
    it(`${name}: first and second derivatives`, () => {
      const want = numbers(derivatives(program, true));
      close(numbers(derivatives(program, false)), want);
      close(numbers(tf.function(() => derivatives(program, false))()), want);
    });
});

it('functions with gradients of their own keep them in bodies', () => {
  const w = tf.Variable([0.5, -2]);
  // Rounded forwards, straight through backwards, times three so that it shows.
  const rounded = tf.customGradient((x: tf.Tensor) => [tf.round(x), (dy: tf.Tensor) => dy.mul(3)]);
  const run = () => {
    const tape = new tf.GradientTape();
    const y = tape.record(() =>
      tf.reduceSum(
        scan(
          ([h], [x]) => ({ carry: [h!.add(rounded(x!.mul(w)) as tf.Tensor)], results: [] }),
          [tf.zeros([2])],
          [xs],
          3,
        ).carry[0]!,
      ),
    );
    return tape.gradient(y, w)!;
  };
  close(numbers([run()]), [3 * 4.5, 3 * 5]);
  close(numbers([tf.function(run)()]), [3 * 4.5, 3 * 5]);
});
