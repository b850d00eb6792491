// The vega marks of one artist, inside its axes' box.
// Owns: how lines, points, bars, contours, images, rules and texts are drawn. Leaves frames and ticks to spec.ts.
import type * as Vega from 'vega';
import type { Data, Mark } from 'vega';
import { encodePng } from '../formats/images/png-encode.ts';
import type {
  Artist,
  BarsArtist,
  ColorScale,
  ContourArtist,
  ImageArtist,
  LineArtist,
  PointsArtist,
} from './artists.ts';
import { type Colormap, rgbText } from './colormaps.ts';
import { contourPaths } from './contours.ts';
import { type Dash, dashArray, markers } from './format.ts';
import type { AxesLayout } from './layout.ts';
import { imagePixels, pngAddress } from './png.ts';
import { keptPoints } from './simplify.ts';
import { point } from './text.ts';
import { textMark } from './text-mark.ts';

/** What drawing needs beyond the layout: the libraries, loaded for it. */
export interface Tools {
  readonly vega: typeof Vega;
  readonly compress: (data: Uint8Array) => Uint8Array;
  readonly colormap: (name: string) => Colormap;
}

export interface Drawn {
  readonly data: readonly Data[];
  readonly marks: readonly Mark[];
}

/** The colour that a scale gives a number. */
export function colorAt(tools: Tools, { cmap, low, high }: ColorScale, value: number): string {
  const position = high > low ? (value - low) / (high - low) : 0.5;
  return rgbText(tools.colormap(cmap)(Math.min(1, Math.max(0, position))));
}

/** The stroke of a line, for vega. */
export function stroke(color: string, dash: Dash, points: number, alpha: number) {
  const width = points * point;
  const dashes = dashArray(dash, width);
  return {
    stroke: { value: color },
    strokeWidth: { value: width },
    strokeOpacity: { value: alpha },
    strokeJoin: { value: 'round' },
    strokeCap: { value: dashes === undefined ? 'square' : 'butt' },
    ...(dashes === undefined ? {} : { strokeDash: { value: dashes } }),
  } as const;
}

/** Shape, size in square pixels and ink of a marker that is `size` points wide. */
export function markerInk(marker: string, size: number, edge: number) {
  const shape = markers[marker]!;
  // Open markers are all stroke; filled ones get none, and its width in size instead: under opacity a ring would show.
  const width = (size * shape.scale + (shape.open ? 0 : edge)) * point;
  return { path: shape.path, area: width ** 2, open: shape.open };
}

export async function drawArtist(tools: Tools, artist: Artist, layout: AxesLayout, name: string): Promise<Drawn> {
  switch (artist.kind) {
    case 'line':
      return drawLine(artist, layout, name);
    case 'points':
      return drawPoints(tools, artist, name);
    case 'bars':
      return drawBars(artist, name);
    case 'contour':
      return { data: [], marks: await drawContour(tools, artist, layout) };
    case 'image':
      return { data: [], marks: [drawImage(tools, artist, layout)] };
    case 'rule': {
      const { box } = layout;
      const place = artist.horizontal
        ? { x: { value: 0 }, x2: { value: box.width }, y: { scale: 'y', value: artist.at } }
        : { y: { value: 0 }, y2: { value: box.height }, x: { scale: 'x', value: artist.at } };
      const ink = {
        ...stroke(artist.color, artist.dash, artist.width, artist.alpha),
        strokeCap: { value: 'butt' },
      } as const;
      return { data: [], marks: [{ type: 'rule', encode: { update: { ...place, ...ink } } }] };
    }
    case 'text': {
      const { x, y, text, color, alpha, size, align, baseline } = artist;
      const style = { size: size * point, align, baseline, color, alpha };
      return {
        data: [],
        marks: [textMark(text.split('\n'), { scale: 'x', value: x }, { scale: 'y', value: y }, style)],
      };
    }
  }
}

/** Where a pixel is in an axes' box: linear from the limits to the box' sides. */
export function toPixels({ box, x, y }: AxesLayout) {
  return {
    x: (value: number) => ((value - x.limits[0]) / (x.limits[1] - x.limits[0])) * box.width,
    y: (value: number) => (1 - (value - y.limits[0]) / (y.limits[1] - y.limits[0])) * box.height,
  };
}

const at = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } } as const;

function drawLine(artist: LineArtist, layout: AxesLayout, name: string): Drawn {
  const { x: toX } = toPixels(layout);
  const points = artist.marker === null ? keptPoints(artist.x, artist.y, toX) : [...artist.x.keys()];
  const values = points.map((i) => {
    const [x, y] = [artist.x[i]!, artist.y[i]!];
    const drawn = Number.isFinite(x) && Number.isFinite(y);
    return { x: drawn ? x : 0, y: drawn ? y : 0, drawn };
  });
  const data: Data[] = [{ name, values }];
  const marks: Mark[] = [];
  if (artist.dash !== 'none') {
    const ink = stroke(artist.color, artist.dash, artist.width, artist.alpha);
    marks.push({
      type: 'line',
      from: { data: name },
      encode: { update: { ...at, defined: { field: 'drawn' }, ...ink } },
    });
  }
  const seen = values.filter(({ drawn }) => drawn);
  // A line of one point has no length: an epoch alone would leave the picture empty.
  const marker = artist.marker ?? (seen.length === 1 ? 'o' : null);
  if (marker !== null) {
    data.push({ name: `${name}-markers`, values: seen });
    const { path, area, open } = markerInk(marker, artist.markersize, 1);
    const update = {
      ...at,
      shape: { value: path },
      size: { value: area },
      ...ink({ value: artist.color }, artist.alpha, open, 1),
    };
    marks.push({ type: 'symbol', from: { data: `${name}-markers` }, encode: { update } });
  }
  return { data, marks };
}

