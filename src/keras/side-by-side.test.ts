// Errors that follow where lists of plain values are one tensor and several were meant; what layers say of inputs that they do not take.
import { expect, test } from 'vitest';
import * as tf from '../index.ts';

const { Input, Model, layers } = tf.keras;
const D = tf.data.Dataset;

test('a function of pairs over the rows of one tensor', async () => {
  const rows = D.fromTensorSlices([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  const pairs = rows.map(((text: tf.Tensor, label: tf.Tensor) => [text, label.add(label)]) as never);
  await expect(pairs.getSingleElement()).rejects.toThrow(
    /map, element 0: .*takes 2 arguments, but each element is one value. Nested arrays in one list are one tensor: .*Dataset\.zip/,
  );
});
test('two inputs as nested arrays', async () => {
  const inputs = [Input({ shape: [2] }), Input({ shape: [2] })] as const;
  const model = Model([...inputs], layers.Dense(1)(tf.add(...inputs)));
  model.compile({ loss: 'mse' });
  const rows = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  const remedy = /Nested arrays in one list are one tensor: for several, make each a tensor, \[tf\.constant\(a\)/;
  expect(() => model.fit([rows, rows], [[1], [2], [3]], { verbose: 0 })).toThrow(remedy);
  await expect(model.predict([rows, rows], { verbose: 0 })).rejects.toThrow(remedy);
  const tensors = [tf.constant(rows), tf.constant(rows)];
  expect(((await model.predict(tensors, { verbose: 0 })) as tf.Tensor).shape).toEqual([3, 1]);
});
test('sparse and ragged inputs of layers that take dense ones', () => {
  const sparse = tf.SparseTensor([[0, 1]], [5], [2, 3]);
  expect(() => layers.Dense(2)(sparse as never)).toThrow(
    /layer 'dense.*' takes dense tensors, found a SparseTensor; make it dense first: tf\.sparse\.toDense/,
  );
});
test('an index out of range names the layer, small and large, alone and in a model', async () => {
  const embedding = layers.Embedding(3, 2, { name: 'words' });
  expect(() => embedding(tf.constant([[0, 7]]))).toThrow(/^words: gather: index 7 at position 1 is out of range/);
  const large = layers.Embedding(3000, 20, { name: 'many' });
  expect(() => large(tf.fill([100, 100], 5000))).toThrow(/^many: gather: an index is out of range: wanted 0 to 2999/);
  const model = tf.keras.Sequential([embedding], { name: 'chain' });
  await expect(model.predict(tf.constant([[0, 7]]), { verbose: 0 })).rejects.toThrow(/words: gather: /);
});
test("what the model's call did wrong stays with the error of an own step", async () => {
  class Broken extends tf.keras.Model {
    dense = layers.Dense(1);
    override call(x: tf.Tensor): tf.Tensor {
      return tf.matmul(x, tf.ones([7, 1]));
    }
    override trainStep(): { loss: tf.Tensor } {
      throw new Error('the step itself');
    }
  }
  const model = new Broken();
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const error: unknown = await Promise.resolve(model.fit(tf.ones([2, 3]), tf.ones([2, 1]), { verbose: 0 })).catch(
    (caught: unknown) => caught,
  );
  expect(String(error)).toMatch(/the step itself/);
  expect(String((error as Error).cause)).toMatch(/matmul/);
});
