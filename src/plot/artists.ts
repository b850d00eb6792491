// What a plot holds once the arguments are read: plain records, never changed after they are made.
// Owns: the record types. Leaves making them to lines.ts, points.ts, bars.ts and grids.ts, drawing them to marks.ts.
import type { Dash } from './format.ts';

interface Common {
  /** In the legend; null leaves the artist out of it. */
  readonly label: string | null;
  readonly alpha: number;
  readonly zorder: number;
}

/** A colour for each number: the colour map's name and the numbers at its two ends. */
export interface ColorScale {
  readonly cmap: string;
  readonly low: number;
  readonly high: number;
}

export interface LineArtist extends Common {
  readonly kind: 'line';
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly color: string;
  readonly dash: Dash;
  /** Points (1/72 inch), as every width and size here. */
  readonly width: number;
  readonly marker: string | null;
  readonly markersize: number;
}

export interface PointsArtist extends Common {
  readonly kind: 'points';
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Areas in square points: one, or one for each point. */
  readonly sizes: Float64Array;
  /** CSS colours (one, or one for each point), or a number for each point. */
  readonly colors: readonly string[] | { readonly values: Float64Array; readonly scale: ColorScale };
  readonly marker: string;
}

export interface BarsArtist extends Common {
  readonly kind: 'bars';
  /** Corners in data units; the base (y0, or x0 for horizontal bars) sticks to the axes' edge. */
  readonly x0: Float64Array;
  readonly x1: Float64Array;
  readonly y0: Float64Array;
  readonly y1: Float64Array;
  readonly horizontal: boolean;
  /** Neighbours touch, as in histograms. */
  readonly touching: boolean;
  readonly colors: readonly string[];
  readonly edgecolor: string | null;
}

export interface ContourArtist extends Common {
  readonly kind: 'contour';
  readonly filled: boolean;
  readonly rows: number;
  readonly columns: number;
  /** Positions and heights of the grid points, row by row. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly levels: readonly number[];
  /** One CSS colour for each band or line, or a colour scale. */
  readonly colors: readonly string[] | ColorScale;
  readonly width: number;
}

export interface ImageArtist extends Common {
  readonly kind: 'image';
  readonly rows: number;
  readonly columns: number;
  /** 1: numbers for a colour scale; 3 or 4: red, green, blue (and opacity) from 0 to 1. */
  readonly channels: number;
  readonly values: Float64Array;
  readonly scale: ColorScale;
}

/** A line across the whole axes at one position. */
export interface RuleArtist extends Common {
  readonly kind: 'rule';
  readonly horizontal: boolean;
  readonly at: number;
  readonly color: string;
  readonly dash: Dash;
  readonly width: number;
}

export interface TextArtist extends Common {
  readonly kind: 'text';
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly color: string;
  readonly size: number;
  readonly align: 'left' | 'center' | 'right';
  readonly baseline: 'top' | 'middle' | 'bottom' | 'alphabetic';
}

export type Artist = LineArtist | PointsArtist | BarsArtist | ContourArtist | ImageArtist | RuleArtist | TextArtist;

/** What a colour bar can explain. */
export type MappedArtist = ContourArtist | ImageArtist | PointsArtist;

/** The colour scale of an artist, or undefined when its colours are fixed. */
export function colorScaleOf(artist: Artist): ColorScale | undefined {
  if (artist.kind === 'image') return artist.channels === 1 ? artist.scale : undefined;
  if (artist.kind === 'points') return 'scale' in artist.colors ? artist.colors.scale : undefined;
  return artist.kind === 'contour' && 'cmap' in artist.colors ? artist.colors : undefined;
}
