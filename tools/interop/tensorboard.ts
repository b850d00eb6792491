// `npm run interop:tensorboard`: what cornu logs, read by TensorBoard's own reader, must be what was logged.
// Needs a Python with tensorboard and tensorflow, named by CORNU_PYTHON (`python3` otherwise).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '../../src/index.ts';

const { layers, models, callbacks } = tf.keras;
type Row = [step: number, values: (number | string)[]];
interface Found {
  readonly tags: Record<string, { plugin: string; values: Row[] }>;
  readonly graph: [name: string, op: string, inputs: string[]][] | null;
}

let wrong = 0;
function check(what: string, holds: boolean): void {
  if (!holds) wrong++;
  console.log(`${holds ? 'ok  ' : 'BAD '} ${what}`);
}
const near = (a: readonly unknown[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((v, i) => Math.abs(Number(v) - b[i]!) <= 1e-6 * Math.max(1, Math.abs(b[i]!)));

const root = mkdtempSync(join(tmpdir(), 'cornu-interop-'));
try {
  const writer = tf.summary.createFileWriter(join(root, 'plain'));
  writer.asDefault({ step: 3 }, () => {
    tf.summary.scalar('number', 0.25);
    tf.summary.histogram('spread', [1, 2, 2, 5], { buckets: 3 });
    tf.summary.image('picture', tf.linspace(0, 1, 12).reshape([1, 2, 2, 3]));
    tf.summary.audio('sound', tf.linspace(-1, 1, 8).reshape([1, 8, 1]), 8000);
    tf.summary.text('words', ['one', 'two']);
  });
  await writer.close();

  const model = models.Sequential([layers.Dense(3, { inputShape: [2] }), layers.Dense(1)]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  const x = tf.random.uniform([32, 2]);
  const board = callbacks.TensorBoard({ logDir: root, histogramFreq: 1, writeImages: true, profileBatch: [2, 3] });
  const options = { epochs: 3, validationSplit: 0.25, verbose: 0, batchSize: 8, callbacks: [board] } as const;
  const { history } = await model.fit(x, x.sum(1, { keepdims: true }), options);

  const python = process.env.CORNU_PYTHON ?? 'python3';
  const script = fileURLToPath(new URL('read_events.py', import.meta.url));
  const text = execFileSync(python, [script, root], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const found = JSON.parse(text) as { plain: Found; train: Found; validation: Found; profile: string[] };
  const plain = found.plain.tags;
  const hex = (value: string) => Buffer.from(value).toString('hex');
  check('scalar', near(plain.number!.values[0]![1], [0.25]) && plain.number!.values[0]![0] === 3);
  check('histogram', near(plain.spread!.values[0]![1], [1, 7 / 3, 3, 7 / 3, 11 / 3, 0, 11 / 3, 5, 1]));
  check('text', String(plain.words!.values[0]![1]) === [hex('one'), hex('two')].join());
  const [width, height, png] = plain.picture!.values[0]![1] as string[];
  check('image', width === hex('2') && height === hex('2') && png!.startsWith('89504e470d0a1a0a'));
  check('audio', String(plain.sound!.values[0]![1][0]).startsWith(hex('RIFF')));
  check(
    'plugins',
    ['scalars', 'histograms', 'images', 'audio', 'text'].every((name) =>
      Object.values(plain).some(({ plugin }) => plugin === name),
    ),
  );

  const series = (part: Found, tag: string) => part.tags[tag]!.values.map(([, [value]]) => value!);
  check('epoch_loss', near(series(found.train, 'epoch_loss'), history.loss!));
  check('validation epoch_loss', near(series(found.validation, 'epoch_loss'), history.val_loss!));
  for (const weight of model.weights) {
    const rows = found.train.tags[`${weight.path}/histogram`]!.values;
    const counts = rows.at(-1)![1].filter((_, i) => i % 3 === 2);
    const sum = counts.reduce((total: number, count) => total + Number(count), 0);
    const { data } = { data: weight.dataSync() as Float32Array };
    check(
      `${weight.path}: ${weight.size} counted`,
      sum === weight.size && near([rows.at(-1)![1][0]], [Math.min(...data)]),
    );
  }
  check(
    'model',
    Object.values(found.train.tags).some(({ plugin }) => plugin === 'graph_keras_model'),
  );
  const names = new Set(found.train.graph?.map(([name]) => name));
  check(
    `graph of ${names.size} nodes, every input of which is there`,
    names.size > 20 &&
      found.train.graph!.every(([, , inputs]) => inputs.every((input) => names.has(input.split(':')[0]!))),
  );
  check(
    `profile of ${found.profile.length} kernels`,
    found.profile.length > 4 && found.profile.every((name) => name.length > 0),
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(wrong === 0 ? 'all equal' : `${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
