// The state of figures and axes as plain records, and their snapshot, from which pictures are made.
// Owns: what there is to remember. Leaves changing it to axes.ts and figure.ts, reading it to layout.ts and spec*.ts.
import type { Artist, MappedArtist } from './artists.ts';
import type { GridOptions, LegendLocation } from './types.ts';

export type Limits = readonly [low: number, high: number];
/** Limits as the user set them: null where the data decide. */
export type SetLimits = readonly [low: number | null, high: number | null];

export interface Ticks {
  readonly positions: readonly number[];
  readonly labels: readonly string[] | null;
  /** Degrees counter-clockwise. */
  readonly rotation: number;
}

export interface LegendState {
  readonly loc: LegendLocation;
  readonly title: string;
  readonly labels: readonly string[] | null;
}

export interface GridState {
  readonly axis: 'both' | 'x' | 'y';
  readonly color: string;
  readonly dash: Exclude<GridOptions['linestyle'], undefined>;
  readonly width: number;
  readonly alpha: number;
}

/** Where axes stand: a cell of a grid, counted from 0 row by row. */
export interface Place {
  readonly rows: number;
  readonly columns: number;
  readonly index: number;
}

export interface ColorbarState {
  readonly artist: MappedArtist;
  readonly label: string;
}

/** Both directions have the same things to set. */
export interface AxisState {
  label: string;
  limits: SetLimits | null;
  ticks: Ticks | null;
  /** Axes with the same object here share their limits in this direction. */
  share: symbol;
}

export interface AxesState {
  artists: readonly Artist[];
  title: string;
  x: AxisState;
  y: AxisState;
  place: Place;
  grid: GridState | null;
  frame: boolean;
  equal: boolean;
  /** Images count their rows downwards. */
  inverted: boolean;
  legend: LegendState | null;
  colorbar: ColorbarState | null;
}

export interface FigureState {
  readonly width: number;
  readonly height: number;
  title: string;
  tight: boolean;
  axes: readonly AxesState[];
}

/** New axes state at a place. */
export function emptyAxes(place: Place): AxesState {
  const axis = (): AxisState => ({ label: '', limits: null, ticks: null, share: Symbol('axis') });
  return {
    artists: [],
    title: '',
    x: axis(),
    y: axis(),
    place,
    grid: null,
    frame: true,
    equal: false,
    inverted: false,
    legend: null,
    colorbar: null,
  };
}

/** A copy that later calls do not change: drawing takes time, and nobody has to wait for it. */
export function snapshot(figure: FigureState): FigureState {
  const axes = figure.axes.map((state) => ({ ...state, x: { ...state.x }, y: { ...state.y } }));
  return { ...figure, axes };
}
