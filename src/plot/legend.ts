// The legend: which artists it names, how large it is, and where it covers the least data.
// Owns: entries, size, the search for the best place. Leaves its marks to legend-marks.ts.
import { ValueError } from '../base/errors.ts';
import type { Artist, BarsArtist, LineArtist, PointsArtist, RuleArtist } from './artists.ts';
import type { AxesLayout, Box } from './layout.ts';
import { toPixels } from './marks.ts';
import type { AxesState } from './state.ts';
import { fontSize, textWidth } from './text.ts';
import type { LegendLocation } from './types.ts';

export type NamedArtist = LineArtist | PointsArtist | BarsArtist | RuleArtist;

export interface LegendEntry {
  readonly artist: NamedArtist;
  readonly lines: readonly string[];
}

/** The legend's parts, in pixels from its own corner; matplotlib's proportions, in multiples of the font size. */
export interface LegendLayout {
  readonly box: Box;
  readonly title: string;
  readonly entries: readonly (LegendEntry & { readonly x: number; readonly y: number; readonly height: number })[];
}

const em = fontSize.legend;
export const legendSizes = { border: 0.5 * em, handle: 2 * em, handleGap: 0.8 * em, axesGap: 0.5 * em, line: 1.2 * em };
const rowGap = 0.3 * em;
const columnGap = 2 * em;

/** The places of matplotlib's `loc`, as fractions of the free room; 'best' tries them in this order. */
const places: Readonly<Record<Exclude<LegendLocation, 'best'>, readonly [x: number, y: number]>> = {
  'upper right': [1, 0],
  'upper left': [0, 0],
  'lower left': [0, 1],
  'lower right': [1, 1],
  right: [1, 0.5],
  'center left': [0, 0.5],
  'center right': [1, 0.5],
  'lower center': [0.5, 1],
  'upper center': [0.5, 0],
  center: [0.5, 0.5],
};

export const legendLocations = ['best', ...Object.keys(places)];

/** The artists that a legend may name, in the order in which they were made. */
export function namedArtists(artists: readonly Artist[]): NamedArtist[] {
  return artists.filter(
    (artist): artist is NamedArtist =>
      artist.kind === 'line' || artist.kind === 'points' || artist.kind === 'bars' || artist.kind === 'rule',
  );
}

/** Throws when a list of labels is longer than what there is to name. */
export function checkLegendLabels(where: string, state: AxesState, labels: readonly string[]): void {
  const count = namedArtists(state.artists).length;
  if (labels.length <= count) return;
  throw new ValueError(
    `${where}: ${labels.length} labels for ${count} plotted series; wanted at most ${count}. ` +
      `Call legend after plotting, with one label for each series.`,
  );
}

export function legendEntries({ artists, legend }: AxesState): LegendEntry[] {
  if (legend === null) return [];
  const named = namedArtists(artists);
  return legend.labels === null
    ? named.flatMap((artist) => {
        const { label } = artist;
        return label === null || label === '' || label.startsWith('_') ? [] : [{ artist, lines: label.split('\n') }];
      })
    : legend.labels.map((label, i) => ({ artist: named[i]!, lines: label.split('\n') }));
}

/** The legend of axes, or null when there is nothing to name. */
export function layoutLegend(layout: AxesLayout): LegendLayout | null {
  const { legend } = layout.state;
  const entries = legendEntries(layout.state);
  if (legend === null || entries.length === 0) return null;
  const { border, handle, handleGap, axesGap, line } = legendSizes;
  const top = border + (legend.title === '' ? 0 : line + rowGap);
  const room = layout.box.height - 2 * axesGap - top - border;
  const total = entries.reduce((sum, { lines }) => sum + lines.length * line + rowGap, 0);
  const columns = Math.max(1, Math.min(entries.length, Math.ceil(total / Math.max(room, line))));
  const perColumn = Math.ceil(entries.length / columns);
  const placed: LegendLayout['entries'][number][] = [];
  let [x, bottom, right] = [border, top, 0];
  for (let column = 0; column * perColumn < entries.length; column++) {
    const part = entries.slice(column * perColumn, (column + 1) * perColumn);
    const width = Math.max(...part.flatMap(({ lines }) => lines.map((text) => textWidth(text, em))));
    let y = top;
    for (const entry of part) {
      const height = entry.lines.length * line;
      placed.push({ ...entry, x, y, height });
      y += height + rowGap;
    }
    bottom = Math.max(bottom, y - rowGap);
    right = x + handle + handleGap + width;
    x = right + columnGap;
  }
  const width = Math.max(right, border + textWidth(legend.title, em)) + border;
  const height = bottom + border;
  return { box: placeLegend(layout, width, height, legend.loc), title: legend.title, entries: placed };
}

