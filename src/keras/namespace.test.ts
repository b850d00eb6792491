// Names of tf.keras that stand for things defined elsewhere.
import { afterEach, describe, expect, it } from 'vitest';
import * as tf from '../index.ts';

const { keras } = tf;
afterEach(() => keras.mixedPrecision.setGlobalPolicy('float32'));

describe('tf.keras', () => {
  it('has the bases of what users extend', () => {
    class Half extends keras.Initializer {
      override call(shape: readonly number[]) {
        return tf.fill(shape, 0.5);
      }
    }
    const layer = keras.layers.Dense(1, { kernelInitializer: new Half(), inputShape: [2] });
    layer.build([null, 2]);
    expect(layer.getWeights()[0]!.arraySync()).toEqual([[0.5], [0.5]]);
    expect(keras.losses.MeanSquaredError()).toBeInstanceOf(keras.Loss);
    expect(keras.metrics.Mean()).toBeInstanceOf(keras.Metric);
    expect(keras.optimizers.SGD()).toBeInstanceOf(keras.Optimizer);
    expect(keras.regularizers.L2()).toBeInstanceOf(keras.Regularizer);
    expect(keras.Variable).toBe(tf.Variable);
  });
  it('sets the policy of layers to come', () => {
    keras.mixedPrecision.setGlobalPolicy('mixed_float16');
    expect(keras.mixedPrecision.globalPolicy().name).toBe('mixed_float16');
    expect(keras.layers.Dense(1).computeDtype).toBe('float16');
    const policy = keras.dtypePolicies.get('mixed_bfloat16');
    expect(keras.dtypePolicies.deserialize(keras.dtypePolicies.serialize(policy)).name).toBe('mixed_bfloat16');
    expect(keras.FloatDTypePolicy).toBe(keras.DTypePolicy);
  });
  it('walks structures', () => {
    const structure = { b: [1, 2], a: 3 };
    expect(keras.tree.flatten(structure)).toEqual([3, 1, 2]);
    expect(keras.tree.mapStructure((x: number) => x * 2, structure)).toEqual({ b: [2, 4], a: 6 });
  });
  it('takes specs of inputs', () => {
    class Pair extends keras.Layer {
      override inputSpec = keras.InputSpec({ ndim: 2, axes: { [-1]: 2 } });
      override call(x: tf.Tensor) {
        return x;
      }
    }
    expect(() => new Pair()(tf.ones([1, 3]))).toThrow(/axis -1 of input shape to have value 2, found 3/);
    expect(() => keras.layers.InputSpec({ dim: 2 } as never)).toThrow(/unknown option 'dim'. Did you mean 'ndim'/);
  });
  it('writes layers as data, and batches as lists', () => {
    const layer = keras.layers.Dense(3, { name: 'd' });
    const again = keras.layers.deserialize(keras.layers.serialize(layer));
    expect(again.getConfig()).toEqual(layer.getConfig());
    const [x, y] = [tf.ones([2]), tf.zeros([2])];
    const parts = keras.utils.unpackXYSampleWeight(keras.utils.packXYSampleWeight(x, y));
    expect(parts[0] === x && parts[1] === y && parts[2] === null).toBe(true);
    expect(keras.utils.packXYSampleWeight(x)).toBe(x);
    expect(keras.utils.isKerasTensor(keras.Input({ shape: [1] }))).toBe(true);
    expect(keras.backend.isFloatDtype('float16') && !keras.backend.isIntDtype('float16')).toBe(true);
  });
});
