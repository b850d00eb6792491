// Positions, counts and colours in the SVG against the data that were drawn.
import { afterEach, describe, expect, it } from 'vitest';
import { byClass, descendants, type Frame, frameOf, parseSvg, pathPoints, textsOf } from '../../test/support/svg.ts';
import * as plt from './index.ts';

afterEach(() => plt.close('all'));

const draw = async () => parseSvg(await plt.gcf().toSVG());

/** Where a data position must lie in the frame, for limits low to high. */
function expected(frame: Frame, [x0, x1]: readonly number[], [y0, y1]: readonly number[], x: number, y: number) {
  return {
    x: frame.x + ((x - x0!) / (x1! - x0!)) * frame.width,
    y: frame.y + (1 - (y - y0!) / (y1! - y0!)) * frame.height,
  };
}

describe('plot', () => {
  it('maps data to the frame linearly, with margins of 5 %', async () => {
    const [x, y] = [
      [0, 1, 3, 10],
      [2, -1, 5, 4],
    ] as const;
    plt.plot(x, y);
    expect(plt.xlim()).toEqual([-0.5, 10.5]);
    expect(plt.ylim()).toEqual([-1.3, 5.3]);
    const svg = await draw();
    const frame = frameOf(svg);
    // matplotlib's default box: 0.125, 0.11, 0.775, 0.77 of 640 × 480.
    expect(frame.x).toBe(80);
    expect(Math.abs(frame.y + frame.height - 0.89 * 480)).toBeLessThan(1);
    expect(Math.abs(frame.width - 0.775 * 640)).toBeLessThan(1);
    const [line] = byClass(svg, 'axes1-line1-1');
    const points = pathPoints(line!.children[0]!);
    expect(points).toHaveLength(4);
    for (const [i, point] of points.entries()) {
      const wanted = expected(frame, [-0.5, 10.5], [-1.3, 5.3], x[i]!, y[i]!);
      expect(point.x).toBeCloseTo(wanted.x, 3);
      expect(point.y).toBeCloseTo(wanted.y, 3);
    }
  });

  it('puts tick labels at their numbers', async () => {
    plt.plot([0, 10], [0, 1]);
    const svg = await draw();
    const frame = frameOf(svg);
    const [below, beside] = byClass(svg, 'role-axis-label').map(textsOf);
    expect(below!.map(({ text }) => text)).toEqual(['0', '2', '4', '6', '8', '10']);
    for (const { text, x } of below!) {
      expect(x).toBeCloseTo(expected(frame, [-0.5, 10.5], [0, 1], Number(text), 0).x, 3);
    }
    const ticks = byClass(svg, 'role-axis-tick')[1]!.children;
    for (const [i, { text }] of beside!.entries()) {
      expect(ticks[i]!.y).toBeCloseTo(expected(frame, [0, 1], [-0.05, 1.05], 0, Number(text)).y, 3);
    }
  });

  it('draws several series of one call, with their formats', async () => {
    plt.plot([1, 2], [3, 4], 'r--', [1, 2], [4, 3], 'b', [1, 2], [5, 6], 'g^');
    const svg = await draw();
    const [red] = byClass(svg, 'axes1-line1-1');
    expect(red!.children[0]!.attributes).toMatchObject({ stroke: '#ff0000' });
    expect(red!.children[0]!.attributes['stroke-dasharray']).toBeDefined();
    const [blue] = byClass(svg, 'axes1-line2-1');
    expect(blue!.children[0]!.attributes).toMatchObject({ stroke: '#0000ff' });
    expect(blue!.children[0]!.attributes['stroke-dasharray']).toBeUndefined();
    const [triangles] = byClass(svg, 'axes1-line3-1');
    expect(triangles!.attributes.class).toContain('mark-symbol');
    expect(triangles!.children).toHaveLength(2);
    expect(triangles!.children[0]!.attributes.fill).toBe('#008000');
  });

  it('takes columns for lines, and a column of size 1 for a vector', async () => {
    const column = { shape: [3, 1], dtype: 'float32', dataSync: () => Float32Array.of(1, 2, 3) };
    plt.plot(column, column);
    plt.plot([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const svg = await draw();
    expect(byClass(svg, 'mark-line')).toHaveLength(3);
    const points = byClass(svg, 'mark-line').map((line) => pathPoints(line.children[0]!).length);
    expect(points).toEqual([3, 3, 3]);
  });

  it('takes the default cycle in turn', async () => {
    for (let i = 0; i < 11; i++) plt.plot([i, i + 1]);
    const strokes = byClass(await draw(), 'mark-line').map((line) => line.children[0]!.attributes.stroke);
    expect(strokes.slice(0, 3)).toEqual(['#1f77b4', '#ff7f0e', '#2ca02c']);
    expect(strokes[10]).toBe(strokes[0]);
  });

  it('breaks at numbers that are not finite, and shows a point alone', async () => {
    plt.plot([1, 2, Number.NaN, 4, 5]);
    plt.plot([7]);
    const svg = await draw();
    const [line] = byClass(svg, 'axes1-line1-1');
    expect(pathPoints(line!.children[0]!).map(({ command }) => command)).toEqual(['M', 'L', 'M', 'L']);
    expect(byClass(svg, 'axes1-line2-2')[0]!.children).toHaveLength(1);
  });

  it('has whole ticks for epochs', async () => {
    plt.plot([0.5, 0.3, 0.25, 0.2, 0.18]);
    const [below] = byClass(await draw(), 'role-axis-label').map(textsOf);
    expect(below!.map(({ text }) => text)).toEqual(['0', '1', '2', '3', '4']);
  });
});

describe('scatter', () => {
  it('draws a marker for each point, where it belongs, as large as asked', async () => {
    const x = [0, 1, 2];
    plt.scatter(x, [5, 6, 7], { color: 'red', alpha: 0.5, s: [36, 144, 36] });
    const svg = await draw();
    const [marks] = byClass(svg, 'axes1-points1-1');
    expect(marks!.children).toHaveLength(3);
    const frame = frameOf(svg);
    for (const [i, mark] of marks!.children.entries()) {
      const wanted = expected(frame, [-0.1, 2.1], [4.9, 7.1], x[i]!, 5 + i);
      expect(mark.x).toBeCloseTo(wanted.x, 3);
      expect(mark.y).toBeCloseTo(wanted.y, 3);
      expect(mark.attributes).toMatchObject({ fill: 'red', 'fill-opacity': '0.5' });
    }
    // The radius stands in the path's arcs: (√s + 1.5 points of edge) / 2, a point being 100/72 pixels.
    const radius = (at: number) => Number(/^M([\d.]+)/.exec(marks!.children[at]!.attributes.d!)![1]);
    expect(radius(0)).toBeCloseTo(((6 + 1.5) / 2) * (100 / 72), 2);
    expect(radius(1)).toBeCloseTo(((12 + 1.5) / 2) * (100 / 72), 2);
  });

  it('colors points by number through a color map', async () => {
    plt.scatter([1, 2, 3, 4], [1, 2, 3, 4], { c: [0, 1, 2, Number.NaN], cmap: 'gray' });
    const [marks] = byClass(await draw(), 'axes1-points1-1');
    expect(marks!.children.map(({ attributes }) => attributes.fill)).toEqual(['#000000', '#808080', '#ffffff']);
  });
});

describe('bars', () => {
  it('reach from zero to their heights, without a margin below', async () => {
    plt.bar(['a', 'b', 'c'], [1, 4, 2]);
    expect(plt.ylim()).toEqual([0, 4.2]);
    const svg = await draw();
    const frame = frameOf(svg);
    const [bars] = byClass(svg, 'axes1-bars1-1');
    const boxes = bars!.children.map(({ attributes, x, y }) => {
      const [, left, top, width, height] = /M([-\d.]+),([-\d.]+)h([\d.]+)v([\d.]+)/.exec(attributes.d!)!.map(Number);
      return { x: x + left!, y: y + top!, width: width!, height: height! };
    });
    expect(boxes.map(({ height }) => Number(((height / frame.height) * 4.2).toFixed(6)))).toEqual([1, 4, 2]);
    for (const { y, height } of boxes) expect(y + height).toBeCloseTo(frame.y + frame.height, 3);
    const [below] = byClass(svg, 'role-axis-label').map(textsOf);
    expect(below!.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    for (const [i, { x }] of below!.entries()) expect(x).toBeCloseTo(boxes[i]!.x + boxes[i]!.width / 2, 3);
  });

  it('counts for histograms as NumPy does', () => {
    // numpy.histogram([1, 2, 2, 3, 3, 3, 10], bins=3), …, bins=[1, 2, 3]), …, bins=2, range=(0, 4), density=True)
    const values = [1, 2, 2, 3, 3, 3, 10];
    expect(plt.hist(values, { bins: 3 })).toEqual({ counts: [6, 0, 1], edges: [1, 4, 7, 10] });
    expect(plt.hist(values, { bins: [1, 2, 3] })).toEqual({ counts: [1, 5], edges: [1, 2, 3] });
    const { counts } = plt.hist(values, { bins: 2, range: [0, 4], density: true });
    expect(counts[0]).toBeCloseTo(1 / 12, 12);
    expect(counts[1]).toBeCloseTo(5 / 12, 12);
  });

  it('have matplotlib’s limits as histograms', () => {
    plt.hist([1, 2, 2, 3, 3, 3, 10]);
    expect(plt.xlim().map((limit) => Number(limit.toFixed(9)))).toEqual([0.55, 10.45]);
    expect(plt.ylim().map((limit) => Number(limit.toFixed(9)))).toEqual([0, 3.15]);
  });
});

describe('rules, grid, text, axis', () => {
  it('lie where they are asked to', async () => {
    plt.plot([0, 10], [0, 10]);
    plt.xlim(0, 10);
    plt.ylim([0, 10]);
    plt.axhline(5, { color: 'k' });
    plt.axvline(2);
    plt.text(4, 6, 'here', { ha: 'center' });
    plt.grid(true);
    const svg = await draw();
    const frame = frameOf(svg);
    const [level] = byClass(svg, 'axes1-rule2-1').map((mark) => mark.children[0]!);
    expect(level!.y).toBeCloseTo(frame.y + frame.height / 2, 3);
    expect(Number(level!.attributes.x2)).toBe(frame.width);
    const [upright] = byClass(svg, 'axes1-rule3-1').map((mark) => mark.children[0]!);
    expect(upright!.x).toBeCloseTo(frame.x + 0.2 * frame.width, 3);
    const [text] = textsOf(byClass(svg, 'axes1-text4-1')[0]!);
    expect(text).toMatchObject({ text: 'here' });
    expect(text!.x).toBeCloseTo(frame.x + 0.4 * frame.width, 3);
    const grid = byClass(svg, 'axes1-data').flatMap((group) => byClass(group, 'mark-rule'));
    expect(grid).toHaveLength(2 + 6 + 6);
  });

  it('axis("off") leaves only data and title', async () => {
    plt.plot([1, 2]);
    plt.title('kept');
    plt.xlabel('gone');
    plt.axis('off');
    const svg = await draw();
    expect(textsOf(svg).map(({ text }) => text)).toEqual(['kept']);
    expect(byClass(svg, 'axes1-frame')).toHaveLength(0);
  });

  it('takes limits one-sided, and ticks with labels', async () => {
    plt.plot([1, 3]);
    expect(plt.ylim(0)).toEqual([0, 3.1]);
    expect(plt.ylim(null, 10)).toEqual([0.9, 10]);
    plt.xticks([0, 1], ['first', 'second']);
    const [below] = byClass(await draw(), 'role-axis-label').map(textsOf);
    expect(below!.map(({ text }) => text)).toEqual(['first', 'second']);
  });
});

describe('every mark', () => {
  it('stays inside the figure', async () => {
    plt.plot([0, 1e9], [-1e-9, 1e-9]);
    plt.title('A title far too long for one line of a figure of the default size, so that it must be broken');
    plt.xlabel('x');
    plt.ylabel('two\nlines');
    plt.suptitle('above');
    const svg = await draw();
    for (const element of descendants(svg)) {
      expect(element.x).toBeGreaterThanOrEqual(0);
      expect(element.x).toBeLessThanOrEqual(640);
      expect(element.y).toBeGreaterThanOrEqual(0);
      expect(element.y).toBeLessThanOrEqual(480);
    }
    expect(
      textsOf(svg)
        .find(({ text }) => text.startsWith('A title'))!
        .text.split('\n').length,
    ).toBeGreaterThan(1);
  });
});
