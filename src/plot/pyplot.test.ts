// Which figure and axes the module's functions draw on, where pictures go, and what bad input gets for an answer.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { byClass, descendants, frameOf, parseSvg, pathPoints, textsOf } from '../../test/support/svg.ts';
import * as plt from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cornu-plot-test-'));
beforeEach(() => vi.stubEnv('CORNU_PLOT_DIR', folder));
afterEach(() => {
  plt.close('all');
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const labels = async (figure: plt.Figure) => textsOf(parseSvg(await figure.toSVG())).map(({ text }) => text);

describe('the current figure', () => {
  it('is made by the first call, replaced by figure(), and left by show()', async () => {
    plt.title('one');
    const first = plt.gcf();
    const second = plt.figure();
    plt.title('two');
    expect([first.number, second.number]).toEqual([1, 2]);
    expect(await labels(first)).toContain('one');
    expect(await labels(second)).toContain('two');
    plt.close(second);
    expect(plt.gcf()).toBe(first);
    vi.spyOn(console, 'log').mockImplementation(() => {});
    await plt.show();
    expect(plt.gcf()).not.toBe(first);
  });

  it('can be saved as it was at the time of the call', async () => {
    plt.plot([1, 2]);
    const path = join(folder, 'early.svg');
    const saved = plt.savefig(path);
    plt.plot([3, 4]);
    plt.title('late');
    await saved;
    const svg = parseSvg(readFileSync(path, 'utf8'));
    expect(byClass(svg, 'mark-line')).toHaveLength(1);
    expect(textsOf(svg).map(({ text }) => text)).not.toContain('late');
  });

  it('warns once when very many are open', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (let i = 0; i < 23; i++) plt.figure();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(/more than 20 figures.*plt\.close/);
  });
});

describe('subplots', () => {
  it('gives axes in the grid’s shape', () => {
    const [, only] = plt.subplots();
    only.setTitle('a');
    const [, [left, right]] = plt.subplots(1, 2, { figsize: [12, 5] });
    expect(left).not.toBe(right);
    const [, [top, bottom]] = plt.subplots(2, 1);
    expect(top).not.toBe(bottom);
    const [figure, grid] = plt.subplots(2, 3);
    expect(grid.map((row) => row.length)).toEqual([3, 3]);
    expect(figure.axes).toEqual(grid.flat());
  });

  it('puts them beside each other, equally large, without overlap', async () => {
    const [figure, grid] = plt.subplots(2, 2);
    for (const axes of grid.flat()) {
      axes.plot([1e3, 2e3], [0.0001, 0.0002]);
      axes.setYlabel('a label');
      axes.setTitle('title');
    }
    const svg = parseSvg(await figure.toSVG());
    const [a, b, c, d] = [1, 2, 3, 4].map((index) => frameOf(svg, index));
    expect([a!.y, a!.x]).toEqual([b!.y, c!.x]);
    expect([b!.x, c!.y]).toEqual([d!.x, d!.y]);
    expect(Math.abs(a!.width - d!.width)).toBeLessThanOrEqual(1);
    expect(a!.x + a!.width).toBeLessThan(b!.x - 40);
    expect(a!.y + a!.height).toBeLessThan(c!.y - 30);
  });

  it('shares limits and shows shared labels once', async () => {
    const [figure, [top, bottom]] = plt.subplots(2, 1, { sharex: true });
    top.plot([0, 1], [0, 1]);
    bottom.plot([0, 10], [0, 1]);
    const svg = parseSvg(await figure.toSVG());
    expect(byClass(svg, 'role-axis-label')).toHaveLength(3);
    const [frame] = [frameOf(svg)];
    const end = pathPoints(byClass(svg, 'axes1-line1-1')[0]!.children[0]!)[1]!;
    expect((end.x - frame.x) / frame.width).toBeCloseTo((1 + 0.5) / 11, 3);
  });

  it('subplot returns to axes that are there', async () => {
    plt.subplot(1, 2, 1);
    plt.plot([1, 2]);
    plt.subplot(1, 2, 2);
    plt.title('right');
    plt.subplot(1, 2, 1);
    plt.title('left');
    const svg = parseSvg(await plt.gcf().toSVG());
    expect(plt.gcf().axes).toHaveLength(2);
    expect(textsOf(byClass(svg, 'axes1')[0]!).map(({ text }) => text)).toContain('left');
  });

  it('tightLayout makes the margins smaller', async () => {
    plt.plot([1, 2]);
    const loose = frameOf(parseSvg(await plt.gcf().toSVG()));
    plt.tightLayout();
    const tight = frameOf(parseSvg(await plt.gcf().toSVG()));
    expect(tight.width).toBeGreaterThan(loose.width + 50);
    expect(tight.height).toBeGreaterThan(loose.height + 50);
  });
});

describe('legend', () => {
  it('names what has a label, or takes a list', async () => {
    plt.plot([1, 2], { label: 'first' });
    plt.plot([2, 1]);
    plt.scatter([0, 1], [1, 2], { label: 'points' });
    plt.legend();
    const legendOf = async () => textsOf(byClass(parseSvg(await plt.gcf().toSVG()), 'legend')[0]!);
    expect((await legendOf()).map(({ text }) => text)).toEqual(['first', 'points']);
    plt.legend(['a', 'b', 'c'], { loc: 'lower right', title: 'names' });
    expect((await legendOf()).map(({ text }) => text)).toEqual(['names', 'a', 'b', 'c']);
    expect(() => plt.legend(['a', 'b', 'c', 'd'])).toThrow(/4 labels for 3 plotted series/);
    expect(() => plt.legend({ loc: 'top' as 'best' })).toThrow(/loc is 'top'; wanted 'best', 'upper right'/);
  });

  it('stands where it covers no data', async () => {
    const corner = async (x: number[], y: number[]) => {
      plt.figure();
      plt.plot(x, y, { label: 'a' });
      plt.legend();
      const svg = parseSvg(await plt.gcf().toSVG());
      const { x: left, y: top } = byClass(svg, 'legend')[0]!.children[0]!;
      const frame = frameOf(svg);
      return [
        left > frame.x + frame.width / 2 ? 'right' : 'left',
        top > frame.y + frame.height / 2 ? 'lower' : 'upper',
      ];
    };
    // A falling line leaves the upper right free, a rising one the upper left, a roof with a wall at its right the lower left.
    expect(await corner([0, 1], [1, 0])).toEqual(['right', 'upper']);
    expect(await corner([0, 1], [0, 1])).toEqual(['left', 'upper']);
    expect(await corner([1, 1, 0], [0.5, 1, 1])).toEqual(['left', 'lower']);
  });

  it('warns when there is nothing to name', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    plt.plot([1, 2]);
    plt.legend();
    expect(warn.mock.calls[0]![0]).toMatch(/nothing plotted so far has a label/);
  });
});

