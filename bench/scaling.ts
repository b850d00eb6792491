// How a training step grows with batch, width and depth: npm run bench:scaling [-- --quick]. Writes docs/scaling.md and
// docs/scaling.svg, one page of curves. Best of several steps of `fit` each, after a warm-up. A minute and a half; --quick (every
// third point, a fifth of the time each) is for looking whether it works, and draws the same page.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from 'cornu';
import * as plt from 'cornu/plot';
import { aligned, describeMachine, short } from './report.ts';
import { classes, images } from './workloads/common.ts';

const docs = join(dirname(fileURLToPath(import.meta.url)), '../docs');
const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const powers = (from: number, to: number): number[] => {
  const list: number[] = [];
  for (let n = from; n <= to; n *= flags.quick ? 8 : 2) list.push(n);
  return list;
};

interface Point {
  readonly x: number;
  readonly milliseconds: number;
  readonly gflops: number;
}

/** A step of an MLP: `depth` hidden layers of one width, Adam. */
async function step(batch: number, width: number, depth: number): Promise<Omit<Point, 'x'>> {
  const { layers } = tf.keras;
  const hidden = Array.from({ length: depth }, () => layers.Dense(width, { activation: 'relu' }));
  const model = tf.keras.Sequential([
    tf.keras.Input({ shape: [width] }),
    ...hidden,
    layers.Dense(10, { activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
  const steps = 4;
  const [x, y] = [images(batch * steps, width), classes(batch * steps, 10)];
  await model.fit(x, y, { batchSize: batch, epochs: 1, verbose: 0 });
  let best = Number.POSITIVE_INFINITY;
  const until = performance.now() + (flags.quick ? 200 : 1000);
  do {
    const start = performance.now();
    await model.fit(x, y, { batchSize: batch, epochs: 1, verbose: 0 });
    best = Math.min(best, (performance.now() - start) / steps);
  } while (performance.now() < until);
  // Forward, and by the weights; by the input from the second layer on.
  const products = batch * width * (width * (3 * depth - 1) + 3 * 10);
  return { milliseconds: best, gflops: (2 * products) / best / 1e6 };
}

const curves: readonly { name: string; fixed: string; xs: number[]; run: (x: number) => Promise<Omit<Point, 'x'>> }[] =
  [
    { name: 'batch', fixed: 'width 256, depth 4', xs: powers(1, 4096), run: (x) => step(x, 256, 4) },
    { name: 'width', fixed: 'batch 64, depth 2', xs: powers(16, 4096), run: (x) => step(64, x, 2) },
    { name: 'depth', fixed: 'batch 64, width 128', xs: powers(2, 64), run: (x) => step(64, 128, x) },
  ];

const [figure, [times, rates]] = plt.subplots(2, 3, { figsize: [12, 6.4] });
let text = `# Scaling

Written by \`npm run bench:scaling\`; do not edit. A training step of an MLP (dense layers with relu, Adam, through \`fit\`), best of many, on
${describeMachine()}.

![Milliseconds a step, and floating-point operations of its products a second, against batch, width and depth](scaling.svg)
`;
for (const [i, { name, fixed, xs, run }] of curves.entries()) {
  const points: Point[] = [];
  for (const x of xs) {
    const point = { x, ...(await run(x)) };
    console.error(`${name} ${x}: ${short(point.milliseconds)} ms, ${short(point.gflops)} GFLOP/s`);
    points.push(point);
  }
  const places = points.map(({ x }) => Math.log2(x));
  for (const panel of [times![i]!, rates![i]!]) {
    panel.setXticks(
      places.filter((_, at) => at % 2 === 0),
      xs.filter((_, at) => at % 2 === 0),
    );
    panel.grid(true, { alpha: 0.3 });
  }
  const logarithms = points.map(({ milliseconds }) => Math.log10(milliseconds));
  const [low, high] = [Math.floor(Math.min(...logarithms)), Math.ceil(Math.max(...logarithms))];
  const powersOfTen = Array.from({ length: high - low + 1 }, (_, at) => low + at);
  times![i]!.plot(places, logarithms, 'o-');
  times![i]!.setYlim(low, high);
  times![i]!.setYticks(
    powersOfTen,
    powersOfTen.map((power) => Number((10 ** power).toPrecision(1))),
  );
  times![i]!.setTitle(`${name} (${fixed})`);
  rates![i]!.plot(
    places,
    points.map(({ gflops }) => gflops),
    'o-',
  );
  rates![i]!.setYlim(0, 1.1 * Math.max(...points.map(({ gflops }) => gflops)));
  rates![i]!.setXlabel(name);
  if (i === 0) {
    times![i]!.setYlabel('milliseconds a step');
    rates![i]!.setYlabel('GFLOP/s of products');
  }
  const rows = points.map(({ x, milliseconds, gflops }) => [String(x), short(milliseconds), short(gflops)]);
  text += `\n## ${name[0]!.toUpperCase()}${name.slice(1)} (${fixed})\n\n${aligned([name, 'ms a step', 'GFLOP/s'], rows)}\n`;
}
figure.tightLayout();
await figure.savefig(join(docs, 'scaling.svg'));
writeFileSync(join(docs, 'scaling.md'), text);
