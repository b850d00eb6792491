// Where the time of a training step goes, kernel by kernel: `npx tsx bench/micro/profile.ts [mlp|…] [--text]`.
// Every program the engine compiles is kept; the one that ran most is run again step by step.
import * as tf from 'cornu';
import type { Backend, Executable, Program, Step } from '../../src/backends/backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import { describeKernel } from '../../src/compiler/print-loop-ir.ts';
import { enableRelaxedSimd } from '../../src/platform/simd.ts';
import { installEngine } from '../../src/runtime/engine.ts';
import { measure } from './measure.ts';

interface Kept {
  readonly program: Program;
  readonly executable: Executable;
  readonly compileMilliseconds: number;
  runs: number;
  milliseconds: number;
  /** The table of the last run, copied: slots keep their addresses between steps. */
  table: Uint32Array;
}
const kept: Kept[] = [];
const inner = createWasmBackend({ enableRelaxedSimd });
const keep = (program: Program, executable: Executable, compileMilliseconds: number): Executable => {
  const entry: Kept = { program, executable, compileMilliseconds, runs: 0, milliseconds: 0, table: new Uint32Array() };
  kept.push(entry);
  return {
    codeBytes: executable.codeBytes,
    inTurn: (turns) => executable.inTurn(turns),
    run(table, host) {
      entry.table = new Uint32Array(inner.heap.buffer, table, program.slotCount).slice();
      const start = performance.now();
      executable.run(table, host);
      entry.milliseconds += performance.now() - start;
      entry.runs++;
    },
  };
};
const backend: Backend = {
  ...inner,
  name: inner.name,
  heap: inner.heap,
  synchronousLimit: inner.synchronousLimit,
  get threads() {
    return inner.threads;
  },
  compile(program) {
    const start = performance.now();
    const executable = inner.compile(program);
    return keep(program, executable, performance.now() - start);
  },
  async compileAsync(program) {
    const start = performance.now();
    const executable = await inner.compileAsync(program);
    return keep(program, executable, performance.now() - start);
  },
};
installEngine(() => backend);

const which = process.argv[2] ?? 'mlp';
const random = (...shape: number[]) => tf.random.uniform(shape);
const labels = (n: number, k: number) => tf.random.uniform([n], { maxval: k, dtype: 'int32' });
const { layers } = tf.keras;
const workloads: Record<string, () => [tf.keras.Model, tf.Tensor, tf.Tensor, number]> = {
  mlp: () => [
    tf.keras.Sequential([
      layers.Flatten({ inputShape: [28, 28] }),
      layers.Dense(128, { activation: 'relu' }),
      layers.Dropout(0.2),
      layers.Dense(10, { activation: 'softmax' }),
    ]),
    random(3200, 28, 28),
    labels(3200, 10),
    32,
  ],
  lstm: () => [
    tf.keras.Sequential([layers.Embedding(10000, 32), layers.LSTM(64), layers.Dense(1, { activation: 'sigmoid' })]),
    labels(320 * 80, 10000).reshape([320, 80]),
    labels(320, 2).reshape([320, 1]),
    32,
  ],
  cnn: () => [
    tf.keras.Sequential([
      layers.Conv2D(32, 3, { activation: 'relu', inputShape: [28, 28, 1] }),
      layers.MaxPooling2D(),
      layers.Conv2D(64, 3, { activation: 'relu' }),
      layers.MaxPooling2D(),
      layers.Flatten(),
      layers.Dropout(0.5),
      layers.Dense(10, { activation: 'softmax' }),
    ]),
    random(256, 28, 28, 1),
    labels(256, 10),
    128,
  ],
  attention: () => {
    const input = tf.keras.Input({ shape: [64, 128] });
    let h: tf.Tensor = input;
    for (let block = 0; block < 2; block++) {
      const a = layers.MultiHeadAttention(4, 32)(h, h);
      h = layers.LayerNormalization()(layers.add([h, a]));
      const f = layers.Dense(128)(layers.Dense(512, { activation: 'gelu' })(h));
      h = layers.LayerNormalization()(layers.add([h, f]));
    }
    const output = layers.Dense(10, { activation: 'softmax' })(layers.GlobalAveragePooling1D()(h));
    return [tf.keras.Model({ inputs: input, outputs: output }), random(64, 64, 128), labels(64, 10), 32];
  },
};
const [model, x, y, batchSize] = workloads[which]!();
model.compile({
  optimizer: 'adam',
  loss: which === 'lstm' ? 'binary_crossentropy' : 'sparse_categorical_crossentropy',
  metrics: ['accuracy'],
});
await model.fit(x, y, { batchSize, epochs: 5, verbose: 0 });
const start = performance.now();
await model.fit(x, y, { batchSize, epochs: 1, verbose: 0 });
const steps = x.shape[0]! / batchSize;
console.log(`fit: ${((performance.now() - start) / steps).toFixed(3)} ms a step`);

