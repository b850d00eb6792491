// Reads the arguments of bar, barh and hist into bar artists.
// Owns: places of bars, names as categories, counting for histograms. Leaves drawing to marks.ts.
import { show, ValueError } from '../base/errors.ts';
import type { BarsArtist } from './artists.ts';
import { parseColor } from './colors.ts';
import { checkOptions, checkRange, type OptionKinds } from './options.ts';
import type { BarOptions, HistOptions, Histogram } from './types.ts';
import { sameLength, toFlat } from './values.ts';

const barKinds: OptionKinds<BarOptions> = {
  width: 'number',
  bottom: 'any',
  align: 'string',
  color: 'any',
  edgecolor: 'any',
  alpha: 'number',
  label: 'string',
};
const histKinds: OptionKinds<HistOptions> = {
  bins: 'any',
  range: 'any',
  density: 'boolean',
  color: 'any',
  edgecolor: 'any',
  alpha: 'number',
  label: 'string',
};

export interface Bars {
  readonly artist: BarsArtist;
  /** Where names were given for positions: the names, which belong at 0, 1, 2, …. */
  readonly names: readonly string[] | null;
}

/** The bars of one call of bar or barh. */
export function readBars(
  where: string,
  horizontal: boolean,
  places: unknown,
  lengths: unknown,
  options: BarOptions,
  nextColor: () => string,
): Bars {
  checkOptions(where, options, barKinds);
  const [placeName, lengthName] = horizontal ? ['y', 'width'] : ['x', 'height'];
  const names = Array.isArray(places) && typeof places[0] === 'string' ? places.map(String) : null;
  const at = names === null ? toFlat(where, placeName, places) : Float64Array.from(names.keys());
  const length =
    typeof lengths === 'number' ? new Float64Array(at.length).fill(lengths) : toFlat(where, lengthName, lengths);
  sameLength(where, at, length, [placeName, lengthName]);
  const { bottom = 0, align = 'center', color, edgecolor } = options;
  const foot = typeof bottom === 'number' ? new Float64Array(at.length).fill(bottom) : toFlat(where, 'bottom', bottom);
  sameLength(where, foot, at, ['bottom', placeName]);
  if (align !== 'center' && align !== 'edge') {
    throw new ValueError(`${where}: align is ${show(align)}; wanted 'center' or 'edge'.`);
  }
  const width = options.width ?? 0.8;
  const shift = align === 'center' ? width / 2 : 0;
  const from = at.map((place) => place - shift);
  const to = from.map((place) => place + width);
  const top = foot.map((start, i) => start + length[i]!);
  const colors = readColors(where, color, at.length, nextColor);
  const artist: BarsArtist = {
    kind: 'bars',
    ...(horizontal ? { x0: foot, x1: top, y0: from, y1: to } : { x0: from, x1: to, y0: foot, y1: top }),
    horizontal,
    touching: false,
    colors,
    edgecolor: edgecolor === undefined ? null : parseColor(where, 'edgecolor', edgecolor),
    label: options.label ?? null,
    alpha: checkRange(where, 'alpha', options.alpha ?? 1, 0, 1),
    zorder: 1,
  };
  return { artist, names };
}

function readColors(where: string, color: BarOptions['color'], count: number, nextColor: () => string): string[] {
  if (color === undefined) return [nextColor()];
  if (!Array.isArray(color) || typeof color[0] === 'number') return [parseColor(where, 'color', color)];
  if (color.length !== count) {
    throw new ValueError(`${where}: color has ${color.length} colors for ${count} bars; wanted one for each, or one.`);
  }
  return color.map((each) => parseColor(where, 'color', each));
}

/** The bars of one call of hist, and what was counted. */
export function readHistogram(
  where: string,
  data: unknown,
  options: HistOptions,
  nextColor: () => string,
): { artist: BarsArtist; histogram: Histogram } {
  checkOptions(where, options, histKinds);
  const values = toFlat(where, 'values', data).filter(Number.isFinite);
  const edges = readEdges(where, values, options);
  const counts = count(values, edges);
  const total = counts.reduce((sum, each) => sum + each, 0);
  const heights = options.density ? counts.map((each, i) => each / (total || 1) / (edges[i + 1]! - edges[i]!)) : counts;
  const artist: BarsArtist = {
    kind: 'bars',
    x0: Float64Array.from(edges.slice(0, -1)),
    x1: Float64Array.from(edges.slice(1)),
    y0: new Float64Array(counts.length),
    y1: Float64Array.from(heights),
    horizontal: false,
    touching: true,
    colors: [options.color === undefined ? nextColor() : parseColor(where, 'color', options.color)],
    edgecolor: options.edgecolor === undefined ? null : parseColor(where, 'edgecolor', options.edgecolor),
    label: options.label ?? null,
    alpha: checkRange(where, 'alpha', options.alpha ?? 1, 0, 1),
    zorder: 1,
  };
  return { artist, histogram: { counts: heights, edges } };
}

function readEdges(where: string, values: Float64Array, { bins = 10, range }: HistOptions): number[] {
  if (typeof bins !== 'number') {
    const edges = [...toFlat(where, 'bins', bins)];
    if (edges.length < 2 || edges.some((edge, i) => i > 0 && !(edge > edges[i - 1]!))) {
      throw new ValueError(`${where}: bins is ${show(bins)}; wanted a count, or at least two rising edges.`);
    }
    return edges;
  }
  if (!Number.isInteger(bins) || bins < 1) throw new ValueError(`${where}: bins is ${bins}; wanted at least 1.`);
  let [low, high] = range ?? [
    values.reduce((least, value) => Math.min(least, value), Infinity),
    values.reduce((most, value) => Math.max(most, value), -Infinity),
  ];
  if (range !== undefined && !(low < high)) {
    throw new ValueError(`${where}: range is ${show(range)}; wanted [low, high] with low below high.`);
  }
  if (low > high) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + ((high - low) * i) / bins));
}

/** How many values lie in each interval; the last one includes its upper edge, as in NumPy. */
function count(values: Float64Array, edges: readonly number[]): number[] {
  const counts: number[] = new Array(edges.length - 1).fill(0);
  for (const value of values) {
    if (value < edges[0]! || value > edges.at(-1)!) continue;
    let [low, high] = [0, counts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (value >= edges[middle]!) low = middle;
      else high = middle - 1;
    }
    counts[low]!++;
  }
  return counts;
}
