// SpatialDropout and AlphaDropout: what holds whatever is drawn.
import { describe, expect, test } from 'vitest';
import * as tf from '../../../index.ts';
import { testLayer } from '../testing.ts';

const { layers } = tf.keras;

describe('dropout of channels', () => {
  test('in inference nothing happens', async () => {
    await testLayer({
      make: (o) => layers.SpatialDropout1D(0.3, o),
      inputs: [[2, 4, 3]],
      output: [null, 4, 3],
      passesMask: true,
    });
    await testLayer({
      make: (o) => layers.SpatialDropout2D(0.3, { seed: 3, ...o }),
      inputs: [[2, 3, 4, 3]],
      output: [null, 3, 4, 3],
    });
    await testLayer({
      make: (o) => layers.SpatialDropout3D(0.3, o),
      inputs: [[2, 2, 3, 2, 3]],
      output: [null, 2, 3, 2, 3],
    });
    await testLayer({
      make: (o) => layers.AlphaDropout(0.3, o),
      inputs: [[2, 4, 3]],
      output: [null, 4, 3],
      passesMask: true,
    });
  });
  test('a channel is dropped or scaled as a whole, in about the given share, again with the same seed', () => {
    const draw = () =>
      layers.SpatialDropout2D(0.25, { seed: 7, dataFormat: 'channels_first' })(tf.ones([40, 50, 2, 2]), {
        training: true,
      });
    const x = Array.from(draw().dataSync() as Float32Array);
    let dropped = 0;
    for (let i = 0; i < x.length; i += 4) {
      expect(new Set(x.slice(i, i + 4)).size).toBe(1);
      if (x[i] === 0) dropped++;
      else expect(x[i]).toBeCloseTo(4 / 3, 6);
    }
    expect(Math.abs(dropped / 2000 - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 2000));
    expect(Array.from(draw().dataSync() as Float32Array)).toEqual(x);
  });
  test('AlphaDropout keeps mean 0 and variance 1', () => {
    const x = tf.random.normal([200, 200], { seed: 1 });
    const y = layers.AlphaDropout(0.3, { seed: 5 })(x, { training: true });
    expect(Math.abs(tf.reduceMean(y).item())).toBeLessThan(0.03);
    expect(Math.abs(tf.reduceMean(tf.square(y)).item() - 1)).toBeLessThan(0.05);
  });
});
