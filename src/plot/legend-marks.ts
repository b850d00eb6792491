// The vega marks of a legend: its frame, and for each entry a small picture of the artist beside its label.
// Owns: how entries look. Leaves what and where they are to legend.ts.
import type { Mark } from 'vega';
import type { LegendLayout, NamedArtist } from './legend.ts';
import { legendSizes } from './legend.ts';
import { colorAt, ink, markerInk, stroke, type Tools } from './marks.ts';
import { fontSize, point } from './text.ts';
import { textMark } from './text-mark.ts';

/** The marks of a legend, above all others of its axes. */
export function legendMarks(tools: Tools, { box, title, entries }: LegendLayout): Mark {
  const { border, handle, handleGap, line } = legendSizes;
  const marks: Mark[] = [];
  const size = fontSize.legend;
  if (title !== '') marks.push(textMark([title], box.width / 2, border + line / 2, { size }));
  for (const entry of entries) {
    marks.push(...handleMarks(tools, entry.artist, entry.x, entry.y + line / 2));
    const left = entry.x + handle + handleGap;
    marks.push(textMark(entry.lines, left, entry.y + entry.height / 2, { size, align: 'left' }));
  }
  return {
    type: 'group',
    name: 'legend',
    encode: {
      update: {
        x: { value: box.x },
        y: { value: box.y },
        width: { value: box.width },
        height: { value: box.height },
        cornerRadius: { value: 3 },
        fill: { value: 'white' },
        fillOpacity: { value: 0.8 },
        stroke: { value: '#cccccc' },
        strokeWidth: { value: 0.8 * point },
      },
    },
    marks,
  };
}

function handleMarks(tools: Tools, artist: NamedArtist, x: number, y: number): Mark[] {
  const width = legendSizes.handle;
  switch (artist.kind) {
    case 'line':
    case 'rule': {
      const marks: Mark[] = [];
      if (artist.dash !== 'none') {
        const line = {
          ...stroke(artist.color, artist.dash, artist.width, artist.alpha),
          strokeCap: { value: 'butt' },
        } as const;
        marks.push({
          type: 'rule',
          encode: { update: { x: { value: x }, x2: { value: x + width }, y: { value: y }, y2: { value: y }, ...line } },
        });
      }
      if (artist.kind === 'line' && artist.marker !== null) {
        marks.push(symbol(artist.marker, artist.markersize, 1, artist.color, artist.alpha, x + width / 2, y));
      }
      return marks;
    }
    case 'points': {
      const { colors } = artist;
      const middle = (low: number, high: number) => (low + high) / 2;
      const color =
        'scale' in colors ? colorAt(tools, colors.scale, middle(colors.scale.low, colors.scale.high)) : colors[0]!;
      const area = artist.sizes.length === 1 ? artist.sizes[0]! : 36;
      return [symbol(artist.marker, Math.min(12, Math.sqrt(area)), 1.5, color, artist.alpha, x + width / 2, y)];
    }
    case 'bars': {
      const height = 0.7 * fontSize.legend;
      const edge = artist.edgecolor === null ? {} : stroke(artist.edgecolor, '-', 0.8, artist.alpha);
      const update = {
        x: { value: x },
        y: { value: y - height / 2 },
        width: { value: width },
        height: { value: height },
        fill: { value: artist.colors[0]! },
        fillOpacity: { value: artist.alpha },
        ...edge,
      };
      return [{ type: 'rect', encode: { update } }];
    }
  }
}

function symbol(marker: string, size: number, edge: number, color: string, alpha: number, x: number, y: number): Mark {
  const { path, area, open } = markerInk(marker, size, edge);
  const update = {
    x: { value: x },
    y: { value: y },
    shape: { value: path },
    size: { value: area },
    ...ink({ value: color }, alpha, open, edge),
  };
  return { type: 'symbol', encode: { update } };
}
