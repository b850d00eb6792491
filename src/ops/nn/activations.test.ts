// Gradients at kinks against TensorFlow's.
import { expect, it } from 'vitest';
import * as tf from '../../index.ts';

it('selu and elu have their right derivative at 0', () => {
  const x = tf.constant([0, -0, 1, -1], { dtype: 'float32' });
  const gradient = (f: (x: tf.Tensor) => tf.Tensor): number[] => {
    const tape = tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => f(x));
    return [...(tape.gradient(y, x) as tf.Tensor).dataSync()] as number[];
  };
  const wanted = { selu: [1.050701, 1.050701, 1.050701, 0.64676857], elu: [1, 1, 1, 0.36787945] };
  for (const name of ['selu', 'elu'] as const)
    gradient(tf.nn[name]).forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[name][i]!, 6);
    });
});
