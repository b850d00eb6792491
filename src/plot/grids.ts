// Reads the arguments of contour, contourf and imshow into contour and image artists.
// Owns: grids, levels, the scaling of pixels to 0 … 1. Leaves tracing contours to contours.ts and drawing to marks.ts.
import { ShapeError, show, ValueError } from '../base/errors.ts';
import type { ContourArtist, ImageArtist } from './artists.ts';
import { parseColor } from './colors.ts';
import { checkOptions, checkRange, type OptionKinds } from './options.ts';
import { readScale } from './points.ts';
import { levelSteps, niceTicks } from './ticks.ts';
import type { ContourOptions, ImageOptions } from './types.ts';
import { isNumbers, shapeText, toMatrix, toValues, type Values } from './values.ts';

const contourKinds: OptionKinds<ContourOptions> = {
  levels: 'any',
  cmap: 'any',
  colors: 'any',
  alpha: 'number',
  linewidths: 'number',
  vmin: 'number',
  vmax: 'number',
};
const imageKinds: OptionKinds<ImageOptions> = { cmap: 'any', vmin: 'number', vmax: 'number', alpha: 'number' };

/** The contours of one call: (z), (x, y, z), each with options at the end. */
export function readContour(where: string, filled: boolean, args: readonly unknown[]): ContourArtist {
  const hasOptions = args.length > 1 && !isNumbers(args.at(-1));
  const options: ContourOptions = hasOptions ? ((args.at(-1) as ContourOptions | undefined) ?? {}) : {};
  checkOptions(where, options, contourKinds);
  const data = hasOptions ? args.slice(0, -1) : args;
  if (data.length !== 1 && data.length !== 3) {
    throw new ValueError(`${where}: ${data.length} arrays given; wanted z, or x, y and z.`);
  }
  const z = toMatrix(where, 'z', data.at(-1));
  const [rows, columns] = z.shape as [number, number];
  if (rows < 2 || columns < 2) {
    throw new ShapeError(`${where}: z has shape ${shapeText(z.shape)}; wanted at least (2, 2).`);
  }
  const levels = readLevels(where, filled, z.data, options.levels);
  const alpha = checkRange(where, 'alpha', options.alpha ?? 1, 0, 1);
  return {
    kind: 'contour',
    filled,
    rows,
    columns,
    x: positions(where, 'x', data.length === 3 ? data[0] : undefined, rows, columns),
    y: positions(where, 'y', data.length === 3 ? data[1] : undefined, rows, columns),
    z: z.data,
    levels,
    colors: readColors(where, levels, options),
    width: checkRange(where, 'linewidths', options.linewidths ?? 1.5, 0, Infinity),
    label: null,
    alpha,
    zorder: filled ? 1 : 2,
  };
}

/** Positions of the grid points in one direction, from a matrix, from one row, or counted. */
function positions(where: string, name: 'x' | 'y', value: unknown, rows: number, columns: number): Float64Array {
  const wanted = name === 'x' ? columns : rows;
  const line = (at: (i: number) => number) =>
    Float64Array.from({ length: rows * columns }, (_, i) => at(name === 'x' ? i % columns : Math.floor(i / columns)));
  if (value === undefined) return line((i) => i);
  const { shape, data } = toValues(where, name, value);
  if (shape.length === 2 && shape[0] === rows && shape[1] === columns) return data;
  if (data.length === wanted && shape.length === 1) return line((i) => data[i]!);
  throw new ShapeError(
    `${where}: ${name} has shape ${shapeText(shape)} and z has shape ${shapeText([rows, columns])}; ` +
      `wanted ${name} of z's shape (from tf.meshgrid) or of shape ${shapeText([wanted])}.`,
  );
}

function readLevels(where: string, filled: boolean, z: Float64Array, levels: ContourOptions['levels']): number[] {
  if (levels !== undefined && typeof levels !== 'number') {
    const list = [...toValues(where, 'levels', levels).data];
    const least = filled ? 2 : 1;
    if (list.length < least || list.some((level, i) => i > 0 && !(level > list[i - 1]!))) {
      throw new ValueError(
        `${where}: levels is ${show(levels)}; wanted at least ${least} rising number${filled ? 's' : ''}, or a count.`,
      );
    }
    return list;
  }
  const count = checkRange(where, 'levels', levels ?? 7, 1, 10_000);
  const finite = readScale(where, {}, z, 'viridis');
  const [low, high] = finite.low === finite.high ? [finite.low - 0.5, finite.high + 0.5] : [finite.low, finite.high];
  return niceTicks(low, high, { bins: Math.round(count) + 1, minTicks: 1, steps: levelSteps });
}

function readColors(where: string, levels: readonly number[], options: ContourOptions): ContourArtist['colors'] {
  const { colors } = options;
  if (colors !== undefined) {
    if (options.cmap !== undefined) throw new ValueError(`${where}: both colors and cmap are given; wanted one.`);
    const list = Array.isArray(colors) && typeof colors[0] !== 'number' ? colors : [colors];
    return list.map((color) => parseColor(where, 'colors', color));
  }
  // matplotlib spreads the colours over the levels, whatever heights occur.
  return readScale(where, options, levels, 'viridis');
}

/** The image of one call of imshow. */
export function readImage(where: string, value: unknown, options: ImageOptions): ImageArtist {
  checkOptions(where, options, imageKinds);
  return imageArtist(where, toValues(where, 'image', value), options);
}

/** An image artist of (rows, columns), (rows, columns, 1), or (rows, columns, 3 or 4). */
export function imageArtist(where: string, image: Values, options: ImageOptions): ImageArtist {
  const { shape } = image;
  const [rows = 0, columns = 0, channels = 1] = shape;
  const rank = shape.length === 2 || shape.length === 3;
  if (!rank || ![1, 3, 4].includes(channels) || rows === 0 || columns === 0) {
    throw new ShapeError(
      `${where}: image has shape ${shapeText(shape)}; wanted (rows, columns), (rows, columns, 1), (rows, columns, 3) ` +
        `or (rows, columns, 4).${shape.length === 4 ? ' Take one image of the batch, as in batch.at(0), or use images().' : ''}`,
    );
  }
  return {
    kind: 'image',
    rows,
    columns,
    channels,
    values: channels === 1 ? image.data : unitColors(where, image),
    scale: readScale(where, options, image.data, 'viridis'),
    label: null,
    alpha: checkRange(where, 'alpha', options.alpha ?? 1, 0, 1),
    zorder: 0,
  };
}

/** Colours as 0 … 1. Bytes and numbers beyond 2 count as 0 … 255; what resizing left a little outside is clipped. */
function unitColors(where: string, { data, bytes }: Values): Float64Array {
  let [low, high] = [0, 0];
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low < (high > 2 ? -1 : -0.5) || high > 256) {
    throw new ValueError(
      `${where}: image holds colors from ${low} to ${high}; wanted 0 to 1, or 0 to 255. Rescale it first.`,
    );
  }
  const full = bytes || high > 2 ? 255 : 1;
  return data.map((value) => Math.min(1, Math.max(0, value / full)));
}
