// EinsumDense, ReversibleEmbedding, Wrapper and ThresholdedReLU through the generic test.
import { describe, expect, test } from 'vitest';
import * as tf from '../../../index.ts';
import { type LayerTest, testLayer } from '../testing.ts';

const { layers } = tf.keras;
const cases: Record<string, LayerTest> = {
  'EinsumDense of heads': {
    make: (o) => layers.EinsumDense('abc,cde->abde', [null, 2, 3], { biasAxes: 'de', activation: 'tanh', ...o }),
    inputs: [[2, 4, 5]],
    output: [null, null, 2, 3],
  },
  'EinsumDense with an ellipsis': {
    make: (o) => layers.EinsumDense('...x,xy->...y', 4, { biasAxes: 'y', ...o }),
    inputs: [[2, 3, 5]],
    output: [null, 3, 4],
  },
  ReversibleEmbedding: {
    make: (o) => layers.ReversibleEmbedding(7, 3, o),
    inputs: [[2, 4]],
    integers: 7,
    output: [null, 4, 3],
  },
  'ReversibleEmbedding in reverse': {
    make: (o) => layers.ReversibleEmbedding(7, 3, { tieWeights: false, logitSoftCap: 2, ...o }),
    inputs: [[2, 4, 3]],
    call: (layer, [x]) => layer(x!, { reverse: true } as object),
    output: [null, 4, 7],
  },
  ThresholdedReLU: { make: (o) => layers.ThresholdedReLU(0.5, o), inputs: [[2, 5]], output: [null, 5] },
};

describe('layers of products and tables', () => {
  for (const [name, given] of Object.entries(cases)) test(name, () => testLayer(given));

  test('a wrapper builds what it wraps under its name', () => {
    class Twice extends layers.Wrapper {
      override call(inputs: tf.Tensor): tf.Tensor {
        return this.layer(this.layer(inputs) as tf.Tensor) as tf.Tensor;
      }
    }
    const layer = new Twice(layers.Dense(3, { name: 'inner' }), { name: 'twice' });
    expect((layer(tf.ones([2, 3])) as tf.Tensor).shape).toEqual([2, 3]);
    expect(layer.weights.map((weight) => weight.path)).toEqual(['twice/inner/kernel', 'twice/inner/bias']);
  });
  test('refusals', () => {
    expect(() => layers.EinsumDense('ab->ac', 3)(tf.zeros([2, 3]))).toThrow(/'ab->ac' has none of the forms/);
    expect(() => layers.EinsumDense('abc,cd->abd', [7, 3])(tf.zeros([2, 4, 5]))).toThrow(/axis 'b'.*length 4.*7/);
    expect(() => layers.Wrapper(3 as never)).toThrow(/Wrapper: layer: found 3, wanted a layer/);
  });
});