const entry = kept.reduce((most, e) =>
  e.runs * e.program.steps.length > most.runs * most.program.steps.length ? e : most,
);
const { program } = entry;
console.log(
  `${program.kernels.length} kernels, ${program.steps.length} steps, ${entry.executable.codeBytes} bytes, compiled in ${entry.compileMilliseconds.toFixed(1)} ms, ${(entry.milliseconds / entry.runs).toFixed(3)} ms a run over ${entry.runs} runs`,
);
const table = inner.heap.allocate(program.slotCount * 4);
const timeOf = (steps: readonly Step[]): number => {
  const executable = inner.compile({ ...program, steps });
  const reset = () => new Uint32Array(inner.heap.buffer, table, program.slotCount).set(entry.table);
  reset();
  return measure(() => executable.run(table, () => {}), 60).best;
};
/** Steps with how often they run; the bodies of repetitions and branches stand for themselves. */
const flat = (steps: readonly Step[], times: number): { step: Step; times: number }[] =>
  steps.flatMap((step) => {
    if (step.kind === 'repeat') return flat(step.body, times * step.count);
    if (step.kind === 'if') return flat([...step.then, ...step.otherwise], times);
    return [{ step, times }];
  });
const rows = flat(program.steps, 1).map(({ step, times }) => ({ step, times, time: times * timeOf([step]) }));
const total = rows.reduce((sum, { time }) => sum + time, 0);
for (const { step, times, time } of rows.sort((a, b) => b.time - a.time)) {
  const text = step.kind === 'kernel' ? describeKernel(program.kernels[step.kernel]!) : step.kind;
  const shown = process.argv.includes('--text') ? text : text.split('\n').slice(0, 2).join(' | ').slice(0, 150);
  const count = times > 1 ? `${times} × ` : '';
  console.log(`${time.toFixed(2).padStart(8)} µs ${((time / total) * 100).toFixed(1).padStart(5)} %  ${count}${shown}`);
}
console.log(`together ${total.toFixed(1)} µs`);
console.log(
  `all steps in one program: ${timeOf(program.steps).toFixed(1)} µs; as compiled for fit: ${(() => {
    new Uint32Array(inner.heap.buffer, table, program.slotCount).set(entry.table);
    return measure(() => entry.executable.run(table, () => {}), 300);
  })().best.toFixed(1)} µs`,
);
if (process.argv.includes('--compile')) {
  const { describeKernel: describe } = await import('../../src/compiler/print-loop-ir.ts');
  const { generateProgram } = await import('../../src/backends/wasm/program.ts');
  const memory = { module: 'env', name: 'memory', shared: true, minimumPages: 256, maximumPages: 65536 } as const;
  const phase = (name: string, run: () => void) => {
    const times: number[] = [];
    for (let i = 0; i < 40; i++) {
      // Time of the processor: a shared machine runs others in between.
      const begin = process.cpuUsage();
      run();
      times.push(process.cpuUsage(begin).user / 1000);
    }
    console.log(`${name.padEnd(12)} first ${times[0]!.toFixed(1)} ms, best ${Math.min(...times).toFixed(1)} ms`);
  };
  let texts: string[] = [];
  phase('describe', () => {
    texts = program.kernels.map(describe);
  });
  let bytes = new Uint8Array();
  phase('generate', () => {
    bytes = generateProgram(program, texts, memory, { relaxed: true }).bytes;
  });
  phase('module', () => new WebAssembly.Module(bytes));
}
