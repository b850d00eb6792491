// `npm run interop [-- MODEL… | large]`: files between Keras and cornu in both directions: predictions and further training must be the same.
// What a run measured is kept, so that a run of some models (or of the large ones alone) renews their rows of docs/interop.md and leaves the others.
// Owns: the reading of what Python wrote, the writing of what Python reads.
// Leaves the Python to python.ts, the models to keras_models.py, the page and what is kept to report.ts, large models to large-models.ts.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '../../src/index.ts';
import { largeModels } from './large-models.ts';
import { runPython } from './python.ts';
import { isGood, type Row, writePage } from './report.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Names of models, to compare these alone. */
const only = process.argv.slice(2);

interface Stored {
  readonly shape: number[];
  readonly data: number[];
}
interface Item {
  readonly name: string;
  readonly version: 2 | 3;
  readonly files: Readonly<Record<string, string>>;
  readonly x: Stored;
  readonly y: Stored;
  readonly prediction: Stored;
  /** Of two more epochs where the optimizer goes on, and where it begins anew as plain SGD. */
  readonly losses: number[];
  readonly fresh: number[];
}
const tensor = ({ shape, data }: Stored): tf.Tensor => tf.constant(data, { shape, dtype: 'float32' });
const stored = (x: tf.Tensor): Stored => ({ shape: [...x.dims], data: Array.from(x.dataSync() as Float32Array) });
const most = (a: tf.Tensor, b: tf.Tensor): number => tf.reduceMax(tf.abs(tf.subtract(a, b))).item();
const apart = (got: readonly number[], want: readonly number[]): number =>
  Math.max(...got.map((loss, i) => Math.abs(loss - want[i]!) / Math.max(1e-3, Math.abs(want[i]!))));

const FIT = { batchSize: 4, epochs: 2, shuffle: false, verbose: 0 } as const;
const { loadModel } = tf.keras.models;
const folder = mkdtempSync(join(tmpdir(), 'cornu-interop-'));

/** Formats that hold the weights alone: training begins anew. */
const WEIGHTS_ALONE = new Set(['safetensors', 'npz', 'legacy weights', 'tfjs', 'export']);
const predicted = async (model: tf.keras.Model, x: tf.Tensor): Promise<tf.Tensor> =>
  (await model.predict(x, { verbose: 0 })) as tf.Tensor;
async function trained(model: tf.keras.Model, x: tf.Tensor, y: tf.Tensor, fresh: boolean): Promise<number[]> {
  if (fresh) model.compile({ optimizer: tf.keras.optimizers.SGD(0.01), loss: 'mse' });
  return (await model.fit(x, y, FIT)).history.loss!;
}

/** The model of one of Python's files. Formats of weights go into the model with other weights, so that they are seen to come. */
async function open(item: Item, format: string): Promise<tf.keras.Model> {
  const path = join(folder, item.files[format]!);
  const isModel = ['keras', 'h5', 'export', 'savedmodel', 'tfjs'].includes(format);
  if (isModel) return loadModel(path);
  const model = await loadModel(join(folder, item.files.keras!));
  model.setWeights(model.getWeights().map((weight) => tf.zerosLike(weight)));
  if (format === 'tf.train.Checkpoint') {
    const checkpoint = new tf.train.Checkpoint({ model, optimizer: model.optimizer });
    (await checkpoint.read(path)).assertExistingObjectsMatched();
  } else if (format === 'npz') {
    const arrays = await tf.io.loadNpz(path);
    model.setWeights(
      Object.keys(arrays)
        .sort()
        .map((name) => arrays[name]!),
    );
  } else await model.loadWeights(path);
  return model;
}

/** Reads what Python wrote. */
async function read(item: Item, format: string): Promise<Row> {
  const [x, y] = [tensor(item.x), tensor(item.y)];
  const row = { name: item.name, format: `Keras ${item.version} ${format}` };
  try {
    const model = await open(item, format);
    const difference = most(await predicted(model, x), tensor(item.prediction));
    // A graph without layers predicts; it holds no loss to train with.
    if (format === 'export') return { ...row, difference };
    const fresh = WEIGHTS_ALONE.has(format);
    return { ...row, difference, training: apart(await trained(model, x, y, fresh), fresh ? item.fresh : item.losses) };
  } catch (error) {
    return { ...row, error: error instanceof Error ? error.message.slice(0, 300) : String(error) };
  }
}

/** Writes the model of an item in every format, at another point of its training than Python wrote it. */
async function write(item: Item): Promise<Item> {
  const [x, y] = [tensor(item.x), tensor(item.y)];
  const model = await loadModel(join(folder, item.files.keras!));
  await model.fit(x, y, FIT);
  const stem = `c_${item.name}`;
  const files: Record<string, string> = {
    keras: `${stem}.keras`,
    h5: `${stem}.h5`,
    savedmodel: `${stem}_saved`,
    export: `${stem}_export`,
    'weights.h5': `${stem}.weights.h5`,
    checkpoint: `${stem}_ckpt/weights`,
    safetensors: `${stem}.safetensors`,
    npz: `${stem}.npz`,
  };
  for (const [format, file] of Object.entries(files)) {
    const path = join(folder, file);
    if (['keras', 'h5', 'savedmodel'].includes(format)) await model.save(path);
    else if (format === 'export') await model.export(path);
    else if (format === 'npz') {
      const named = model.getWeights().map((array, i) => [`a${String(i).padStart(3, '0')}`, array] as const);
      await tf.io.saveNpz(path, Object.fromEntries(named));
    } else await model.saveWeights(path);
  }
  const prediction = stored(await predicted(model, x));
  const weights = model.getWeights();
  const losses = await trained(model, x, y, false);
  model.setWeights(weights);
  return { ...item, files, prediction, losses, fresh: await trained(model, x, y, true) };
}

/** Both directions for these models of keras_models.py, or for all. */
async function compare(models: readonly string[]): Promise<Row[]> {
  runPython('keras_models.py', ['make', folder, ...models]);
  const items = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Item[];
  const rows: Row[] = [];
  for (const item of items) for (const format of Object.keys(item.files)) rows.push(await read(item, format));
  const written: Item[] = [];
  for (const item of items) if (item.version === 3) written.push(await write(item));
  writeFileSync(join(folder, 'written.json'), JSON.stringify(written));
  return [...rows, ...runPython<Row>('keras_models.py', ['check', folder, ...models])];
}

try {
  const models = only.filter((name) => name !== 'large');
  const rows = only.length === 0 || models.length > 0 ? await compare(models) : [];
  const large = only.length === 0 || only.includes('large') ? await largeModels(join(folder, 'large')) : undefined;
  const wrong = rows.filter((row) => !isGood(row));
  for (const { name, format, difference, training, error } of wrong)
    console.log(`BAD  ${name}, ${format}: ${error ?? `predictions ${difference}, training ${training}`}`);
  console.log(rows.map((row) => `${row.name}, ${row.format}: ${row.difference}, ${row.training ?? ''}`).join('\n'));
  if (large) console.log(large);
  writePage(root, rows, large);
  console.log(wrong.length === 0 ? 'all equal' : `${wrong.length} wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
