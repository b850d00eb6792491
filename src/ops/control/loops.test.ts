// Loops and variables of traced functions as TensorFlow has them: tensor arrays carried along, bounds that are tensors, variables made once.
import { describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';

const int = (value: number): tf.Tensor => tf.constant(value, { dtype: 'int32' });
const float = (value: number): tf.Tensor => tf.constant(value, { dtype: 'float32' });

describe('whileLoop', () => {
  it('ends after maximumIterations, a number or a tensor', () => {
    const count = (n: number | tf.Tensor): tf.Tensor =>
      tf.whileLoop(
        (_i: tf.Tensor) => true,
        (i: tf.Tensor) => [i.add(1)] as [tf.Tensor],
        [int(0)] as [tf.Tensor],
        { maximumIterations: n },
      )[0];
    const traced = tf.function((n: tf.Tensor) => count(n));
    expect([traced(int(5)).item(), traced(int(0)).item()]).toEqual([5, 0]);
    expect(
      tf
        .function(() => count(int(4)))()
        .item(),
    ).toBe(4);
    expect([count(3).item(), count(int(6)).item()]).toEqual([3, 6]);
  });
  it('takes its arguments by position, as Python has them', () => {
    const found = tf.whileLoop(
      (i) => i.less(10),
      (i) => [i.add(1)] as [tf.Tensor],
      [int(0)] as [tf.Tensor],
      null,
      10,
      true,
      false,
      4,
    );
    expect(found[0].item()).toBe(4);
  });
  it.each([{}, { elementShape: [] as number[] }])('carries a TensorArray %o', (options) => {
    const squares = (n: tf.Tensor) =>
      tf
        .whileLoop(
          (i: tf.Tensor) => i.less(n),
          (i: tf.Tensor, array: tf.TensorArray) =>
            [i.add(1), array.write(i, tf.cast(i, 'float32').square())] as [tf.Tensor, tf.TensorArray],
          [int(0), tf.TensorArray('float32', { size: 5, ...options })] as [tf.Tensor, tf.TensorArray],
        )[1]
        .stack();
    expect(squares(int(3)).numpy()).toEqual([0, 1, 4, 0, 0]);
    expect(tf.function(squares)(int(3)).numpy()).toEqual([0, 1, 4, 0, 0]);
  });
  it('reads from an array in a loop, with gradients', () => {
    const powers = (x: tf.Tensor) => {
      const begun = tf.TensorArray('float32', { size: 4 }).write(0, x);
      return tf
        .whileLoop(
          (i: tf.Tensor) => i.less(4),
          (i: tf.Tensor, array: tf.TensorArray) =>
            [i.add(1), array.write(i, array.read(i.sub(1)).mul(x))] as [tf.Tensor, tf.TensorArray],
          [int(1), begun] as [tf.Tensor, tf.TensorArray],
          { maximumIterations: 10 },
        )[1]
        .stack();
    };
    const both = tf.function((x: tf.Tensor) => {
      const [value, gradient] = tf.valueAndGrad(() => tf.reduceSum(powers(x)), x);
      return [value, gradient!] as const;
    });
    const [value, gradient] = both(float(2));
    expect([value.item(), gradient.item()]).toEqual([2 + 4 + 8 + 16, 1 + 4 + 12 + 32]);
  });
  it('grows an array op by op, and says why it cannot in a program', () => {
    const grown = () =>
      tf
        .whileLoop(
          (i: tf.Tensor) => i.less(3),
          (i: tf.Tensor, array: tf.TensorArray) => [i.add(1), array.write(i, i)] as [tf.Tensor, tf.TensorArray],
          [int(0), tf.TensorArray('int32', { dynamicSize: true })] as [tf.Tensor, tf.TensorArray],
        )[1]
        .stack();
    expect(grown().numpy()).toEqual([0, 1, 2]);
    expect(() => tf.function(grown)()).toThrow(/dynamicSize.*give \{ size \}/);
  });
  it('says that shapes cannot grow, and what to do', () => {
    const doubled = () =>
      tf.whileLoop(
        (x: tf.Tensor) => tf.size(x).less(8),
        (x: tf.Tensor) => [tf.concat([x, x], 0)] as [tf.Tensor],
        [tf.ones([1])] as [tf.Tensor],
        { shapeInvariants: [tf.TensorShape([null])] },
      )[0];
    expect(doubled().shape).toEqual([8]);
    expect(() => tf.function(doubled)()).toThrow(
      /shapeInvariants cannot open them.*TensorArray.*outside of tf.function/,
    );
  });
});

describe('variables made in tf.function', () => {
  const refused = /only supports singleton tf.Variables created on the first call.*Make it outside/;
  it('are refused where every call would make one', () => {
    const f = tf.function((x: tf.Tensor) => {
      const v = tf.Variable(2, { dtype: 'float32' });
      v.assignAdd(x);
      return v.add(0);
    });
    expect(() => f(float(1))).toThrow(refused);
    const mean = tf.function((x: tf.Tensor) => {
      const metric = tf.keras.metrics.Mean();
      metric.updateState(x);
      return metric.result();
    });
    expect(() => mean(float(1))).toThrow(refused);
    expect(() => tf.function((x: tf.Tensor) => tf.keras.layers.Dense(1)(x) as tf.Tensor)(tf.ones([1, 2]))).toThrow(
      refused,
    );
    const within = tf.function((x: tf.Tensor) =>
      tf.cond(
        x.greater(0),
        () => tf.Variable(1, { dtype: 'float32' }).add(x),
        () => x,
      ),
    );
    expect(() => within(float(1))).toThrow(refused);
  });
  it('start from what is made in the function, lifted out of it, unless it hangs on an argument', () => {
    const scale = tf.Variable(2, { dtype: 'float32' });
    let [a, b, c]: (tf.Variable | null)[] = [null, null, null];
    const f = tf.function((x: tf.Tensor) => {
      a ??= tf.Variable(tf.ones([x.shape[0]!, 2]).mul(3));
      b ??= tf.Variable([scale.mul(2), 1]);
      c ??= tf.Variable(tf.random.normal([3]));
      return [a.assignAdd(x).value(), b.value(), c.value()];
    });
    const [first, second] = [f(tf.ones([1, 2])), f(tf.ones([1, 2]))];
    expect([first[0]!.arraySync(), second[0]!.arraySync()]).toEqual([[[4, 4]], [[5, 5]]]);
    expect(first[1]!.arraySync()).toEqual([4, 1]);
    expect(first[2]!.arraySync()).toEqual(second[2]!.arraySync());
    expect(first[2]!.arraySync()).toEqual(c!.arraySync());
    let d: tf.Variable | null = null;
    expect(() =>
      tf.function((x: tf.Tensor) => {
        d ??= tf.Variable(x.mul(2));
        return d.value();
      })(tf.ones([2])),
    ).toThrow(/initialValue: a tensor of shape \(2,\) that depends on an argument/);
  });
  it('are made once where they are kept', () => {
    let v: tf.Variable | null = null;
    const count = tf.function((x: tf.Tensor) => {
      v ??= tf.Variable(0, { dtype: 'float32' });
      return v.assignAdd(x).value();
    });
    expect([count(float(1)).item(), count(float(2)).item(), count.tracingCount]).toEqual([1, 3, 1]);
    const dense = tf.keras.layers.Dense(3);
    const optimizer = tf.keras.optimizers.Adam(0.1);
    const step = tf.function((x: tf.Tensor) => {
      const tape = new tf.GradientTape();
      const loss = tape.record(() => tf.reduceSum(tf.square(dense(x) as tf.Tensor)));
      const gradients = tape.gradient(loss, dense.trainableWeights as tf.Tensor[]);
      optimizer.applyGradients(dense.trainableWeights.map((weight, i) => [gradients[i]!, weight]));
      return loss;
    });
    const first = step(tf.ones([2, 2])).item() as number;
    expect(step(tf.ones([2, 2])).item()).toBeLessThan(first);
    expect(step(tf.ones([5, 2])).shape).toEqual([]);
    expect(dense.weights).toHaveLength(2);
  });
});

describe('batchJacobian', () => {
  it('has the derivatives of each sample', () => {
    const x = tf.constant(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: 'float32' },
    );
    const tape = new tf.GradientTape({ persistent: true });
    tape.watch(x);
    const y = tape.record(() =>
      x.square().matmul(
        tf.constant(
          [
            [1, 0, 2],
            [0, 1, 3],
          ],
          { dtype: 'float32' },
        ),
      ),
    );
    // d y[b, j] / d x[b, k] = 2 x[b, k] w[k, j]
    expect(tape.batchJacobian(y, x)!.numpy()).toEqual([
      [
        [2, 0],
        [0, 4],
        [4, 12],
      ],
      [
        [6, 0],
        [0, 8],
        [12, 24],
      ],
    ]);
    expect(tape.batchJacobian(tf.ones([2, 1]), x)).toBeNull();
    expect(() => tape.batchJacobian(tf.reduceSum(y), x)).toThrow(/same first dimension, the batch/);
  });
});
