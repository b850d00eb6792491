// A matrix product 1024×1024×1024 in float32: GFLOP/s, best of twenty. Operands and result stay in the library's memory, as
// they do in the others.
import * as tf from 'cornu';
import { images, report } from './common.ts';

const a = tf.Variable(images(1024, 1024));
const c = tf.Variable(tf.zeros([1024, 1024]));
const product = tf.function(() => {
  c.assign(tf.matmul(a, a));
});
// Threads start, and code is improved, between calls.
for (let i = 0; i < 8; i++) {
  product();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
let best = Number.POSITIVE_INFINITY;
for (let i = 0; i < 20; i++) {
  const start = performance.now();
  product();
  best = Math.min(best, performance.now() - start);
}
report('gemm', (2 * 1024 ** 3) / best / 1e6, 'gflops');
