// Doubt 2: a thousand models of 10 MB, each trained for one step and dropped: is resident memory bounded?
// Prints the resident and the engine's memory as they go. No collection is forced.
import * as tf from 'cornu';
import { currentEngine } from '../../src/runtime/engine.ts';

const COUNT = Number(process.argv[2] ?? 1000);
const SIDE = 1620; // 1620² float32 numbers are 10.5 MB

const x = tf.ones([1, SIDE]);
let [most, mostEngine] = [0, 0];
const started = performance.now();
for (let i = 1; i <= COUNT; i++) {
  const w = tf.Variable(tf.ones([SIDE, SIDE]));
  const step = tf.function(() => {
    const y = x.matmul(w);
    w.assign(w.mul(0.5));
    return tf.reduceSum(y);
  });
  step().item();
  const resident = process.memoryUsage().rss / 2 ** 20;
  const engine = (currentEngine()?.backend.heap.bytesInUse ?? 0) / 2 ** 20;
  [most, mostEngine] = [Math.max(most, resident), Math.max(mostEngine, engine)];
  if (i % (COUNT / 10) === 0)
    console.log(
      `${i} models: resident ${resident.toFixed(0)} MB (at most ${most.toFixed(0)}), engine ${engine.toFixed(0)} MB (at most ${mostEngine.toFixed(0)})`,
    );
  // As in a program that awaits something now and then: finalizers run between tasks only.
  if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
}
console.log(`${((performance.now() - started) / COUNT).toFixed(1)} ms a model`);
