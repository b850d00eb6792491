// Which stretch of numbers axes show: the data's extent with matplotlib's margins, or what the user set.
// Owns: extents, margins, sticky edges, the test for whole numbers. Leaves ticks to ticks.ts.
import type { Artist } from './artists.ts';
import type { AxesState, Limits } from './state.ts';

export type Direction = 'x' | 'y';

const margin = 0.05;

interface Extent {
  low: number;
  high: number;
  /** Positions beyond which no margin is wanted: the foot of bars, the border of images. */
  readonly sticky: Set<number>;
}

function include(extent: Extent, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < extent.low) extent.low = value;
    if (value > extent.high) extent.high = value;
  }
}

function includeArtist(extent: Extent, artist: Artist, direction: Direction): void {
  switch (artist.kind) {
    case 'line':
    case 'points':
      include(extent, artist[direction]);
      break;
    case 'bars': {
      const [from, to] = direction === 'x' ? [artist.x0, artist.x1] : [artist.y0, artist.y1];
      include(extent, from);
      include(extent, to);
      if (artist.horizontal === (direction === 'x')) for (const foot of from) extent.sticky.add(foot);
      break;
    }
    case 'contour': {
      const own: Extent = { low: Infinity, high: -Infinity, sticky: extent.sticky };
      include(own, artist[direction]);
      include(extent, [own.low, own.high]);
      extent.sticky.add(own.low).add(own.high);
      break;
    }
    case 'image': {
      const high = (direction === 'x' ? artist.columns : artist.rows) - 0.5;
      include(extent, [-0.5, high]);
      extent.sticky.add(-0.5).add(high);
      break;
    }
    case 'rule':
      if (artist.horizontal === (direction === 'y')) include(extent, [artist.at]);
      break;
    case 'text':
      break;
  }
}

/** The limits in one direction of all axes that share it; low first unless set or inverted otherwise. */
export function limitsOf(axes: readonly AxesState[], direction: Direction): Limits {
  const set = axes.findLast((state) => state[direction].limits !== null)?.[direction].limits ?? [null, null];
  const extent: Extent = { low: Infinity, high: -Infinity, sticky: new Set() };
  for (const state of axes) for (const artist of state.artists) includeArtist(extent, artist, direction);
  let { low, high } = extent;
  if (low > high) [low, high] = [0, 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low <= size * 1e-13) {
    const room = size === 0 ? margin : size * margin;
    [low, high] = [low - room, high + room];
  }
  const room = (high - low) * margin;
  if (!extent.sticky.has(low)) low -= room;
  if (!extent.sticky.has(high)) high += room;
  const own = direction === 'y' && axes.some((state) => state.inverted) ? [high, low] : [low, high];
  const [first, last] = [set[0] ?? own[0]!, set[1] ?? own[1]!];
  return first === last ? [first - 1, last + 1] : [first, last];
}

/** Whether only whole numbers occur in this direction: epochs, counts, pixels. Then ticks between them say nothing. */
export function isWhole(axes: readonly AxesState[], direction: Direction): boolean {
  let found = false;
  const whole = (values: ArrayLike<number>) => {
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i]) && !Number.isInteger(values[i])) return false;
    }
    found = true;
    return true;
  };
  const every = axes.every((state) =>
    state.artists.every((artist) => {
      switch (artist.kind) {
        case 'line':
        case 'points':
        case 'contour':
          return whole(artist[direction]);
        case 'bars': {
          const [from, to] = direction === 'x' ? [artist.x0, artist.x1] : [artist.y0, artist.y1];
          const along = artist.horizontal === (direction === 'x');
          return whole(along ? to : from.map((start, i) => (start + to[i]!) / 2));
        }
        case 'image':
          return whole([]);
        default:
          return true;
      }
    }),
  );
  return every && found;
}
