// Second derivatives of the common ops against differences of first ones, in float64, op by op and in tf.function.
import { expect, test } from 'vitest';
import * as tf from '../index.ts';

type F = (x: tf.Tensor) => tf.Tensor;
const x6 = [0.3, -0.7, 1.1, 0.45, -1.3, 0.9];
const matrix = [2.1, 0.3, -0.4, 0.3, 1.7, 0.2, -0.4, 0.2, 1.4];
const w = tf.constant(
  [
    [0.4, -0.2, 0.7],
    [0.1, 0.9, -0.5],
  ],
  { dtype: 'float64' },
);
const image: F = (x) => x.reshape([1, 3, 2, 1]);
const kernel = tf.constant([0.5, -0.3, 0.2, 0.8], { dtype: 'float64', shape: [2, 2, 1, 1] });

const functions: Record<string, { f: F; at?: readonly number[]; shape?: readonly number[]; step?: number }> = {
  softplus: { f: tf.nn.softplus },
  'softplus at 0': { f: tf.nn.softplus, at: [0, 0, 0.1, -0.1, 0, 2] },
  logSigmoid: { f: tf.math.logSigmoid, at: [0, 0.5, -0.5, 0, 1, 2] },
  gelu: { f: (x) => tf.nn.gelu(x) },
  'gelu approximate': { f: (x) => tf.nn.gelu(x, true) },
  silu: { f: (x) => tf.nn.silu(x) },
  elu: { f: tf.nn.elu },
  selu: { f: tf.nn.selu },
  softsign: { f: tf.nn.softsign },
  tanh: { f: tf.tanh },
  sigmoid: { f: tf.sigmoid },
  softmax: { f: (x) => tf.nn.softmax(x.reshape([2, 3])).square() },
  logSoftmax: { f: (x) => tf.nn.logSoftmax(x.reshape([2, 3])).square() },
  'softmax cross-entropy': {
    f: (x) =>
      tf.nn.softmaxCrossEntropyWithLogits(
        tf.constant(
          [
            [0.2, 0.3, 0.5],
            [1, 0, 0],
          ],
          { dtype: 'float64' },
        ),
        x.reshape([2, 3]),
      ),
  },
  'sparse softmax cross-entropy': { f: (x) => tf.nn.sparseSoftmaxCrossEntropyWithLogits([2, 0], x.reshape([2, 3])) },
  'sigmoid cross-entropy at 0': {
    f: (x) => tf.nn.sigmoidCrossEntropyWithLogits(tf.onesLike(x), x),
    at: [0, 0, 0, 1, -1, 0.5],
  },
  logsumexp: { f: (x) => tf.reduceLogsumexp(x) },
  cumulativeLogsumexp: { f: (x) => tf.math.cumulativeLogsumexp(x) },
  prod: { f: (x) => tf.reduceProd(x) },
  'prod with zeros': { f: (x) => tf.reduceProd(x), at: [0, 1.5, 0.5, -2, 0.3, 1] },
  cumprod: { f: (x) => tf.math.cumprod(x) },
  std: { f: (x) => tf.math.reduceStd(x) },
  variance: { f: (x) => tf.math.reduceVariance(x) },
  norm: { f: (x) => tf.norm(x) },
  l2Normalize: { f: (x) => tf.math.l2Normalize(x) },
  pow: { f: (x) => tf.pow(tf.abs(x), 2.7) },
  xlogy: { f: (x) => tf.math.xlogy(x, tf.abs(x)) },
  divideNoNan: { f: (x) => tf.math.divideNoNan(1, x) },
  matmul: { f: (x) => tf.matmul(x.reshape([3, 2]), w).square() },
  einsum: { f: (x) => tf.einsum('ij,kj->ik', x.reshape([2, 3]), x.reshape([2, 3])) },
  conv2d: { f: (x) => tf.nn.conv2d(image(x).square(), kernel, 1, 'SAME').square() },
  conv2dTranspose: { f: (x) => tf.nn.conv2dTranspose(image(x), kernel, [1, 6, 4, 1], 2).square() },
  avgPool: { f: (x) => tf.nn.avgPool2d(image(x), 2, 1, 'SAME').square() },
  maxPool: { f: (x) => tf.nn.maxPool2d(image(x), 2, 1, 'SAME').square() },
  gather: { f: (x) => tf.gather(x, [0, 2, 2, 5]).square() },
  scatter: { f: (x) => tf.tensorScatterNdAdd(x, [[1], [1]], x.at('0:2')).square() },
  segment: { f: (x) => tf.math.unsortedSegmentMean(x, [0, 1, 0, 1, 2, 2], 3).square() },
  sort: { f: (x) => tf.sort(x).mul(tf.range(6).cast('float64')).square() },
  clipByNorm: { f: (x) => tf.clipByNorm(x, 1) },
  // Its results are float32; of a square, long steps tell the second derivative too.
  resize: { f: (x) => tf.image.resize(image(x), [5, 3]).cast('float64').square(), step: 0.1 },
  lgamma: { f: (x) => tf.math.lgamma(tf.abs(x).add(0.5)) },
  erfinv: { f: (x) => tf.math.erfinv(x.mul(0.5)) },
  besselI0: { f: tf.math.besselI0 },
  inv: { f: tf.linalg.inv, at: matrix, shape: [3, 3] },
  det: { f: tf.linalg.det, at: matrix, shape: [3, 3] },
  slogdet: { f: (x) => tf.linalg.slogdet(x)[1], at: matrix, shape: [3, 3] },
  cholesky: { f: (x) => tf.linalg.cholesky(x.add(tf.transpose(x))), at: matrix, shape: [3, 3] },
  solve: {
    f: (x) => tf.linalg.solve(x, tf.constant([[1], [2], [3]], { dtype: 'float64' })),
    at: matrix,
    shape: [3, 3],
  },
  'triangular solve': {
    f: (x) => tf.linalg.triangularSolve(x, tf.constant([[1], [2], [3]], { dtype: 'float64' })),
    at: matrix,
    shape: [3, 3],
  },
  qr: { f: (x) => tf.linalg.qr(x)[0], at: matrix, shape: [3, 3] },
  svd: { f: (x) => tf.linalg.svd(x, { computeUv: false }), at: matrix, shape: [3, 3] },
  'svd with vectors': { f: (x) => tf.linalg.svd(x)[1].square(), at: matrix, shape: [3, 3] },
  eigh: { f: (x) => tf.linalg.eigh(x.add(tf.transpose(x)))[0], at: matrix, shape: [3, 3] },
  'eigh with vectors': { f: (x) => tf.linalg.eigh(x.add(tf.transpose(x)))[1].square(), at: matrix, shape: [3, 3] },
  expm: { f: tf.linalg.expm, at: matrix, shape: [3, 3] },
  sqrtm: { f: (x) => tf.linalg.sqrtm(tf.matmul(x, x, { transposeB: true })), at: matrix, shape: [3, 3] },
  lu: { f: (x) => tf.linalg.lu(x)[0], at: matrix, shape: [3, 3] },
  pinv: { f: (x) => tf.linalg.pinv(x.reshape([3, 2])) },
};

