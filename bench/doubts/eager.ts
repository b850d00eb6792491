// What eager operations cost: a tape step on tiny tensors, and one addition of a million elements.
// Prints one JSON line each; eager.py prints the same for TensorFlow and PyTorch.
import * as tf from '../../src/index.ts';

const report = (workload: string, microseconds: number): void =>
  console.log(JSON.stringify({ peer: 'cornu', workload, microseconds: Math.round(microseconds * 100) / 100 }));

function best(steps: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let i = 0; i < steps; i++) run();
    least = Math.min(least, ((performance.now() - start) / steps) * 1000);
  }
  return least;
}

const w = tf.Variable(1.5);
const b = tf.Variable(0.5);
const x = tf.constant([1, 2, 3, 4], { dtype: 'float32' });
const y = tf.constant([3, 5, 7, 9], { dtype: 'float32' });
report(
  'tape-step',
  best(2000, () => {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => tf.reduceMean(tf.square(tf.multiply(w, x).add(b).sub(y))));
    const [dw, db] = tape.gradient(loss, [w, b]);
    w.assignSub(dw!.mul(0.01));
    b.assignSub(db!.mul(0.01));
  }),
);
const small = tf.constant([1, 2, 3, 4], { dtype: 'float32' });
report(
  'add-4',
  best(20000, () => void small.add(small)),
);
const large = tf.ones([1_000_000]);
report(
  'add-1000000',
  best(50, () => void large.add(large)),
);