/** Ink of a marker: its stroke or its inside. */
export function ink(color: { value: string } | { field: string }, alpha: number, open: boolean, width: number) {
  return open
    ? { stroke: color, strokeWidth: { value: width * point }, strokeOpacity: { value: alpha } }
    : { fill: color, fillOpacity: { value: alpha } };
}

function drawPoints(tools: Tools, artist: PointsArtist, name: string): Drawn {
  const { colors, sizes } = artist;
  const colorOf = (i: number) => {
    if (!('scale' in colors)) return colors.length === 1 ? colors[0]! : colors[i]!;
    const value = colors.values[i]!;
    return Number.isFinite(value) ? colorAt(tools, colors.scale, value) : null;
  };
  // Points without a place or a colour are left out.
  const values = Array.from(artist.x, (x, i) => {
    const side = Math.sqrt(sizes.length === 1 ? sizes[0]! : sizes[i]!);
    return { x, y: artist.y[i]!, area: markerInk(artist.marker, side, 1.5).area, color: colorOf(i) };
  }).filter(({ x, y, color }) => color !== null && Number.isFinite(x) && Number.isFinite(y));
  const { path, open } = markerInk(artist.marker, 1, 1.5);
  const update = {
    ...at,
    shape: { value: path },
    size: { field: 'area' },
    ...ink({ field: 'color' }, artist.alpha, open, 1.5),
  };
  return { data: [{ name, values }], marks: [{ type: 'symbol', from: { data: name }, encode: { update } }] };
}

function drawBars(artist: BarsArtist, name: string): Drawn {
  const values = Array.from(artist.x0, (x0, i) => ({
    x0,
    x1: artist.x1[i]!,
    y0: artist.y0[i]!,
    y1: artist.y1[i]!,
    color: artist.colors.length === 1 ? artist.colors[0]! : artist.colors[i]!,
  })).filter(({ x0, x1, y0, y1 }) => [x0, x1, y0, y1].every(Number.isFinite));
  const edge = artist.edgecolor === null ? {} : stroke(artist.edgecolor, '-', 0.8, artist.alpha);
  // On whole pixels no white hair shows between bars that touch.
  const round = artist.touching;
  const update = {
    x: { scale: 'x', field: 'x0', round },
    x2: { scale: 'x', field: 'x1', round },
    y: { scale: 'y', field: 'y0' },
    y2: { scale: 'y', field: 'y1' },
    fill: { field: 'color' },
    fillOpacity: { value: artist.alpha },
    ...edge,
  };
  return { data: [{ name, values }], marks: [{ type: 'rect', from: { data: name }, encode: { update } }] };
}

/** The colours of a contour's bands or lines, in the order of the levels. */
export function contourColors(tools: Tools, artist: ContourArtist): string[] {
  const { colors, levels, filled } = artist;
  const heights = filled ? levels.slice(1).map((level, i) => (level + levels[i]!) / 2) : levels;
  return heights.map((height, i) => ('cmap' in colors ? colorAt(tools, colors, height) : colors[i % colors.length]!));
}

async function drawContour(tools: Tools, artist: ContourArtist, layout: AxesLayout): Promise<Mark[]> {
  const toPixel = toPixels(layout);
  const paths = await contourPaths(tools.vega, artist, toPixel.x, toPixel.y);
  const colors = contourColors(tools, artist);
  return paths.flatMap((path, i): Mark[] => {
    if (path === '') return [];
    const color = colors[i]!;
    const paint = artist.filled
      ? { fill: { value: color }, fillOpacity: { value: artist.alpha } }
      : stroke(color, '-', artist.width, artist.alpha);
    return [{ type: 'path', encode: { update: { path: { value: path }, ...paint } } }];
  });
}

function drawImage(tools: Tools, artist: ImageArtist, layout: AxesLayout): Mark {
  const toPixel = toPixels(layout);
  const { rows, columns } = artist;
  const [left, right] = [toPixel.x(-0.5), toPixel.x(columns - 0.5)];
  const [top, bottom] = [toPixel.y(-0.5), toPixel.y(rows - 0.5)];
  const pixels = imagePixels(artist, tools.colormap(artist.scale.cmap));
  const turned = turn(pixels, rows, columns, right < left, bottom < top);
  const update = {
    x: { value: Math.min(left, right) },
    y: { value: Math.min(top, bottom) },
    width: { value: Math.abs(right - left) },
    height: { value: Math.abs(bottom - top) },
    aspect: { value: false },
    // Enlarged pixels stay squares; only a reduced picture is smoothed.
    smooth: { value: Math.abs(right - left) < columns },
    opacity: { value: artist.alpha },
    url: { value: pngAddress(encodePng({ width: columns, height: rows, channels: 4, data: turned }, tools.compress)) },
  };
  return { type: 'image', encode: { update } };
}

/** Pixels mirrored where an axis runs against the image. */
function turn(pixels: Uint8Array, rows: number, columns: number, mirror: boolean, flip: boolean): Uint8Array {
  if (!mirror && !flip) return pixels;
  const result = new Uint8Array(pixels.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = ((flip ? rows - 1 - row : row) * columns + (mirror ? columns - 1 - column : column)) * 4;
      result.set(pixels.subarray(from, from + 4), (row * columns + column) * 4);
    }
  }
  return result;
}