/** Gradient and the second derivative along a direction, of the sum of weighted results. */
function derivatives(f: F, x: tf.Tensor, direction: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const outer = new tf.GradientTape();
  outer.watch(x);
  let gradient: tf.Tensor;
  const along = outer.record(() => {
    const inner = new tf.GradientTape();
    inner.watch(x);
    const loss = inner.record(() => {
      const y = f(x);
      const weights = tf.range(y.size).cast('float64').mul(0.37).add(0.5);
      return tf.reduceSum(y.reshape([-1]).cast('float64').mul(tf.cos(weights)));
    });
    gradient = inner.gradient(loss, x)!;
    return tf.reduceSum(gradient.mul(direction));
  });
  return [gradient!, outer.gradient(along, x) ?? tf.zerosLike(x)];
}

test.each(Object.entries(functions))('%s', (_name, { f, at = x6, shape = [at.length], step = 1e-5 }) => {
  const values = Float64Array.from(at);
  const made = (data: Float64Array): tf.Tensor => tf.constant(data, { shape });
  const direction = made(values.map((_, i) => Math.sin(i + 1)));
  const [, second] = derivatives(f, made(values), direction);
  // The same in one compiled program.
  const [, compiled] = tf.function((x: tf.Tensor) => derivatives(f, x, direction))(made(values));
  values.forEach((_, i) => {
    const moved = (by: number): number => {
      const data = values.slice();
      data[i]! += by;
      const [gradient] = derivatives(f, made(data), direction);
      return tf.reduceSum(gradient.mul(direction)).item();
    };
    const difference = (moved(step) - moved(-step)) / (2 * step);
    const tolerance = 1e-4 * (1 + Math.abs(difference));
    expect(
      Math.abs((second.dataSync()[i] as number) - difference),
      `element ${i}: ${second.dataSync()[i]} and ${difference}`,
    ).toBeLessThan(tolerance);
    expect(Math.abs((compiled.dataSync()[i] as number) - difference), `compiled, element ${i}`).toBeLessThan(tolerance);
  });
});
