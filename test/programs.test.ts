// The programs of examples/ and the test copies in test/programs/, run as a user runs them: what they print is held against
// the bounds that the tutorials set, and the files that they promise are there.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Run, runProgram } from './support/run-program.ts';

/** The numbers behind the label, of every line that has it. */
function numbersAfter({ output }: Run, label: RegExp): number[] {
  const found = [...output.matchAll(new RegExp(`${label.source}\\s*(-?[\\d.]+(?:e[-+]?\\d+)?)`, 'g'))];
  return found.map((match) => Number(match.at(-1)));
}

async function run(program: string): Promise<Run> {
  const done = await runProgram(program);
  expect(done.status, `${program} said:\n${done.complaint.slice(-2000)}\n${done.output.slice(-1000)}`).toBe(0);
  return done;
}

const startsWith = (bytes: Uint8Array | undefined, text: string) =>
  Buffer.from(bytes ?? [])
    .subarray(0, text.length)
    .toString('latin1') === text;

function expectPictures({ files }: Run, ...names: string[]): void {
  for (const name of names) {
    const content = files.get(name);
    expect(content?.length ?? 0, name).toBeGreaterThan(2000);
    if (name.endsWith('.png')) expect(startsWith(content, '\x89PNG'), name).toBe(true);
    else expect(Buffer.from(content!).toString(), name).toContain('<svg');
  }
}

