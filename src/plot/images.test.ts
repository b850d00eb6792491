// Pixels of the PNGs that savefig writes, read back with sharp, against the data that were drawn.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { byClass, frameOf, parseSvg, pathPoints, textsOf } from '../../test/support/svg.ts';
import * as plt from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cornu-plot-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => plt.close('all'));

/** Saves the figure and gives a look-up of its pixels, and the frame of its axes, both in pixels. */
async function raster(figure: plt.Figure = plt.gcf(), dpi = 100) {
  const path = join(folder, `${Math.random()}.png`);
  await figure.savefig(path, { dpi });
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => {
    const at = (Math.round(y) * info.width + Math.round(x)) * 3;
    return [...data.subarray(at, at + 3)];
  };
  return { pixel, width: info.width, height: info.height, svg: parseSvg(await figure.toSVG()) };
}

describe('savefig to PNG', () => {
  it('has 100 dots an inch, or as many as asked', async () => {
    plt.figure({ figsize: [6, 3] });
    plt.plot([1, 2]);
    expect(await raster()).toMatchObject({ width: 600, height: 300 });
    expect(await raster(plt.gcf(), 150)).toMatchObject({ width: 900, height: 450 });
  });

  it('is white outside, and bars have their color inside', async () => {
    plt.bar([0, 1], [1, 2], { color: ['#ff8000', '#0000ff'], width: 1 });
    const { pixel, svg } = await raster();
    const frame = frameOf(svg);
    const at = (share: number, height: number) =>
      pixel(frame.x + share * frame.width, frame.y + (1 - height) * frame.height);
    expect(pixel(2, 2)).toEqual([255, 255, 255]);
    expect(at(0.3, 0.2)).toEqual([255, 128, 0]);
    expect(at(0.7, 0.2)).toEqual([0, 0, 255]);
    expect(at(0.3, 0.8)).toEqual([255, 255, 255]);
  });

  it('shows Latin and Chinese text on a machine without fonts for it', async () => {
    // '一' is a level stroke. The box with which a missing character is drawn is as high as it is wide.
    plt.figure({ figsize: [3, 3] });
    plt.axis('off');
    plt.text(0.5, 0.5, '一', { ha: 'center', va: 'center', fontsize: 60 });
    const { pixel, width, height } = await raster();
    let [top, bottom, left, right] = [height, 0, width, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (pixel(x, y)[0]! > 128) continue;
        [top, bottom, left, right] = [Math.min(top, y), Math.max(bottom, y), Math.min(left, x), Math.max(right, x)];
      }
    }
    expect(right - left).toBeGreaterThan(40);
    expect(bottom - top).toBeLessThan((right - left) / 4);
  });
});

describe('imshow', () => {
  it.each([
    ['bytes', (v: number) => v, 'uint8'],
    ['fractions', (v: number) => v / 255, 'float32'],
    ['numbers of 0 … 255', (v: number) => v, 'float32'],
  ])('draws colors given as %s, the first row on top', async (_, scale, dtype) => {
    const colors = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0];
    const data = dtype === 'uint8' ? Uint8Array.from(colors) : Float32Array.from(colors, scale);
    plt.imshow({ shape: [2, 2, 3], dtype, dataSync: () => data });
    const { pixel, svg } = await raster();
    const frame = frameOf(svg);
    expect(Math.abs(frame.width - frame.height)).toBeLessThanOrEqual(1);
    const at = (row: number, column: number) =>
      pixel(frame.x + ((column + 0.5) / 2) * frame.width, frame.y + ((row + 0.5) / 2) * frame.height);
    expect([at(0, 0), at(0, 1), at(1, 0), at(1, 1)]).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [255, 255, 0],
    ]);
  });

  it('keeps pixels square-edged and runs from vmin to vmax', async () => {
    plt.imshow(
      [
        [0, 10],
        [5, 20],
      ],
      { cmap: 'gray', vmin: 0, vmax: 10 },
    );
    const { pixel, svg } = await raster();
    const frame = frameOf(svg);
    const half = frame.width / 2;
    expect(pixel(frame.x + half - 4, frame.y + 4)).toEqual([0, 0, 0]);
    expect(pixel(frame.x + half + 4, frame.y + 4)).toEqual([255, 255, 255]);
    expect(pixel(frame.x + 4, frame.y + half + 4)).toEqual([128, 128, 128]);
    expect(pixel(frame.x + half + 4, frame.y + half + 4)).toEqual([255, 255, 255]);
  });

  it('turns with its axes', async () => {
    plt.imshow([[0], [1]], { cmap: 'gray' });
    plt.ylim(-0.5, 1.5);
    const { pixel, svg } = await raster();
    const frame = frameOf(svg);
    expect(pixel(frame.x + frame.width / 2, frame.y + 5)).toEqual([255, 255, 255]);
    expect(pixel(frame.x + frame.width / 2, frame.y + frame.height - 5)).toEqual([0, 0, 0]);
  });

  it('explains its colors by a bar', async () => {
    const image = plt.imshow([[0, 100]], { cmap: 'gray' });
    plt.colorbar(image);
    const { pixel, svg } = await raster();
    const [bar] = byClass(svg, 'colorbar').map((mark) => mark.children[0]!);
    const [, left, , width, height] = /M([-\d.]+),([-\d.]+)h([\d.]+)v([\d.]+)/.exec(bar!.attributes.d!)!.map(Number);
    const x = bar!.x + left! + width! / 2;
    expect(pixel(x, bar!.y + 3)[0]).toBeGreaterThan(245);
    expect(pixel(x, bar!.y + height! - 3)[0]).toBeLessThan(10);
    expect(Math.abs(pixel(x, bar!.y + height! / 2)[0]! - 128)).toBeLessThan(4);
  });
});