describe('savefig and show', () => {
  it('write SVG, PNG and a page that needs nothing else', async () => {
    plt.plot([1, 2]);
    plt.title('训练 <损失> & more');
    for (const name of ['a.svg', 'a.png', 'a.html', 'new/folder/a.SVG']) await plt.savefig(join(folder, name));
    const svg = readFileSync(join(folder, 'a.svg'), 'utf8');
    expect(svg.startsWith('<svg')).toBe(true);
    expect(textsOf(parseSvg(svg)).map(({ text }) => text)).toContain('训练 <损失> & more');
    expect([...readFileSync(join(folder, 'a.png')).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    const page = readFileSync(join(folder, 'a.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('<title>训练 &lt;损失> &amp; more</title>');
    expect(page).not.toMatch(/src=|href="http|<script/);
    expect(existsSync(join(folder, 'new/folder/a.SVG'))).toBe(true);
  });

  it('give each drawing names of its own, so that several fit into one page', async () => {
    plt.plot([1, 2]);
    const ids = async () => {
      const elements = descendants(parseSvg(await plt.gcf().toSVG()));
      const own = elements.flatMap(({ attributes }) => attributes.id ?? []);
      const used = elements.flatMap(({ attributes }) => /url\(#(.*)\)/.exec(attributes['clip-path'] ?? '')?.[1] ?? []);
      expect(used.length).toBeGreaterThan(0);
      for (const id of used) expect(own).toContain(id);
      return own;
    };
    const [first, second] = [await ids(), await ids()];
    expect(first.filter((id) => second.includes(id))).toEqual([]);
  });

  it('show without a screen: a file for each open figure, its path printed', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const before = new Set(readdirSync(folder));
    plt.plot([1, 2]);
    plt.figure();
    plt.plot([3, 4]);
    await plt.show();
    plt.plot([5, 6]);
    await plt.show();
    const made = readdirSync(folder).filter((name) => !before.has(name) && name.startsWith('figure-'));
    expect(made).toHaveLength(3);
    expect(log.mock.calls.flat()).toEqual(made.map((name) => expect.stringContaining(name)));
  });

  it('show with a place puts the picture there', async () => {
    const put: string[] = [];
    plt.plot([1, 2]);
    await plt.show({ element: { insertAdjacentHTML: (_, html) => void put.push(html) } });
    expect(put).toHaveLength(1);
    expect(put[0]).toMatch(/^<div class="cornu-figure"><svg /);
  });

  it('say what is wrong with a path', async () => {
    plt.plot([1, 2]);
    await expect(plt.savefig('figure.pdf')).rejects.toThrow(/'figure\.pdf' has the extension '\.pdf'; wanted '\.svg'/);
    await expect(plt.savefig('figure')).rejects.toThrow(/'figure' has no extension.*'figure\.png'/);
    await expect(plt.savefig(join(folder, 'x.png'), { dpi: -1 })).rejects.toThrow(/dpi is -1/);
  });
});

describe('history', () => {
  const record = {
    loss: [3, 2, 1],
    accuracy: [0.5, 0.6, 0.7],
    val_loss: [3.5, 2.5, 1.5],
    val_accuracy: [0.4, 0.5, 0.6],
  };

  it('has a panel for each metric, with its validation twin, over epochs from 1', async () => {
    const figure = plt.history({ epoch: [0, 1, 2], history: record });
    expect(figure.axes).toHaveLength(2);
    const svg = parseSvg(await figure.toSVG());
    expect(byClass(svg, 'mark-line')).toHaveLength(4);
    for (const [index, title] of [
      [1, 'loss'],
      [2, 'accuracy'],
    ] as const) {
      const texts = textsOf(byClass(svg, `axes${index}`)[0]!).map(({ text }) => text);
      expect(texts).toEqual(expect.arrayContaining([title, 'epoch', 'training', 'validation', '1', '2', '3']));
      expect(texts).not.toContain('0');
      expect(texts).not.toContain('4');
    }
  });

  it('manages without validation, and with one epoch', async () => {
    const figure = plt.history({ history: { loss: [0.5] } });
    const svg = parseSvg(await figure.toSVG());
    expect(byClass(svg, 'legend')).toHaveLength(0);
    expect(byClass(svg, 'mark-symbol')[0]!.children).toHaveLength(1);
  });

  it('says what it wants', () => {
    const call = plt.history as (value: unknown) => unknown;
    expect(() => call(Promise.resolve())).toThrow(/`await` before model\.fit/);
    expect(() => call({ history: {} })).toThrow(/no metrics/);
  });
});

describe('bad input', () => {
  // What a JavaScript user may pass against the types.
  const plot = plt.plot as (...args: unknown[]) => void;
  const scatter = plt.scatter as (...args: unknown[]) => void;
  it.each([
    ['lengths', () => plot([1, 2, 3], [1, 2]), /plt\.plot: x has 3 values and y has 2/],
    ['lengths of scatter', () => scatter([1, 2, 3], [1, 2]), /plt\.scatter: x has 3 values and y has 2/],
    ['sizes', () => scatter([1, 2], [1, 2], { s: [1, 2, 3] }), /s has 3 values and x has 2/],
    ['colors', () => scatter([1, 2], [1, 2], { c: ['r'] }), /1 colors for 2 points/],
    ['numbers for colors', () => scatter([1, 2], [1, 2], { c: [1, 2, 3, 4] }), /4 numbers for 2 points/],
    ['a format', () => plot([1, 2], 'q'), /format string 'q' has 'q' at position 0/],
    ['an option', () => plot([1, 2], { colour: 'red' }), /unknown option 'colour'\. Did you mean 'color'/],
    ['the type of an option', () => plot([1, 2], { alpha: 'half' }), /alpha is 'half'; wanted a number/],
    ['the range of an option', () => plot([1, 2], { alpha: 2 }), /alpha is 2; wanted a number between 0 and 1/],
    ['a color', () => plot([1, 2], { color: 'rde' }), /color is 'rde'.*Did you mean 'red'/],
    ['a metric that is not there', () => plot([1, 2], undefined), /argument 2 is undefined; wanted data/],
    ['nothing', () => plot(undefined), /y is undefined; wanted a tensor/],
    ['no data', () => plot(), /no data/],
    ['a string first', () => plot('r--', [1, 2]), /argument 1 is 'r--'; wanted data before/],
    ['something else between', () => plot([1], 5, [2]), /argument 2 is 5/],
    ['rank', () => plot([[[1]]]), /y has shape \(1, 1, 1\); wanted \(points\)/],
    ['columns', () => plot([[1, 2]], [[1, 2, 3]]), /x has 2 columns and y has 3/],
    ['figsize', () => plt.figure({ figsize: [0, 5] }), /figsize is \[0, 5\]; wanted \[width, height\] in inches/],
    ['index', () => plt.subplot(1, 2, 3), /index is 3; wanted a whole number from 1 to 2/],
    ['rows', () => plt.subplots(0, 2), /rows is 0/],
    ['limits', () => plt.xlim(1, 1), /the limits are 1 and 1/],
    ['ticks', () => plt.xticks([1, 2], ['a']), /2 positions and 1 labels/],
    ['bars', () => plt.bar(['a', 'b'], [1]), /x has 2 values and height has 1/],
    ['bins', () => plt.hist([1, 2], { bins: 0 }), /bins is 0/],
    ['axis', () => plt.axis('of' as 'off'), /mode is 'of'/],
    ['nothing to explain', () => plt.colorbar(), /nothing is drawn in colors of a color map/],
    ['a rule', () => plt.axhline(Number.NaN), /y is NaN; wanted a number/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
