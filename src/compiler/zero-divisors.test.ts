// Zeros among divisors of integers that show only when a compiled program runs: TensorFlow refuses them there as eagerly.
import { expect, test } from 'vitest';
import * as tf from '../index.ts';

type Pair = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
const ops: Record<string, Pair> = {
  floordiv: (a, b) => tf.math.floordiv(a, b),
  floormod: (a, b) => tf.math.floormod(a, b),
  truncatediv: (a, b) => tf.truncatediv(a, b),
  truncatemod: (a, b) => tf.truncatemod(a, b),
};
const of = (values: number | number[], dtype: tf.DType = 'int32') => tf.constant(values, { dtype });

test.each(Object.keys(ops))('%s refuses zeros as it does eagerly', (name) => {
  const traced = tf.function(ops[name]!);
  const refused = new RegExp(`${name}: integer division by zero`);
  for (const dtype of ['int8', 'uint8', 'int16', 'int32', 'uint32', 'int64', 'uint64'] as const) {
    expect(() => ops[name]!(of([1, 2], dtype), of([1, 0], dtype))).toThrow(refused);
    expect(() => traced(of([1, 2], dtype), of([1, 0], dtype))).toThrow(refused);
    expect(traced(of([7, 9], dtype), of([2, 3], dtype)).arraySync()).toEqual(
      ops[name]!(of([7, 9], dtype), of([2, 3], dtype)).arraySync(),
    );
  }
});

test('divisors that are spread, computed, summed up or stored by the same kernel are looked at', () => {
  const x = of([
    [6, 8],
    [9, 4],
  ] as never);
  const programs: Record<string, Pair> = {
    spread: (a, b) => a.floordiv(b),
    computed: (a, b) => a.floordiv(b.mul(2).sub(b)),
    summed: (a, b) => a.floordiv(tf.reduceSum(tf.stack([b, b.mul(0)]), 0)),
    'summed by rows': (a, b) => a.floordiv(tf.reduceSum(a.mul(b), { axis: 1, keepdims: true })),
    'summed twice': (a, b) => {
      const parts = a
        .mul(b)
        .mul(100)
        .floordiv(tf.reduceMax(a.mul(b), { axis: -1, keepdims: true }));
      return parts.mod(tf.reduceSum(parts, { axis: -1, keepdims: true }));
    },
    both: (a, b) => {
      const divisor = a.mul(b);
      return tf.stack([divisor, a.floordiv(divisor)]);
    },
  };
  for (const [name, program] of Object.entries(programs)) {
    const traced = tf.function(program);
    expect(traced(x, of(2)).arraySync(), name).toEqual(program(x, of(2)).arraySync());
    expect(() => traced(x, of(0)), name).toThrow(/floordiv: integer division by zero/);
    expect(traced(x, of(3)).arraySync(), name).toEqual(program(x, of(3)).arraySync());
  }
  const several = tf.function((a: tf.Tensor, b: tf.Tensor) => {
    const divisor = a.mul(b);
    return [divisor, a.floordiv(divisor)];
  });
  expect(several(x, of(2))[1]!.arraySync()).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(() => several(x, of(0))).toThrow(/integer division by zero/);
});

test('divisors known to be other than zero are not looked at, and nothing is divided where there is nothing', () => {
  const halves = tf.function((a: tf.Tensor) => a.floordiv(2).add(a.mod(tf.constant([3, 5]))));
  expect(halves(of([7, 9])).arraySync()).toEqual([4, 8]);
  const empty = tf.function((a: tf.Tensor, b: tf.Tensor) => a.floordiv(b));
  expect(empty(tf.zeros([0], 'int32'), of(0)).shape).toEqual([0]);
});

test('a program that fails names its layer and leaves its variables as they were', () => {
  const v = tf.Variable(5);
  const step = tf.function((b: tf.Tensor) => {
    v.assign(7);
    return tf.nameScope('ratio', () => tf.constant(3).floordiv(b));
  });
  expect(() => step(of([0]))).toThrow(/floordiv: integer division by zero/);
  expect(v.item()).toBe(5);
  expect(step(of([2])).arraySync()).toEqual([1]);
  expect(v.item()).toBe(7);
});

test('loops and branches end at a zero', () => {
  const countDown = tf.function((n: tf.Tensor) =>
    tf.whileLoop(
      (i: tf.Tensor, _sum: tf.Tensor) => i.greater(-3),
      (i: tf.Tensor, s: tf.Tensor) => [i.sub(1), s.add(tf.constant(12).floordiv(i))] as [tf.Tensor, tf.Tensor],
      [n, of(0)],
    ),
  );
  expect(() => countDown(of(2))).toThrow(/floordiv: integer division by zero/);
  expect((countDown(of(-1)) as tf.Tensor[])[1]!.item()).toBe(-18);
  const branch = tf.function((n: tf.Tensor) =>
    tf.cond(
      n.greater(0),
      () => tf.constant(12).floordiv(n.sub(1)),
      () => n,
    ),
  );
  expect(() => branch(of(1))).toThrow(/floordiv: integer division by zero/);
  expect((branch(of(4)) as tf.Tensor).item()).toBe(4);
  expect((branch(of(0)) as tf.Tensor).item()).toBe(0);
});