describe('images', () => {
  it('draws a grid with titles and one scale of brightness', async () => {
    const data = Object.assign(
      Uint8Array.from({ length: 5 * 4 * 4 }, (_, i) => Math.floor(i / 16) * 60),
      {
        shape: [5, 4, 4],
      },
    );
    const figure = plt.images(data, { titles: ['0', '1', '2', '3', '4'], columns: 3 });
    expect(figure.axes).toHaveLength(5);
    const { pixel, svg } = await raster(figure);
    expect(textsOf(svg).map(({ text }) => text)).toEqual(['0', '1', '2', '3', '4']);
    const frames = [1, 2, 3, 4, 5].map((index) => frameOf(svg, index));
    for (const [i, { x, y, width, height }] of frames.entries()) {
      expect(pixel(x + width / 2, y + height / 2)).toEqual([i * 60, i * 60, i * 60]);
    }
    expect(new Set(frames.map(({ y }) => y)).size).toBe(2);
    expect(new Set(frames.map(({ x }) => x)).size).toBe(3);
  });

  it('takes channels, fractions, and centred numbers', async () => {
    for (const [values, wanted] of [
      [
        [1, 0.5, 0],
        [255, 128, 0],
      ],
      [
        [255, 51, 0],
        [255, 51, 0],
      ],
      [
        [1, 0, -1],
        [255, 128, 0],
      ],
    ] as const) {
      const data = Object.assign(
        Float32Array.from({ length: 12 }, (_, i) => values[i % 3]!),
        { shape: [1, 2, 2, 3] },
      );
      const figure = plt.images(data);
      const { pixel, svg } = await raster(figure);
      const { x, y, width, height } = frameOf(svg);
      expect(pixel(x + width / 4, y + height / 4)).toEqual(wanted);
    }
  });

  it('says what it wants', () => {
    expect(() => plt.images([[1, 2]])).toThrow(/shape \(1, 2\); wanted \(n, rows, columns\).*imshow/);
    const batch = { shape: [2, 3, 3], dataSync: () => new Float32Array(18) };
    expect(() => plt.images(batch, { titles: ['a'] })).toThrow(/titles.*2 images/);
    expect(() => plt.images(batch, { columns: 0 })).toThrow(/columns is 0/);
    expect(() => plt.imshow({ shape: [1, 2, 2, 3], dataSync: () => new Float32Array(12) })).toThrow(
      /shape \(1, 2, 2, 3\).*one image/,
    );
    expect(() => plt.imshow([[[-1, 0, 1]]])).toThrow(/from -1 to 1; wanted 0 to 1/);
  });
});