function placeLegend(layout: AxesLayout, width: number, height: number, loc: LegendLocation): Box {
  const gap = legendSizes.axesGap;
  const boxAt = ([fx, fy]: readonly [number, number]): Box => ({
    x: gap + fx * (layout.box.width - 2 * gap - width),
    y: gap + fy * (layout.box.height - 2 * gap - height),
    width,
    height,
  });
  if (loc !== 'best') return boxAt(places[loc]);
  const shapes = layout.state.artists.flatMap((artist) => obstacles(artist, layout));
  let best: Box | undefined;
  let least = Infinity;
  for (const place of Object.values(places)) {
    const box = boxAt(place);
    const covered = shapes.reduce((sum, shape) => sum + shape(box), 0);
    if (covered < least) [best, least] = [box, covered];
    if (covered === 0) break;
  }
  return best!;
}

/** For each artist, a count of what a box would cover of it. */
function obstacles(artist: Artist, layout: AxesLayout): ((box: Box) => number)[] {
  const toPixel = toPixels(layout);
  if (artist.kind === 'points' || artist.kind === 'line') {
    const xs = artist.x.map(toPixel.x);
    const ys = artist.y.map(toPixel.y);
    const joined = artist.kind === 'line' && artist.dash !== 'none';
    return [
      (box) => {
        let count = 0;
        for (let i = 0; i < xs.length; i++) {
          if (inside(box, xs[i]!, ys[i]!)) count++;
          else if (joined && i > 0 && crosses(box, xs[i - 1]!, ys[i - 1]!, xs[i]!, ys[i]!)) count++;
        }
        return count;
      },
    ];
  }
  if (artist.kind === 'bars') {
    return [
      (box) => {
        let count = 0;
        for (let i = 0; i < artist.x0.length; i++) {
          const [left, right] = [toPixel.x(artist.x0[i]!), toPixel.x(artist.x1[i]!)];
          const [top, bottom] = [toPixel.y(artist.y1[i]!), toPixel.y(artist.y0[i]!)];
          const apart =
            Math.max(left, right) < box.x ||
            Math.min(left, right) > box.x + box.width ||
            Math.max(top, bottom) < box.y ||
            Math.min(top, bottom) > box.y + box.height;
          if (!apart) count++;
        }
        return count;
      },
    ];
  }
  if (artist.kind === 'rule') {
    const pixel = artist.horizontal ? toPixel.y(artist.at) : toPixel.x(artist.at);
    return [
      (box) => {
        const from = artist.horizontal ? box.y : box.x;
        return pixel >= from && pixel <= from + (artist.horizontal ? box.height : box.width) ? 1 : 0;
      },
    ];
  }
  return [];
}

function inside(box: Box, x: number, y: number): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

/** Whether a segment passes through a box (Liang and Barsky's clipping). */
function crosses(box: Box, x0: number, y0: number, x1: number, y1: number): boolean {
  let [from, to] = [0, 1];
  const limits: [number, number][] = [
    [x0 - x1, x0 - box.x],
    [x1 - x0, box.x + box.width - x0],
    [y0 - y1, y0 - box.y],
    [y1 - y0, box.y + box.height - y0],
  ];
  for (const [step, room] of limits) {
    if (step === 0) {
      if (!(room >= 0)) return false;
    } else if (step < 0) from = Math.max(from, room / step);
    else to = Math.min(to, room / step);
  }
  return from <= to;
}
