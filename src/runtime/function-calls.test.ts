// What tells calls of a traced function apart, what it may return, and what the engine keeps.
import { describe, expect, it } from 'vitest';
import * as tf from '../index.ts';

describe('calls of tf.function', () => {
  it('of a method keep the objects apart', () => {
    class Net {
      readonly w: tf.Variable;
      constructor(value: number) {
        this.w = tf.Variable(value, { dtype: 'float32' });
      }
      declare step: (x: tf.TensorLike) => tf.Tensor;
    }
    const step = tf.function(function (this: Net, x: tf.TensorLike): tf.Tensor {
      this.w.assign(this.w.mul(x));
      return this.w.value();
    });
    Net.prototype.step = step;
    const [a, b] = [new Net(2), new Net(10)];
    expect(a.step(tf.constant(1, { dtype: 'float32' })).item()).toBe(2);
    expect(b.step(tf.constant(3, { dtype: 'float32' })).item()).toBe(30);
    expect(a.step(tf.constant(4, { dtype: 'float32' })).item()).toBe(8);
    expect([a.w.item(), b.w.item()]).toEqual([8, 30]);
    expect(step.tracingCount).toBe(2);
  });

  it('tell texts and names apart that look alike when they are joined', () => {
    const count = tf.function((...args: unknown[]) => tf.constant(args.length));
    expect(count('a;string:b').item()).toBe(1);
    expect(count('a', 'b').item()).toBe(2);
    const names = tf.function((record: Record<string, unknown>) => tf.constant(Object.keys(record).length));
    expect(names({ 'a:string:x;b': 'y' }).item()).toBe(1);
    expect(names({ a: 'x', b: 'y' }).item()).toBe(2);
  });

  it('read typed arrays anew, as tensors, also in lists and records', () => {
    const sum = tf.function((a: tf.TensorLike) => tf.reduceSum(a));
    const array = new Float32Array([1, 2]);
    expect(sum(array).item()).toBe(3);
    array[0] = 5;
    expect(sum(array).item()).toBe(7);
    expect(sum(new Float32Array([3, 3])).item()).toBe(6);
    expect(sum.tracingCount).toBe(1);
    const nested = tf.function(({ x }: { x: readonly tf.TensorLike[] }) => tf.add(x[0]!, x[1]!));
    const record = { x: [array, array] };
    expect(nested(record).arraySync()).toEqual([10, 4]);
    array[1] = 0;
    expect(nested(record).arraySync()).toEqual([10, 0]);
  });

  it('refuse tensors in objects of a class among what they return', () => {
    class Result {
      readonly loss: tf.Tensor;
      constructor(loss: tf.Tensor) {
        this.loss = loss;
      }
    }
    const f = tf.function((x: tf.Tensor) => new Result(x.mul(2)));
    expect(() => f(tf.constant(1))).toThrow(/returns an object of class Result with a tensor in its field 'loss'/);
  });

  it('give ragged, sparse and sliced tensors back with the values of each run', () => {
    const ragged = tf.function((x: tf.Tensor) => [tf.RaggedTensor.fromRowLengths(x.mul(2), [1, 2]), x.add(1)] as const);
    for (const list of [
      [1, 2, 3],
      [4, 5, 6],
    ]) {
      const [rows, plain] = ragged(tf.constant(list));
      expect(rows.toList()).toEqual([[2 * list[0]!], [2 * list[1]!, 2 * list[2]!]]);
      expect(plain.arraySync()).toEqual(list.map((n) => n + 1));
    }
    const sparse = tf.function((x: tf.Tensor) => new tf.SparseTensor([[0, 1]], x.mul(2), [1, 3]));
    expect(tf.sparse.toDense(sparse(tf.constant([4]))).arraySync()).toEqual([[0, 8, 0]]);
    const slices = tf.function((x: tf.Tensor) => new tf.IndexedSlices(x.mul(2), x, [4]));
    const made = slices(tf.constant([1, 3]));
    expect([made.values.arraySync(), made.indices.arraySync()]).toEqual([
      [2, 6],
      [1, 3],
    ]);
  });
});

it('an index out of range names the layer of the model that was called, also where its program was found again', () => {
  const embed = (name: string): tf.keras.Model =>
    tf.keras.Sequential([tf.keras.layers.Input([2]), tf.keras.layers.Embedding(5, 3, { name })], { name: `m_${name}` });
  const [german, english] = [embed('german'), embed('english')];
  const ids = tf.constant([[1, 9]], { dtype: 'float32' });
  const message = (model: tf.keras.Model): string => {
    const run = tf.function((x: tf.Tensor) => model(x));
    try {
      run(ids);
    } catch (error) {
      return String(error);
    }
    return 'no error';
  };
  expect(message(german)).toMatch(/german: gather: an index is out of range/);
  expect(message(english)).toMatch(/english: gather: an index is out of range/);
});
