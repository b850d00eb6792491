// Models as DOT: the text that Keras gives (test/fixtures/model_dots.json), and pictures of it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as tf from '../../index.ts';

const { layers, Input, Model, models, utils } = tf.keras;
const folder = mkdtempSync(join(tmpdir(), 'cornu-dot-'));
afterAll(() => rmSync(folder, { recursive: true }));

const stack = (name = 'inner') =>
  models.Sequential(
    [layers.Input({ shape: [4] }), layers.Dense(3, { activation: 'relu', name: 'a' }), layers.Dense(2, { name: 'b' })],
    { name },
  );
const functional = () => {
  const x = Input({ shape: [4], name: 'x' });
  const outputs = [layers.Dense(2, { name: 'p' })(x), layers.Dense(3, { name: 'q', trainable: false })(x)];
  return Model({ inputs: x, outputs, name: 'two' });
};
class Own extends tf.keras.Model {
  d = layers.Dense(2);
  constructor() {
    super({ name: 'own' });
  }
  override call(x: tf.Tensor): tf.Tensor {
    return this.d(x);
  }
}
const makers: Record<string, () => object> = {
  stack,
  functional,
  nested: () => {
    const x = Input({ shape: [4], name: 'x' });
    const deep = models.Sequential([layers.Input({ shape: [4] }), stack('deepest'), layers.Dense(2, { name: 'c' })], {
      name: 'deep',
    });
    const [p, q] = functional()(x) as tf.Tensor[];
    const h = stack()(x);
    const sum = layers.Add({ name: 'add' })([h, deep(x)]);
    const y = layers.Multiply({ name: 'times' })([sum, p!]);
    const z = layers.Concatenate({ name: 'both' })([y, q!]);
    const outputs = { y: layers.Activation('tanh', { name: 'end' })(z), q: q! };
    return Model({ inputs: { x }, outputs, name: 'outer' });
  },
  shared: () => {
    const [a, b] = [Input({ shape: [3, 4], name: 'a' }), Input({ shape: [3, 4], name: 'b-2' })];
    const lstm = layers.LSTM(2, { returnState: true, name: 'lstm' });
    const [o, h, c] = lstm(a) as tf.Tensor[];
    const [o2] = lstm(b) as tf.Tensor[];
    const y = layers.Dense(1, { name: 'dense' })(layers.Subtract({ name: 'less' })([o!, o2!]));
    return Model({ inputs: [a, b], outputs: [y, h!, c!], name: 'shared' });
  },
  own: () => {
    const model = new Own();
    model.call(tf.ones([1, 3]));
    model.predictOnBatch(tf.ones([1, 3]));
    return model;
  },
};
interface Case {
  readonly model: string;
  readonly options: object;
  readonly dot: string;
}
const cases = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/model_dots.json', import.meta.url), 'utf8'),
) as Case[];

describe('modelToDot gives what Keras gives', () => {
  test.each(cases.map((item) => [`${item.model} ${JSON.stringify(item.options)}`, item] as const))('%s', (_, item) => {
    expect(utils.modelToDot(makers[item.model]!(), item.options)).toBe(item.dot);
  });
});

describe('plotModel', () => {
  const every = { showShapes: true, showDtype: true, showLayerActivations: true, showTrainable: true } as const;
  /** Left, top, width and height of the boxes, as the rectangles that carry titles. */
  const boxesOf = (svg: string): number[][] =>
    [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="black"/g)].map((found) =>
      found.slice(1).map(Number),
    );

  test.each(['TB', 'LR', 'BT', 'RL'] as const)('%s: boxes stand apart, and arrows run that way', async (rankdir) => {
    const path = join(folder, `nested-${rankdir}.svg`);
    expect(await utils.plotModel(makers.nested!(), { toFile: path, rankdir, expandNested: true, ...every })).toBe(path);
    const svg = readFileSync(path, 'utf8');
    const boxes = boxesOf(svg);
    expect(boxes.length).toBe(13);
    for (const [i, [x, y, width, height]] of boxes.entries())
      for (const [x2, y2, width2, height2] of boxes.slice(i + 1))
        expect(x! + width! <= x2! || x2! + width2! <= x! || y! + height! <= y2! || y2! + height2! <= y!).toBe(true);
    const arrows = [...svg.matchAll(/<path d="M([\d.]+),([\d.]+) [CL]\S+ \S+ ([\d.]+),([\d.]+)"/g)];
    expect(arrows.length).toBe(utils.modelToDot(makers.nested!(), { expandNested: true }).split(' -> ').length - 1);
    for (const arrow of arrows) {
      const [x1, y1, x2, y2] = arrow.slice(1).map(Number) as [number, number, number, number];
      expect({ TB: y2 - y1, BT: y1 - y2, LR: x2 - x1, RL: x1 - x2 }[rankdir]).toBeGreaterThan(0);
    }
  });
  test('as .dot and .png, a name by position', async () => {
    const dot = await utils.plotModel(stack(), join(folder, 'stack.dot'), { showLayerNames: true });
    expect(readFileSync(dot, 'utf8')).toBe(utils.modelToDot(stack()));
    const png = readFileSync(await utils.plotModel(stack(), join(folder, 'stack.png'), { dpi: 100 }));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(readFileSync(await utils.plotModel(stack(), join(folder, 'stack.svg')), 'utf8')).toContain(
      `width="${png.readUInt32BE(16)}" height="${png.readUInt32BE(20)}"`,
    );
  });
  test('bad input', async () => {
    await expect(utils.plotModel(stack(), 'model.pdf')).rejects.toThrow(/found 'model.pdf'.*dot -Tpdf/);
    await expect(utils.plotModel(stack(), { rankdir: 'UP' as 'TB' })).rejects.toThrow(/rankdir: found 'UP'/);
    expect(() => utils.modelToDot(models.Sequential([layers.Dense(2)]))).toThrow(/is not built/);
    expect(() => utils.modelToDot({})).toThrow(/wanted a Keras model/);
  });
});
