// getConcreteFunction: what TensorFlow 2.21 answered for the same functions.
import { describe, expect, test } from 'vitest';
import * as tf from '../../index.ts';

const v = tf.Variable([2, 5], { dtype: 'float32', name: 'v' });
const scaled = tf.function((x: tf.Tensor, n = 2) => ({
  a: tf.multiply(x, n),
  b: [tf.add(tf.reduceSum(x), v.at(0))],
}));
const specs = (list: unknown) =>
  JSON.parse(JSON.stringify(list, (_, leaf) => (leaf instanceof tf.TensorSpec ? String(leaf) : leaf)));

describe('getConcreteFunction', () => {
  const concrete = scaled.getConcreteFunction(new tf.TensorSpec([null, 3], 'float32', 'inp'), 3);

  test('says what it takes and gives', () => {
    expect(specs(concrete.structuredInputSignature)).toEqual([
      ["TensorSpec(shape=(None, 3), dtype=tf.float32, name='inp')", 3],
      {},
    ]);
    expect(specs(concrete.structuredOutputs)).toEqual({
      a: 'TensorSpec(shape=(None, 3), dtype=tf.float32, name=None)',
      b: ['TensorSpec(shape=(), dtype=tf.float32, name=None)'],
    });
    expect(concrete.outputs.map(({ shape }) => shape)).toEqual([[null, 3], []]);
    expect(concrete.variables.length === 1 && concrete.variables[0] === v).toBe(true);
    expect(concrete.prettyPrintedSignature()).toContain(
      "Dict[['a', TensorSpec(shape=(None, 3), dtype=tf.float32, name=None)], ['b', List[TensorSpec(shape=(), dtype=tf.float32, name=None)]]]",
    );
  });

  test('is called with its tensors, or with all its arguments', () => {
    const { a, b } = concrete(tf.ones([2, 3]));
    expect([a.numpy(), b[0]!.numpy()]).toEqual([
      [
        [3, 3, 3],
        [3, 3, 3],
      ],
      8,
    ]);
    expect(concrete([[1, 2, 3]]).a.numpy()).toEqual([[3, 6, 9]]);
    expect(concrete(tf.ones([1, 3]), 3).b[0]!.numpy()).toBe(5);
    expect(
      tf
        .function((x: tf.Tensor) => concrete(x).a)(tf.ones([1, 3]))
        .numpy(),
    ).toEqual([[3, 3, 3]]);
    const tape = new tf.GradientTape();
    const x = tf.ones([1, 3]);
    tape.watch(x);
    expect(
      tape
        .gradient(
          tape.record(() => concrete(x).a),
          x,
        )!
        .numpy(),
    ).toEqual([[3, 3, 3]]);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'another value',
      () => concrete(tf.ones([1, 3]), 4),
      /argument 1: found 4, wanted 3, for which this function was made/,
    ],
    [
      'another dtype',
      () => concrete(tf.ones([1, 3], 'float64')),
      /dtype float64.*wanted TensorSpec\(shape=\(None, 3\), dtype=tf.float32, name='inp'\)/,
    ],
    ['another shape', () => concrete(tf.ones([1, 2])), /found shape \(1, 2\), wanted \(None, 3\)/],
    ['nothing', () => concrete(), /found 0 arguments, wanted 2, or the 1 tensors among them/],
  ])('refuses %s', (_, call, message) => expect(call).toThrow(message));
});

test('with an inputSignature it needs no arguments, and is one', () => {
  const f = tf.function((x: tf.Tensor) => tf.multiply(x, 2), { inputSignature: [new tf.TensorSpec([null])] });
  expect(f.getConcreteFunction()).toBe(f.getConcreteFunction(new tf.TensorSpec([3])));
  expect(specs(f.getConcreteFunction().structuredInputSignature)).toEqual([
    ["TensorSpec(shape=(None,), dtype=tf.float32, name='x')"],
    {},
  ]);
  expect(() => f.getConcreteFunction(new tf.TensorSpec([3, 3]))).toThrow(
    /shape=\(3, 3\).*wanted what the inputSignature says/,
  );
});

test('tensors stand for their descriptions; lengths that must divide are found', () => {
  expect(specs(scaled.getConcreteFunction(tf.ones([2, 3])).inputs)).toEqual([
    "TensorSpec(shape=(2, 3), dtype=tf.float32, name='x')",
  ]);
  const halves = tf.function((x: tf.Tensor) => tf.reshape(x, [-1, 4]));
  expect(halves.getConcreteFunction(new tf.TensorSpec([null])).outputs[0]!.shape).toEqual([null, 4]);
  const slope = tf.function((x: tf.Tensor) => tf.gradients(tf.square(x), x)[0]!);
  expect(
    slope
      .getConcreteFunction(new tf.TensorSpec([null]))(tf.constant([1, 2], 'float32'))
      .numpy(),
  ).toEqual([2, 4]);
});
