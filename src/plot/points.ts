// Reads the arguments of scatter into a points artist.
// Owns: sizes and the three meanings of `c`. Leaves drawing to marks.ts.
import { show, ValueError } from '../base/errors.ts';
import type { PointsArtist } from './artists.ts';
import { checkColormap } from './colormaps.ts';
import { parseColor } from './colors.ts';
import { parseMarker } from './format.ts';
import { checkOptions, checkRange, type OptionKinds } from './options.ts';
import type { ScatterOptions } from './types.ts';
import { isNumbers, sameLength, toFlat } from './values.ts';

const kinds: OptionKinds<ScatterOptions> = {
  color: 'any',
  c: 'any',
  s: 'any',
  marker: 'string',
  alpha: 'number',
  label: 'string',
  cmap: 'any',
  vmin: 'number',
  vmax: 'number',
};

/** The points of one call of scatter; x and y of any shape are taken value by value. */
export function readScatter(
  where: string,
  xs: unknown,
  ys: unknown,
  options: ScatterOptions,
  nextColor: () => string,
): PointsArtist {
  checkOptions(where, options, kinds);
  const x = toFlat(where, 'x', xs);
  const y = toFlat(where, 'y', ys);
  sameLength(where, x, y);
  const marker = parseMarker(where, options.marker ?? 'o');
  if (marker === null) throw new ValueError(`${where}: marker is 'none'; wanted a marker, such as 'o' or '^'.`);
  const sizes = typeof options.s === 'number' ? Float64Array.of(options.s) : toFlat(where, 's', options.s ?? [36]);
  if (sizes.length !== 1) sameLength(where, sizes, x, ['s', 'x']);
  const negative = sizes.find((size) => !(size >= 0));
  if (negative !== undefined) throw new ValueError(`${where}: s holds ${negative}; wanted areas of at least 0.`);
  return {
    kind: 'points',
    x,
    y,
    sizes,
    colors: readColors(where, options, x, nextColor),
    marker,
    label: options.label ?? null,
    alpha: checkRange(where, 'alpha', options.alpha ?? 1, 0, 1),
    zorder: 1,
  };
}

function readColors(
  where: string,
  options: ScatterOptions,
  x: Float64Array,
  nextColor: () => string,
): PointsArtist['colors'] {
  if (options.color !== undefined && options.c !== undefined) {
    throw new ValueError(`${where}: both color and c are given; wanted one of them.`);
  }
  const color = options.color ?? options.c;
  if (color === undefined) return [nextColor()];
  if (typeof color === 'string') return [parseColor(where, 'color', color)];
  if (isStrings(color)) {
    if (color.length !== x.length) {
      throw new ValueError(
        `${where}: c has ${color.length} colors for ${x.length} points; wanted one for each point, or one for all.`,
      );
    }
    return color.map((each) => parseColor(where, 'c', each));
  }
  if (!isNumbers(color)) throw new ValueError(`${where}: c is ${show(color)}; wanted a color, colors or numbers.`);
  // matplotlib reads a triple as one colour unless there are just three points, whose numbers it could be.
  if (options.color !== undefined || (Array.isArray(color) && color.length === 3 && x.length !== 3)) {
    return [parseColor(where, 'color', color)];
  }
  const values = toFlat(where, 'c', color);
  if (values.length !== x.length) {
    throw new ValueError(`${where}: c has ${values.length} numbers for ${x.length} points; wanted one for each point.`);
  }
  return { values, scale: readScale(where, options, values, 'viridis') };
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
}

/** The colour scale of options with cmap, vmin and vmax over the numbers that it must cover. */
export function readScale(
  where: string,
  options: { cmap?: unknown; vmin?: number | undefined; vmax?: number | undefined },
  values: ArrayLike<number>,
  preset: string,
) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [0, 1];
  low = options.vmin ?? low;
  high = options.vmax ?? high;
  if (low > high) throw new ValueError(`${where}: vmin is ${low} and vmax is ${high}; wanted vmin below vmax.`);
  return { cmap: options.cmap === undefined ? preset : checkColormap(where, options.cmap), low, high };
}
