// Factorizations of complex matrices: the factors multiply to the matrix, the vectors are orthonormal, and the gradients of what does
// not depend on the phases of vectors are those of finite differences. LU's and QR's numbers are TensorFlow's: test/fixtures/composite_ops.
import { describe, expect, it } from 'vitest';
import { generator } from '../../backends/wasm/testing.ts';
import * as tf from '../../index.ts';

const SEED = 20261121;
const random = generator(SEED);
const part = (shape: number[]): tf.Tensor =>
  tf.constant(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (random.below(2000) - 1000) / 700),
    { shape },
  );
const complex = (...shape: number[]): tf.Tensor => tf.complex(part(shape), part(shape));
const hermitian = (x: tf.Tensor): tf.Tensor => tf.multiply(tf.add(x, tf.linalg.adjoint(x)), tf.complex(0.5, 0));
const diagonal = (x: tf.Tensor): tf.Tensor =>
  tf.linalg.diag(x.dtype === 'complex64' ? x : tf.complex(x, tf.zerosLike(x)));
const distance = (a: tf.Tensor, b: tf.Tensor): number => tf.reduceMax(tf.abs(tf.subtract(a, b))).item() as number;
const product = (...factors: tf.Tensor[]): tf.Tensor => factors.reduce((a, b) => tf.matmul(a, b));
const rebuilt = {
  lu: (x: tf.Tensor) => tf.linalg.luReconstruct(...tf.linalg.lu(x)),
  qr: (x: tf.Tensor) => product(...tf.linalg.qr(x)),
  eigh: (x: tf.Tensor) => {
    const [e, v] = tf.linalg.eigh(hermitian(x));
    return product(v, diagonal(e), tf.linalg.adjoint(v));
  },
  svd: (x: tf.Tensor) => {
    const [s, u, v] = tf.linalg.svd(x);
    return product(u, diagonal(s), tf.linalg.adjoint(v));
  },
};

describe.each([
  ['lu', [3, 3]],
  ['lu', [2, 4, 4]],
  ['qr', [4, 3]],
  ['qr', [3, 4]],
  ['eigh', [4, 4]],
  ['eigh', [2, 3, 3]],
  ['svd', [4, 3]],
  ['svd', [2, 4]],
  ['svd', [2, 3, 3]],
] as const)('%s of %j', (name, shape) => {
  it('multiplies to the matrix', () => {
    const x = complex(...shape);
    expect(distance(rebuilt[name](x), name === 'eigh' ? hermitian(x) : x)).toBeLessThan(2e-5);
  });
});

it.each([
  ['equal', tf.complex(tf.eye(3), tf.zeros([3, 3]))],
  ['zero', tf.complex(tf.zeros([3, 3]), tf.zeros([3, 3]))],
  [
    'some zero',
    (() => {
      const x = complex(3, 1);
      return tf.matmul(x, tf.linalg.adjoint(x));
    })(),
  ],
])('vectors of %s values are orthonormal', (_, x) => {
  const [, v] = tf.linalg.eigh(x);
  const [s, u, w] = tf.linalg.svd(x, { fullMatrices: true });
  for (const basis of [v, u, w])
    expect(distance(tf.matmul(tf.linalg.adjoint(basis), basis), tf.complex(tf.eye(3), tf.zeros([3, 3])))).toBeLessThan(
      1e-5,
    );
  expect(distance(product(u, diagonal(s), tf.linalg.adjoint(w)), x)).toBeLessThan(2e-5);
});

/** Σ Re(C∘F(x)) where F does not depend on phases. */
const losses = {
  lu: (x: tf.Tensor) => tf.linalg.lu(x)[0],
  qr: (x: tf.Tensor) =>
    tf.concat(
      tf.linalg.qr(x).map((y) => tf.reshape(y, [-1])),
      0,
    ),
  eigh: (x: tf.Tensor) => {
    const [e, v] = tf.linalg.eigh(hermitian(x));
    return product(v, diagonal(tf.exp(e)), tf.linalg.adjoint(v));
  },
  svd: (x: tf.Tensor) => {
    const [s, u, v] = tf.linalg.svd(x);
    return product(u, diagonal(tf.square(s)), tf.linalg.adjoint(v));
  },
};
describe.each([
  ['lu', [3, 3]],
  ['qr', [4, 2]],
  ['qr', [2, 3]],
  ['eigh', [3, 3]],
  ['svd', [3, 2]],
  ['svd', [2, 4]],
  ['svd', [3, 3]],
] as const)('gradient of %s of %j', (name, shape) => {
  it('is that of differences', () => {
    const [re, im] = [part([...shape]), part([...shape])];
    const weights = complex(losses[name](tf.complex(re, im)).size);
    const loss = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      tf.reduceSum(tf.math.real(tf.multiply(tf.reshape(losses[name](tf.complex(a, b)), [-1]), weights)));
    const tape = new tf.GradientTape();
    tape.watch([re, im]);
    const value = tape.record(() => loss(re, im));
    const found = tape.gradient(value, [re, im]) as tf.Tensor[];
    const step = 4e-3;
    for (const [k, x] of [re, im].entries())
      for (let i = 0; i < x.size; i++) {
        const moved = (by: number): number => {
          const data = Float32Array.from(x.dataSync() as Float32Array);
          data[i]! += by;
          const y = tf.constant(data, { shape: x.shape });
          return loss(k === 0 ? y : re, k === 1 ? y : im).item() as number;
        };
        const slope = (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
        const gradient = Number(found[k]!.dataSync()[i]);
        expect(Math.abs(gradient - slope)).toBeLessThan(0.02 * (1 + Math.abs(slope)));
      }
  });
});
