// tf.test and tf.version: what programs ask about the build, and gradients held against differences.
import { expect, it } from 'vitest';
import * as tf from '../index.ts';

it('knows of no GPU, and its own version', () => {
  expect(tf.test.gpuDeviceName()).toBe('');
  for (const answer of [
    tf.test.isGpuAvailable(),
    tf.test.isBuiltWithCuda(),
    tf.test.isBuiltWithRocm(),
    tf.test.isBuiltWithGpuSupport(),
    tf.test.isBuiltWithXla(),
  ])
    expect(answer).toBe(false);
  expect(tf.version.VERSION).toBe(tf.__version__);
  expect(tf.version.GIT_VERSION).toContain(tf.version.VERSION);
  expect(tf.version.COMPILER_VERSION).not.toBe('');
  expect(tf.version.GRAPH_DEF_VERSION).toBeGreaterThan(tf.version.GRAPH_DEF_VERSION_MIN_CONSUMER);
  expect(tf.version.GRAPH_DEF_VERSION_MIN_PRODUCER).toBe(0);
});

it('computeGradient gives Jacobians by gradients and by differences', () => {
  // tf.test.compute_gradient of TensorFlow for the same function.
  const f = (x: tf.Tensor, y: tf.Tensor) => tf.stack([tf.reduceSum(x.mul(y)), tf.reduceSum(x)]);
  const [theoretical, numerical] = tf.test.computeGradient(f, [tf.constant([1.5, 2]), tf.constant([3.5, 4])], 0.5);
  const wanted = [
    [
      [3.5, 4],
      [1, 1],
    ],
    [
      [1.5, 2],
      [0, 0],
    ],
  ];
  expect(theoretical.map((jacobian) => jacobian.arraySync())).toEqual(wanted);
  expect(numerical.map((jacobian) => jacobian.arraySync())).toEqual(wanted);
  const [[slope], [difference]] = tf.test.computeGradient(
    (x) => tf.sin(x),
    [tf.constant([[0.3], [0.7]], { dtype: 'float64' })],
  );
  expect(slope!.shape).toEqual([2, 2]);
  expect(tf.reduceMax(tf.abs(tf.sub(slope!, difference!))).item()).toBeLessThan(1e-6);
  expect(() => tf.test.computeGradient((x) => x, [tf.constant([1, 2], { dtype: 'int32' })])).toThrow(
    /x\[0\] has dtype int32/,
  );
});
