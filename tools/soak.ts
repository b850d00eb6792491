// `npm run soak [-- LOOP…] [--steps N]`: resident memory of long loops of small steps.
// Owns: four loops (an eager tape, a compiled step, fit, predict), each in a process of its own, and the measure: resident
// memory at step 10,000 and at the last, no collection forced. More than 5 MB of growth fails.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from 'cornu';

const ALLOWED = 5;
const megabytes = (): number => process.memoryUsage().rss / 2 ** 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string' }, child: { type: 'boolean' } },
});
const steps = Number(values.steps ?? 100_000);

/** Calls `at(step)` after each step. */
type Loop = (at: (step: number) => void) => void | Promise<void>;

function problem() {
  const x = tf.constant(Array.from({ length: 8 }, (_, i) => [i / 8, 1 - i / 8]));
  const y = tf.reduceSum(x, 1, { keepdims: true });
  const w = tf.Variable(tf.ones([2, 1]));
  const b = tf.Variable(tf.zeros([1]));
  const loss = (): tf.Tensor => tf.reduceMean(tf.square(x.matmul(w).add(b).sub(y)));
  return { x, y, w, b, loss };
}

const model = () => {
  const made = tf.keras.Sequential([
    tf.keras.Input({ shape: [2] }),
    tf.keras.layers.Dense(4),
    tf.keras.layers.Dense(1),
  ]);
  made.compile({ optimizer: 'adam', loss: 'mse' });
  return made;
};

const loops: Record<string, Loop> = {
  tape(at) {
    const { w, b, loss } = problem();
    for (let i = 1; i <= steps; i++) {
      const tape = new tf.GradientTape();
      const [dw, db] = tape.gradient(tape.record(loss), [w, b]) as tf.Tensor[];
      w.assignSub(dw!.mul(0.01));
      b.assignSub(db!.mul(0.01));
      at(i);
    }
  },
  function(at) {
    const { w, b, loss } = problem();
    const step = tf.function(() => {
      const tape = new tf.GradientTape();
      const value = tape.record(loss);
      const [dw, db] = tape.gradient(value, [w, b]) as tf.Tensor[];
      w.assignSub(dw!.mul(0.01));
      b.assignSub(db!.mul(0.01));
      return value;
    });
    for (let i = 1; i <= steps; i++) {
      step().item();
      at(i);
    }
  },
  async fit(at) {
    const { x, y } = problem();
    const perEpoch = 1000;
    let done = 0;
    // One long fit: many batches an epoch, as a user would run it.
    const repeated = tf.tile(x, [perEpoch, 1]);
    const labels = tf.tile(y, [perEpoch, 1]);
    const onBatch = new tf.keras.callbacks.LambdaCallback({ onBatchEnd: () => at(++done) });
    await model().fit(repeated, labels, {
      batchSize: 8,
      epochs: Math.ceil(steps / perEpoch),
      verbose: 0,
      callbacks: [onBatch],
    });
  },
  async predict(at) {
    const { x } = problem();
    const network = model();
    for (let i = 1; i <= steps; i++) {
      await network.predict(x, { verbose: 0 });
      at(i);
    }
  },
};

async function run(name: string): Promise<void> {
  let early = 0;
  let largest = 0;
  const started = performance.now();
  await loops[name]!((step) => {
    if (step === Math.min(10_000, steps / 10)) early = megabytes();
    else if (step % 5000 === 0) largest = Math.max(largest, megabytes());
  });
  const late = megabytes();
  const grown = late - early;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `${name.padEnd(9)} ${early.toFixed(1)} MB at step 10,000, ${late.toFixed(1)} MB at ${steps}, at most ${largest.toFixed(1)}: grown by ${grown.toFixed(1)} MB; ${seconds} s`,
  );
  process.exitCode = grown <= ALLOWED ? 0 : 1;
}

if (values.child) await run(positionals[0]!);
else {
  const chosen = positionals.length > 0 ? positionals : Object.keys(loops);
  for (const name of chosen) {
    const args = [...process.execArgv, fileURLToPath(import.meta.url), name, '--child', '--steps', String(steps)];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
