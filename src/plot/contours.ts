// Areas and lines of equal height over a grid, as SVG paths in pixels; vega's isocontour traces the rings.
// Owns: from rings in grid cells to paths, bands as differences of areas, borders left out of lines.
// Leaves levels and colours to grids.ts.
import type * as Vega from 'vega';
import type { ContourArtist } from './artists.ts';

type Point = readonly [x: number, y: number];
type Ring = readonly Point[];

/** From data to pixels, in one direction. */
export type ToPixel = (value: number) => number;

/** For each level the rings around all that is at least so high; grid point (row, column) lies at (column + ½, row + ½). */
async function traceRings(vega: typeof Vega, artist: ContourArtist): Promise<Ring[][]> {
  const { rows, columns, z, levels } = artist;
  const lowest = z.reduce((least, value) => (Number.isFinite(value) ? Math.min(least, value) : least), levels[0]!);
  // A missing height lies below every level, at a finite depth, so that interpolation beside it works.
  const values = Array.from(z, (value) => (Number.isFinite(value) ? value : lowest - 1));
  const view = new vega.View(
    vega.parse({
      data: [
        {
          name: 'contours',
          values: [{ width: columns, height: rows, values }],
          transform: [{ type: 'isocontour', thresholds: [...levels] }],
        },
      ],
    }),
    { renderer: 'none' },
  );
  await view.runAsync();
  const traced: { readonly contour: { readonly coordinates: Ring[][] } }[] = view.data('contours');
  view.finalize();
  return traced.map(({ contour }) => contour.coordinates.flat());
}

/** Looks a position of the grid up in the data's coordinates, between grid points linearly, then makes it pixels. */
function placer(artist: ContourArtist, toX: ToPixel, toY: ToPixel): (point: Point) => Point {
  const { rows, columns } = artist;
  const interpolate = (values: Float64Array, row: number, column: number) => {
    const r = Math.min(rows - 2, Math.floor(row));
    const c = Math.min(columns - 2, Math.floor(column));
    const [down, right] = [row - r, column - c];
    const at = (i: number, j: number) => values[(r + i) * columns + c + j]!;
    const upper = at(0, 0) * (1 - right) + at(0, 1) * right;
    const lower = at(1, 0) * (1 - right) + at(1, 1) * right;
    return upper * (1 - down) + lower * down;
  };
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
  return ([gx, gy]) => {
    const [column, row] = [clamp(gx - 0.5, columns - 1), clamp(gy - 0.5, rows - 1)];
    return [toX(interpolate(artist.x, row, column)), toY(interpolate(artist.y, row, column))];
  };
}

/** One path for each band (filled) or level (lines), in the order of the levels. */
export async function contourPaths(
  vega: typeof Vega,
  artist: ContourArtist,
  toX: ToPixel,
  toY: ToPixel,
): Promise<string[]> {
  const place = placer(artist, toX, toY);
  const rings = await traceRings(vega, artist);
  if (!artist.filled) {
    return rings.map((level) =>
      level
        .flatMap((ring) => openLines(ring, artist))
        .map((line) => pathOf(line.map(place), false))
        .join(''),
    );
  }
  const outward = rings.map((level) => level.map((ring) => pathOf(ring.map(place), true)).join(''));
  const inward = rings.map((level) => level.map((ring) => pathOf(ring.map(place).reverse(), true)).join(''));
  const highest = artist.z.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, value) : most), -Infinity);
  const top = artist.levels.length - 1;
  return outward.slice(0, -1).map((area, band) => {
    // What lies above a band turns the other way round and so cancels out. Opaque bands overlap instead, each painted
    // over the one below it: neighbours that only touch would let a hair of white through.
    const above = artist.alpha < 1 ? band + 1 : top;
    const touchesTop = above === top && highest <= artist.levels[top]!;
    return touchesTop ? area : area + inward[above]!;
  });
}

/** A ring without the stretches along the grid's border, where no height is crossed. */
function openLines(ring: Ring, { rows, columns }: ContourArtist): Ring[] {
  const outside = ([x, y]: Point) => x < 0.5 || y < 0.5 || x > columns - 0.5 || y > rows - 0.5;
  const start = ring.findIndex(outside);
  if (start < 0) return [ring];
  const lines: Point[][] = [];
  let current: Point[] = [];
  for (let i = 1; i <= ring.length; i++) {
    const point = ring[(start + i) % ring.length]!;
    if (!outside(point)) {
      current.push(point);
      continue;
    }
    if (current.length > 1) lines.push(current);
    current = [];
  }
  return lines;
}

/** A path through points, rounded to hundredths of a pixel, without points in the middle of level or upright stretches. */
function pathOf(points: readonly Point[], closed: boolean): string {
  const rounded = points.map(([x, y]): Point => [Math.round(x * 100) / 100, Math.round(y * 100) / 100]);
  const distinct = rounded.filter(([x, y], i) => i === 0 || x !== rounded[i - 1]![0] || y !== rounded[i - 1]![1]);
  const kept = distinct.filter((point, i) => {
    const [before, after] = [distinct[i - 1], distinct[i + 1]];
    if (before === undefined || after === undefined) return true;
    return [0, 1].every((axis) => !(before[axis] === point[axis] && after[axis] === point[axis]));
  });
  return `M${kept.map(([x, y]) => `${x},${y}`).join('L')}${closed ? 'Z' : ''}`;
}
