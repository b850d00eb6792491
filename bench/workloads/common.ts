// What the workloads share: repeatable random data, the models that more than one needs, timing of fit, and the line
// that each prints. The peers' scripts do the same things in the same order.
import * as tf from 'cornu';

/** A small generator of its own, so that making the data costs the same whatever the library does. */
let state = 0x2545f491;
export function random(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

export function images(...shape: number[]): tf.Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = random();
  return tf.tensor(data, { shape });
}

export function integers(limit: number, ...shape: number[]): tf.Tensor {
  const data = new Int32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = Math.floor(random() * limit);
  return tf.tensor(data, { shape });
}

export const classes = (n: number, k: number) => integers(k, n);

/** The line of a result: as the peers print it, with the loss that training ended at. */
export function report(workload: string, value: number, unit = 'msPerStep', extra: object = {}): void {
  console.log(JSON.stringify({ peer: 'cornu', workload, [unit]: Number(value.toFixed(4)), ...extra }));
}

/** Milliseconds a step of `fit`: best of three epochs after a warm-up of two batches. */
export async function timeFit(
  workload: string,
  model: tf.keras.Model,
  x: tf.Tensor,
  y: tf.Tensor,
  batchSize: number,
): Promise<void> {
  const first = (data: tf.Tensor) => data.at(`0:${batchSize * 2}`);
  await model.fit(first(x), first(y), { batchSize, verbose: 0 });
  // To count what a step comes to, nothing has to be timed.
  if (globalThis.process?.env.CORNU_BENCH_WARM_UP_ONLY) return;
  let loss = Number.NaN;
  const epoch = async (): Promise<number> => {
    const start = performance.now();
    const { history } = await model.fit(x, y, { batchSize, epochs: 1, verbose: 0 });
    loss = history.loss!.at(-1)!;
    return (performance.now() - start) / Math.ceil(x.shape[0]! / batchSize);
  };
  if (globalThis.process?.send) return inTurns(epoch);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) best = Math.min(best, await epoch());
  report(workload, best, 'msPerStep', { loss: Number(loss.toPrecision(5)) });
}

/** Times an epoch each time the process that started this one says so (bench/pair.ts). */
async function inTurns(epoch: () => Promise<number>): Promise<void> {
  const tell = async () => void process.send!(await epoch());
  process.on('message', tell);
  await tell();
}

/** The MLP of `mlp` and `predict1`. */
export function mlp(): tf.keras.Model {
  const { layers } = tf.keras;
  const model = tf.keras.Sequential([
    layers.Flatten({ inputShape: [28, 28] }),
    layers.Dense(128, { activation: 'relu' }),
    layers.Dropout(0.2),
    layers.Dense(10, { activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

/** 3×3 convolutions with relu, each with a maximum over 2×2. */
export const convolutions = (...filters: number[]) =>
  filters.flatMap((count) => [
    tf.keras.layers.Conv2D(count, 3, { activation: 'relu' }),
    tf.keras.layers.MaxPooling2D(),
  ]);

/** Elements a second of a data set that is read to its end: the best of four passes. `count` says how many a batch has. */
export async function timePasses<T>(dataset: AsyncIterable<T>, count: (batch: T) => number): Promise<number> {
  let best = 0;
  for (let pass = 0; pass < 4; pass++) {
    const start = performance.now();
    let elements = 0;
    for await (const batch of dataset) elements += count(batch);
    best = Math.max(best, (elements / (performance.now() - start)) * 1000);
  }
  return best;
}