describe('examples', () => {
  it('mnist learns, is saved, loaded and drawn', async () => {
    const done = await run('examples/mnist.ts');
    expect(numbersAfter(done, /Test accuracy:/)[0]).toBeGreaterThanOrEqual(0.97);
    expect(done.output).toContain('Total params: 109,386');
    expect(startsWith(done.files.get('mnist.keras'), 'PK')).toBe(true);
    expectPictures(done, 'mnist-history.png', 'mnist-predictions.png');
  });

  it('linear-regression comes near the least-squares solution', async () => {
    const done = await run('examples/linear-regression.ts');
    expect(done.output).toContain('Total params: 2 (8.00 B)');
    expect(Math.abs(numbersAfter(done, /weight w =/)[0]! - 2.77)).toBeLessThan(0.1);
    expect(Math.abs(numbersAfter(done, /bias b =/)[0]! - 4.215)).toBeLessThan(0.1);
    expectPictures(done, 'linear-regression-loss.svg', 'linear-regression-fit.svg');
  });

  it('logistic-regression separates the moons only with a hidden layer', async () => {
    const done = await run('examples/logistic-regression.ts');
    const straight = numbersAfter(done, /no hidden layer: accuracy/)[0]!;
    expect(straight).toBeGreaterThan(0.84);
    expect(straight).toBeLessThan(0.89);
    expect(numbersAfter(done, /moons, hidden layer: accuracy/)[0]).toBeGreaterThanOrEqual(0.98);
    expectPictures(
      done,
      'logistic-regression-history.png',
      'logistic-boundary.png',
      'moons-straight.png',
      'moons-boundary.png',
    );
  });

  it('learning-rates follows its schedule', async () => {
    const done = await run('examples/learning-rates.ts');
    // y = 5 x - 3 at 10. After 960 steps of 0.01 along the flatter direction (curvature 0.306), 5 % of the way is left:
    // 1.7 of 47, give or take the first weight and the noise of the data.
    expect(Math.abs(numbersAfter(done, /sgd_?\d* at x=10:/)[0]! - 47)).toBeLessThan(3.5);
    const list = /\[([^[\]]*)\]\s*$/.exec(done.output)?.[1] ?? '';
    const rates = list
      .split(',')
      .map(Number)
      .filter((rate) => !Number.isNaN(rate));
    expect(rates).toHaveLength(100);
    for (const [epoch, rate] of rates.entries()) expect(rate).toBeCloseTo(0.1 * 0.1 ** Math.floor(epoch / 30), 6);
    expectPictures(done, 'learning-rates.svg', 'optimizers.svg');
  });

  it('first-principles moves W from 5 towards 3 and b from 0 towards 2', async () => {
    const done = await run('examples/first-principles.ts');
    const [W, b, loss] = [/W=/, / b=/, /loss=/].map((label) => numbersAfter(done, label)) as [
      number[],
      number[],
      number[],
    ];
    expect(W).toHaveLength(10);
    expect([W[0], b[0]]).toEqual([5, 0]);
    expect(Math.abs(W[9]! - 3)).toBeLessThan(0.6);
    expect(Math.abs(b[9]! - 2)).toBeLessThan(0.6);
    expect(loss[9]).toBeLessThan(loss[0]! / 3);
    expect(done.complaint).not.toContain('Assertion failed');
    expectPictures(done, 'first-principles-data.png', 'first-principles.png');
  });

  it('model-and-layer trains by tape, and both kinds of labels give one loss', async () => {
    const done = await run('examples/model-and-layer.ts');
    expect(numbersAfter(done, /test accuracy:/)[0]).toBeGreaterThanOrEqual(0.9479);
    expect(numbersAfter(done, /one-hot differ by/)[0]).toBeLessThan(1e-5);
  });

  it('custom-loop learns its noise by a compiled step', async () => {
    const done = await run('examples/custom-loop.ts');
    const losses = numbersAfter(done, /Train Loss:/);
    expect(losses).toHaveLength(10);
    expect(losses[9]).toBeLessThan(losses[0]!);
    expect(done.output).toContain('val_accuracy');
  });

  it('optimizers: back-propagation by hand equals the tape, formulas equal classes', async () => {
    const done = await run('examples/optimizers.ts');
    const differences = numbersAfter(done, /gradient \d differs by/);
    expect(differences).toHaveLength(4);
    for (const difference of differences) expect(difference).toBeLessThan(1e-5);
    const pairs = [...done.output.matchAll(/^(SGD|Momentum|RMSprop|Adam) (\S+) (\S+)$/gm)];
    expect(pairs).toHaveLength(4);
    for (const [, name, got, wanted] of pairs) expect(Math.abs(Number(got) - Number(wanted)), name).toBeLessThan(1e-5);
  });

  it('three-ways: Sequential, functional and subclassed models train alike, every common layer gives its shape', async () => {
    const done = await run('examples/three-ways.ts');
    // Three models, five optimizers with validation each, and a loss of one's own.
    expect(numbersAfter(done, /val_loss:/)).toHaveLength(15);
    for (const loss of numbersAfter(done, / loss:/)) expect(Number.isFinite(loss)).toBe(true);
    expect(done.output.split('Total params: 109,386')).toHaveLength(3);
    for (const line of [
      'Conv2D [ 2, 26, 26, 32 ]',
      'LSTM [ 2, 12, 64 ]',
      'Attention [ 2, 12, 8 ]',
      'selu [ 2, 12, 64 ]',
    ])
      expect(done.output).toContain(line);
  });

  it('inputs-and-outputs: every kind of input and output with its shape, two of each by name trained', async () => {
    const done = await run('examples/inputs-and-outputs.ts');
    for (const line of [
      '[ null, 224, 224, 3 ] [ null, 10 ]',
      'binary [ 1, 1 ]',
      'classes [ 1, 10 ]',
      'segmentation [ 1, 256, 256, 21 ]',
      'detection [ [ 1, 256, 256, 4 ], [ 1, 256, 256, 21 ] ]',
      'sequence [ 1, 5, 10 ]',
      "[ 'kind_accuracy', 'kind_loss', 'loss', 'price_loss', 'price_mae' ]",
    ])
      expect(done.output).toContain(line);
  });

  it('compile-fit-evaluate: every argument of training', async () => {
    const done = await run('examples/compile-fit-evaluate.ts');
    // Validation only after the epochs that validationFreq names.
    expect(done.output.match(/val_loss: [\d.]+/g)).toHaveLength(3);
    expect(done.output).toContain('[ 200, 1 ]');
    expect(done.output).toMatch(/^2 0\.\d+$/m);
    // A class that counts double draws the probability up: no zero is left to be missed.
    expect(numbersAfter(done, / loss:/)[9]).toBeLessThan(numbersAfter(done, / loss:/)[0]!);
  });

  it('callbacks leave their files and change the rate', async () => {
    const done = await run('examples/callbacks.ts');
    const losses = numbersAfter(done, /Epoch \d+ - Loss:/);
    expect(losses.length).toBeGreaterThan(5);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    const csv = Buffer.from(done.files.get('training.csv')!).toString().trim().split('\n');
    expect(csv[0]).toMatch(/^epoch,accuracy,.*learning_rate,loss,.*val_loss/);
    expect(csv).toHaveLength(losses.length + 1);
    const paths = [...done.files.keys()];
    expect(paths).toContain('checkpoints/model_01.h5');
    for (const part of ['train', 'validation'])
      expect(paths.some((path) => path.startsWith(`logs/${part}/events.out.tfevents.`))).toBe(true);
  });

  it('transfer-learning trains a new head, then the last layers of a frozen base', async () => {
    const done = await run('examples/transfer-learning.ts');
    expect(done.output).toContain('base moved by 0\n');
    expect(done.output).toContain('trainable weights 11 of 99');
    expect(done.output).toContain('Trainable params: 193 (772.00 B)');
  });

  it('text counts words, pads and embeds', async () => {
    const done = await run('examples/text.ts');
    expect(done.output).toContain('[[2,1,3],[4,5,1,6]]');
    expect(done.output).toContain('[4 5 1 6 0 0 0 0 0 0]');
    expect(done.output).toContain('[ 2, 10, 17 ]');
  });

  it('datasets: built in, by name, from a generator and from records', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cornu-pictures-'));
    try {
      const { default: sharp } = await import('sharp');
      for (const [kind, level] of [
        ['dark', 40],
        ['light', 200],
      ] as const) {
        mkdirSync(join(folder, kind));
        for (let i = 0; i < 4; i++)
          await sharp({ create: { width: 40 + i, height: 50, channels: 3, background: { r: level, g: level, b: i } } })
            .jpeg()
            .toFile(join(folder, kind, `${i}.jpg`));
      }
      const done = await runProgram('examples/datasets.ts', folder, 'train.tfrecords');
      expect(done.status, done.complaint.slice(-2000)).toBe(0);
      expect(done.output).toContain('generator 2 [ 4, 150, 150, 3 ]');
      expect(done.output).toContain('[ 8, 224, 224, 3 ]');
      expect(done.files.get('train.tfrecords')!.length).toBeGreaterThan(2000);
      expect(numbersAfter(done, / loss:/)).toHaveLength(4);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('files', () => {
  it('save-and-load: every file gives the same predictions, and another program goes on with it', async () => {
    const done = await run('examples/save-and-load.ts');
    const differences = numbersAfter(done, /largest difference/);
    expect(differences).toHaveLength(5);
    for (const difference of differences) expect(difference).toBeLessThan(1e-6);
    expect(done.output).toContain('from JSON 49');
    const folder = mkdtempSync(join(tmpdir(), 'cornu-saved-'));
    try {
      for (const [name, bytes] of done.files) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), bytes);
      }
      const predictions = new Set<string>();
      for (const path of ['regression.keras', 'regression.h5', 'saved_model/regression']) {
        const loaded = await runProgram('examples/load-and-predict.ts', join(folder, path));
        expect(loaded.status, loaded.complaint.slice(-2000)).toBe(0);
        expect(loaded.output).toContain('Total params: ');
        predictions.add(/^\[\[.*$/m.exec(loaded.output)?.[0] ?? 'nothing predicted');
      }
      expect([...predictions]).toHaveLength(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
