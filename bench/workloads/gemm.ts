// A matrix product 1024×1024×1024 in float32: GFLOP/s, best of twenty.
import * as tf from 'cornu';
import { images, report } from './common.ts';

const a = images(1024, 1024);
await tf.matmul(a, a).data();
let best = Number.POSITIVE_INFINITY;
for (let i = 0; i < 20; i++) {
  const start = performance.now();
  await tf.matmul(a, a).data();
  best = Math.min(best, performance.now() - start);
}
report('gemm', (2 * 1024 ** 3) / best / 1e6, 'gflops');
