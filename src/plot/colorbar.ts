// The marks of a colour bar: bands for contours, a smooth strip for numbers, with ticks at its right.
// Owns: how a colour bar looks. Leaves its size and ticks to layout.ts.
import type { LinearGradient, Mark } from 'vega';
import { type ContourArtist, colorScaleOf, type MappedArtist } from './artists.ts';
import { tickLength, tickPad } from './axis-layout.ts';
import { type AxesLayout, type ColorbarLayout, labelPad } from './layout.ts';
import { colorAt, contourColors, stroke, type Tools } from './marks.ts';
import { fontSize } from './text.ts';
import { textMark } from './text-mark.ts';

/** How many colours a smooth passage is made of; between them it runs linearly. */
const stops = 64;

export function colorbarMarks(tools: Tools, { box, state }: AxesLayout, bar: ColorbarLayout): Mark[] {
  const left = box.width + bar.gap;
  const [low, high] = bar.limits;
  const place = (value: number) => (1 - (value - low) / (high - low)) * box.height;
  const { artist } = state.colorbar!;
  const marks: Mark[] = isBanded(artist)
    ? bands(tools, artist, left, bar.width, place)
    : [strip(left, bar.width, 0, box.height, { value: smoothColors(tools, artist, bar) })];
  const edge = { ...stroke('black', '-', 0.8, 1), strokeJoin: { value: 'miter' } } as const;
  const frame = { x: { value: left }, y: { value: 0 }, width: { value: bar.width }, height: { value: box.height } };
  marks.push({ type: 'rect', name: 'colorbar', encode: { update: { ...frame, ...edge } } });
  const right = left + bar.width;
  const size = fontSize.tick;
  for (const [i, position] of bar.positions.entries()) {
    const y = { value: place(position) };
    const tick = { ...stroke('black', '-', 0.8, 1), strokeCap: { value: 'butt' } } as const;
    marks.push({
      type: 'rule',
      encode: { update: { x: { value: right }, x2: { value: right + tickLength }, y, y2: y, ...tick } },
    });
    marks.push(textMark([bar.labels[i]!], right + tickLength + tickPad, y.value, { size, align: 'left' }));
  }
  if (bar.offset !== '')
    marks.push(textMark([bar.offset], left, -0.3 * size, { size, align: 'left', baseline: 'bottom' }));
  const label = state.colorbar!.label;
  if (label !== '') {
    const x = right + tickLength + tickPad + bar.labelWidth + labelPad;
    marks.push(textMark(label.split('\n'), x, box.height / 2, { size, baseline: 'top', angle: -90 }));
  }
  return marks;
}

function strip(
  left: number,
  width: number,
  top: number,
  bottom: number,
  fill: { value: string } | { value: LinearGradient },
): Mark {
  const place = { x: { value: left }, width: { value: width }, y: { value: top }, y2: { value: bottom } };
  return { type: 'rect', encode: { update: { ...place, fill } } };
}

function isBanded(artist: MappedArtist): artist is ContourArtist {
  return artist.kind === 'contour' && artist.filled;
}

/** One strip for each band of a contour, each reaching to the bottom under the next: no white shows between them. */
function bands(
  tools: Tools,
  artist: ContourArtist,
  left: number,
  width: number,
  place: (value: number) => number,
): Mark[] {
  const { levels, alpha } = artist;
  const marks = contourColors(tools, artist).map((color, i) =>
    strip(left, width, place(levels[i + 1]!), place(levels[0]!), { value: onWhite(color, alpha) }),
  );
  return marks.reverse();
}

function smoothColors(tools: Tools, artist: MappedArtist, bar: ColorbarLayout): LinearGradient {
  const [low, high] = bar.limits;
  const scale = colorScaleOf(artist) ?? { cmap: 'gray', low, high };
  return {
    gradient: 'linear',
    x1: 0,
    x2: 0,
    y1: 1,
    y2: 0,
    stops: Array.from({ length: stops }, (_, i) => {
      const offset = i / (stops - 1);
      return { offset, color: onWhite(colorAt(tools, scale, low + (high - low) * offset), artist.alpha) };
    }),
  };
}

/** A colour as it looks on white under an opacity. */
function onWhite(color: string, alpha: number): string {
  const parts = color.match(/[0-9a-f]{2}/g);
  if (alpha === 1 || parts?.length !== 3 || !color.startsWith('#')) return color;
  return `rgb(${parts.map((part) => Math.round(255 - (255 - Number.parseInt(part, 16)) * alpha)).join(',')})`;
}