describe('contourf', () => {
  const axis = Array.from({ length: 41 }, (_, i) => -1 + i / 20);

  it('fills each band with matplotlib’s color for it', async () => {
    // z = x, so that the bands are upright stripes. Colors: matplotlib 3.11.2 for these levels.
    plt.contourf(
      axis,
      axis,
      axis.map(() => axis),
      { levels: [-1, -0.5, 0, 0.5, 1] },
    );
    const { pixel, svg } = await raster();
    const { x, y, width, height } = frameOf(svg);
    const colors = [-0.75, -0.25, 0.25, 0.75].map((at) => pixel(x + ((at + 1) / 2) * width, y + height / 3));
    const wanted = ['#472c7a', '#2c728e', '#28ae80', '#addc30'];
    for (const [i, hex] of wanted.entries()) {
      for (const [channel, part] of hex.match(/\w\w/g)!.entries()) {
        expect(Math.abs(colors[i]![channel]! - Number.parseInt(part, 16))).toBeLessThan(8);
      }
    }
    // To the very border, and no hair of another color where bands meet.
    expect(pixel(x + 3, y + 3)).toEqual(colors[0]);
    for (let at = 3; at < width - 3; at++) expect(Math.min(...pixel(x + at, y + height / 2))).toBeLessThan(150);
  });

  it('covers each point once under opacity', async () => {
    const z = axis.map((y) => axis.map((x) => Math.hypot(x, y)));
    plt.contourf(axis, axis, z, { levels: [0, 0.5, 1, 2], colors: 'black', alpha: 0.5 });
    const { pixel, svg } = await raster();
    const { x, y, width, height } = frameOf(svg);
    for (const radius of [0, 0.3, 0.7, 1.3]) {
      const along = radius / Math.SQRT2 / 2;
      const [level] = pixel(x + (0.5 + along) * width, y + (0.5 + along) * height);
      expect(Math.abs(level! - 128)).toBeLessThan(3);
    }
  });

  it('leaves what lies outside the levels white', async () => {
    const z = axis.map((y) => axis.map((x) => Math.hypot(x, y)));
    plt.contourf(axis, axis, z, { levels: [0.4, 0.8] });
    const { pixel, svg } = await raster();
    const { x, y, width, height } = frameOf(svg);
    expect(pixel(x + width / 2, y + height / 2)).toEqual([255, 255, 255]);
    expect(pixel(x + 5, y + 5)).toEqual([255, 255, 255]);
    expect(pixel(x + 0.8 * width, y + height / 2)).not.toEqual([255, 255, 255]);
  });
});

describe('contour', () => {
  it('lies where the function has the height', async () => {
    const axis = Array.from({ length: 61 }, (_, i) => -1.5 + i / 20);
    const z = axis.map((y) => axis.map((x) => x * x + 2 * y * y));
    plt.contour(axis, axis, z, { levels: [0.5, 1, 4] });
    const svg = parseSvg(await plt.gcf().toSVG());
    const frame = frameOf(svg);
    for (const [i, level] of [0.5, 1, 4].entries()) {
      const [mark] = byClass(svg, `axes1-contour1-${i + 1}`);
      const points = pathPoints(mark!.children[0]!);
      expect(points.length).toBeGreaterThan(20);
      for (const point of points) {
        const x = -1.5 + (3 * (point.x - frame.x)) / frame.width;
        const y = 1.5 - (3 * (point.y - frame.y)) / frame.height;
        expect(Math.abs(x * x + 2 * y * y - level)).toBeLessThan(0.02);
      }
    }
    // The ellipse of height 4 is wider than the grid: an arc above and one below.
    const outer = pathPoints(byClass(svg, 'axes1-contour1-3')[0]!.children[0]!);
    expect(outer.filter(({ command }) => command === 'M')).toHaveLength(2);
  });

  it.each([
    // matplotlib 3.11.2: plt.contourf(z).levels
    [1, 0, ['0.00', '0.15', '0.30', '0.45', '0.60', '0.75', '0.90', '1.05']],
    [37, -5, ['−5', '0', '5', '10', '15', '20', '25', '30', '35']],
  ])('finds matplotlib’s levels for z · %d + %d', async (factor, shift, levels) => {
    plt.contourf([0.02, 0.5, 0.7, 0.98].map((z) => [z * factor + shift, z * factor + shift]));
    plt.colorbar();
    const labels = textsOf(parseSvg(await plt.gcf().toSVG())).map(({ text }) => text);
    expect(labels.slice(-levels.length)).toEqual(levels);
  });

  it('takes meshgrids', () => {
    const xx = [
      [0, 1, 2],
      [0, 1, 2],
    ];
    const yy = [
      [5, 5, 5],
      [6, 6, 6],
    ];
    plt.contourf(xx, yy, xx);
    expect(plt.xlim()).toEqual([0, 2]);
    expect(plt.ylim()).toEqual([5, 6]);
  });

  it('says what it wants', () => {
    expect(() => plt.contourf([1, 2, 3])).toThrow(/z has shape \(3,\)/);
    expect(() => plt.contourf([[1, 2]])).toThrow(/at least \(2, 2\)/);
    expect(() =>
      plt.contourf(
        [0, 1, 2],
        [0, 1],
        [
          [1, 2],
          [3, 4],
        ],
      ),
    ).toThrow(/x has shape \(3,\).*\(2, 2\).*meshgrid/);
    const z = [
      [1, 2],
      [3, 4],
    ];
    expect(() => plt.contourf(z, { levels: [3, 1] })).toThrow(/rising/);
    expect(() => plt.contourf(z, { cmap: 'virdis' })).toThrow(/Did you mean 'viridis'/);
  });
});
