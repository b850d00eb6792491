// `npm run interop [-- MODEL…]`: files between Keras and cornu in both directions: predictions and further training must be the same.
// Makes its own Python environment with TensorFlow and both Kerases, unless CORNU_PYTHON names one; writes docs/interop.md.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '../../src/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Names of models, to compare these alone. */
const only = process.argv.slice(2);
const script = join(root, 'tools/interop/keras_models.py');

/** A Python with what the comparison needs. */
function python(): string {
  if (process.env.CORNU_PYTHON) return process.env.CORNU_PYTHON;
  const environment = join(root, 'node_modules/.cache/interop-python');
  const binary = join(environment, 'bin/python');
  if (!existsSync(binary)) {
    console.log(`making a Python environment in ${environment}`);
    execFileSync('python3', ['-m', 'venv', environment], { stdio: 'inherit' });
    execFileSync(
      binary,
      ['-m', 'pip', 'install', '--quiet', 'tensorflow==2.21', 'keras==3.15.1', 'tf_keras==2.21', 'h5py'],
      { stdio: 'inherit' },
    );
  }
  return binary;
}

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
  readonly losses: number[];
}
interface Row {
  readonly name: string;
  readonly format: string;
  readonly difference?: number;
  readonly training?: number;
  readonly error?: string;
}
const tensor = ({ shape, data }: Stored): tf.Tensor => tf.constant(data, { shape, dtype: 'float32' });
const stored = (x: tf.Tensor): Stored => ({ shape: [...x.dims], data: Array.from(x.dataSync() as Float32Array) });
const largest = (a: tf.Tensor, b: tf.Tensor): number => tf.reduceMax(tf.abs(tf.subtract(a, b))).item();
const apart = (got: readonly number[], want: readonly number[]): number =>
  Math.max(...got.map((loss, i) => Math.abs(loss - want[i]!) / Math.max(1e-3, Math.abs(want[i]!))));

const FIT = { batchSize: 4, epochs: 2, shuffle: false, verbose: 0 } as const;
const { loadModel } = tf.keras.models;
const folder = mkdtempSync(join(tmpdir(), 'cornu-interop-'));
const quiet = {
  encoding: 'utf8' as const,
  stdio: ['ignore' as const, 'pipe' as const, 'ignore' as const],
  maxBuffer: 1 << 26,
};

/** Reads what Python wrote. */
async function read(item: Item, format: string): Promise<{ row: Row; model: tf.keras.Model | null }> {
  const [x, y] = [tensor(item.x), tensor(item.y)];
  try {
    let model: tf.keras.Model;
    if (format === 'checkpoint') {
      model = await loadModel(join(folder, item.files.h5!), { compile: true });
      // Other weights first, so that those of the checkpoint are seen to come.
      model.setWeights(model.getWeights().map((weight) => tf.zerosLike(weight)));
      await model.loadWeights(join(folder, item.files.checkpoint!));
    } else model = await loadModel(join(folder, item.files[format]!));
    const difference = largest((await model.predict(x, { verbose: 0 })) as tf.Tensor, tensor(item.prediction));
    if (format === 'export') return { row: { name: item.name, format, difference }, model: null };
    const { history } = await model.fit(x, y, FIT);
    return { row: { name: item.name, format, difference, training: apart(history.loss!, item.losses) }, model };
  } catch (error) {
    return {
      row: { name: item.name, format, error: error instanceof Error ? error.message.slice(0, 300) : String(error) },
      model: null,
    };
  }
}

function table(rows: readonly Row[]): string {
  const formats = [...new Set(rows.map(({ format }) => format))];
  const lines = formats.map((format) => {
    const of = rows.filter((row) => row.format === format);
    const good = of.filter(isGood).length;
    const most = (values: readonly (number | undefined)[]): string => {
      const known = values.filter((value) => value !== undefined);
      return known.length > 0 ? Math.max(...known).toExponential(1) : '';
    };
    return `| ${format} | ${good} of ${of.length} | ${most(of.map((row) => row.difference))} | ${most(of.map((row) => row.training))} |`;
  });
  return [
    '| format | models | predictions differ by | losses of further training differ by |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n');
}
const isGood = (row: Row): boolean => row.error === undefined && row.difference! < 1e-5 && (row.training ?? 0) < 1e-4;

try {
  const binary = python();
  execFileSync(binary, [script, 'make', folder, ...only], quiet);
  const items = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Item[];
  const readRows: Row[] = [];
  const written: Item[] = [];
  for (const item of items) {
    for (const format of Object.keys(item.files)) {
      const { row, model } = await read(item, format);
      readRows.push({ ...row, format: `Keras ${item.version} ${format}` });
      if (item.version !== 3 || format !== 'keras' || !model) continue;
      // Written at another point of the training than Python wrote it.
      const files = {
        keras: `c_${item.name}.keras`,
        h5: `c_${item.name}.h5`,
        savedmodel: `c_${item.name}_saved`,
        checkpoint: `c_${item.name}_ckpt/weights`,
      };
      for (const [form, file] of Object.entries(files))
        await (form === 'checkpoint' ? model.saveWeights(join(folder, file)) : model.save(join(folder, file)));
      const [x, y] = [tensor(item.x), tensor(item.y)];
      const prediction = stored((await model.predict(x, { verbose: 0 })) as tf.Tensor);
      const { history } = await model.fit(x, y, FIT);
      written.push({ ...item, files, prediction, losses: history.loss! });
    }
  }
  writeFileSync(join(folder, 'written.json'), JSON.stringify(written));
  const text = execFileSync(binary, [script, 'check', folder, ...only], quiet);
  const checked = text
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Row);
  const wrong = [...readRows, ...checked].filter((row) => !isGood(row));
  for (const { name, format, difference, training, error } of wrong)
    console.log(`BAD  ${name}, ${format}: ${error ?? `predictions ${difference}, training ${training}`}`);
  const page = `<!-- Generated by \`npm run interop\`. -->
# Files between Keras and cornu

${items.length / 2} models, with optimizers of every kind, made and trained by Keras 3.15.1 and by Keras 2 (tf_keras 2.21) on TensorFlow 2.21. A model counts
when its predictions are the same to 1e-5 and two more epochs of training go on along the same losses, to one part in ten thousand.

## Written by Python, read by cornu

${table(readRows)}

## Written by cornu, read by Python

A SavedModel is loaded and served by TensorFlow, a checkpoint loaded by Keras 2, the others by Keras 3.

${table(checked)}
`;
  if (only.length === 0) writeFileSync(join(root, 'docs/interop.md'), page);
  console.log(page);
  console.log(wrong.length === 0 ? 'all equal' : `${wrong.length} wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
