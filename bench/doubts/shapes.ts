// Doubt 3: two hundred sequence lengths one after the other: time for each new shape, what the cache holds.
// The step is a tape over an embedding, an LSTM-like scan is left out: two dense layers and a softmax over the sequence.
import * as tf from 'cornu';
import { currentEngine } from '../../src/runtime/engine.ts';

const COUNT = 200;
const w1 = tf.Variable(tf.fill([16, 32], 0.1));
const w2 = tf.Variable(tf.fill([32, 8], 0.1));
const step = tf.function((x: tf.Tensor) => {
  const tape = new tf.GradientTape();
  const loss = tape.record(() => {
    const scores = tf.exp(tf.tanh(x.matmul(w1)).matmul(w2));
    return tf.reduceMean(scores.div(tf.reduceSum(scores, 0, { keepdims: true })).square());
  });
  const [a, b] = tape.gradient(loss, [w1, w2]) as tf.Tensor[];
  w1.assignSub(a!.mul(0.01));
  w2.assignSub(b!.mul(0.01));
  return loss;
});
const lengths = Array.from({ length: COUNT }, (_, i) => i + 20);
step(tf.ones([10, 16])).item();
const memory = (): number => process.memoryUsage().rss / 2 ** 20;
const time = (f: () => void): number => {
  const started = performance.now();
  f();
  return performance.now() - started;
};
const before = memory();
const first = lengths.map((n) => time(() => step(tf.ones([n, 16])).item())).sort((a, b) => a - b);
const after = memory();
const again = lengths.map((n) => time(() => step(tf.ones([n, 16])).item())).sort((a, b) => a - b);
const median = (list: readonly number[]): string => list[list.length >> 1]!.toFixed(2);
console.log(
  `new shape: median ${median(first)} ms, slowest ${first.at(-1)!.toFixed(1)} ms; known shape: median ${median(again)} ms`,
);
console.log(
  `${COUNT} shapes: resident memory ${before.toFixed(0)} → ${after.toFixed(0)} MB, ${((1024 * (after - before)) / COUNT).toFixed(0)} KB each; engine ${((currentEngine()?.backend.heap.bytesInUse ?? 0) / 1024).toFixed(0)} KB`,
);
