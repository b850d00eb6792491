// The public types of cornu/plot: what the functions take and what figures and axes can do.
// Owns: the option interfaces and the shape of the API. Leaves what they do to axes.ts, figure.ts and pyplot.ts.

import type { ColormapName } from './colormaps.ts';
import type { Color } from './colors.ts';
import type { LineStyle } from './format.ts';
import type { Options } from './options.ts';
import type { Numbers } from './values.ts';

/** Data along one axis: a tensor, a typed array or nested arrays; columns of size 1 are taken for vectors. */
export type Series = Numbers;
/** Data over two axes: (rows, columns). */
export type Grid = Numbers;

interface LineOptions
  extends Options<{ color: Color; linestyle: LineStyle; linewidth: number; alpha: number; label: string }> {
  /** Short for color, linestyle, linewidth, as in matplotlib. */
  c?: Color | undefined;
  ls?: LineStyle | undefined;
  lw?: number | undefined;
}
export interface PlotOptions extends LineOptions, Options<{ marker: string; markersize: number; ms: number }> {}
export interface RuleOptions extends LineOptions {}
export interface ScatterOptions
  extends Options<{
    color: Color;
    /** A color, a color for each point, or a number for each point, which `cmap` turns into a color. */
    c: Color | readonly string[] | Numbers;
    /** Area in square points: one for all, or one for each point. */
    s: number | Numbers;
    marker: string;
    alpha: number;
    label: string;
    cmap: ColormapName;
    vmin: number;
    vmax: number;
  }> {}
export interface ContourOptions
  extends Options<{
    /** How many levels at most, or the levels themselves, rising. */
    levels: number | readonly number[];
    cmap: ColormapName;
    colors: Color | readonly Color[];
    alpha: number;
    linewidths: number;
    vmin: number;
    vmax: number;
  }> {}
export interface BarOptions
  extends Options<{
    width: number;
    bottom: number | Numbers;
    align: 'center' | 'edge';
    color: Color | readonly string[];
    edgecolor: Color;
    alpha: number;
    label: string;
  }> {}
export interface HistOptions
  extends Options<{
    /** How many bins, or their edges. */
    bins: number | readonly number[];
    range: readonly [low: number, high: number];
    density: boolean;
    color: Color;
    edgecolor: Color;
    alpha: number;
    label: string;
  }> {}
export interface ImageOptions extends Options<{ cmap: ColormapName; vmin: number; vmax: number; alpha: number }> {}
export interface TextOptions
  extends Options<{
    color: Color;
    fontsize: number;
    ha: 'left' | 'center' | 'right';
    va: 'top' | 'center' | 'bottom' | 'baseline';
    alpha: number;
  }> {}
export interface GridOptions
  extends Options<{ axis: 'both' | 'x' | 'y'; color: Color; linestyle: LineStyle; linewidth: number; alpha: number }> {}
export type LegendLocation =
  | 'best'
  | 'upper right'
  | 'upper left'
  | 'lower left'
  | 'lower right'
  | 'right'
  | 'center left'
  | 'center right'
  | 'lower center'
  | 'upper center'
  | 'center';
export interface LegendOptions extends Options<{ loc: LegendLocation; title: string }> {}
export interface TickOptions extends Options<{ rotation: number }> {}
export type AxisMode =
  | 'on'
  | 'off'
  | 'equal'
  | 'auto'
  | readonly [left: number, right: number, bottom: number, top: number];

/** The ways to call `plot`. A format string such as 'r--' or 'bo-' may follow each y. */
export type PlotArguments =
  | [y: Series, options?: PlotOptions]
  | [y: Series, format: string, options?: PlotOptions]
  | [x: Series, y: Series, options?: PlotOptions]
  | [x: Series, y: Series, format: string, options?: PlotOptions]
  | [x: Series, y: Series, format: string, ...more: (Series | string | PlotOptions)[]]
  | [x: Series, y: Series, x2: Series, y2: Series, ...more: (Series | string | PlotOptions)[]];

export type ContourArguments =
  | [z: Grid, options?: ContourOptions]
  | [x: Series | Grid, y: Series | Grid, z: Grid, options?: ContourOptions];

/** Something drawn in the colors of a color map; `colorbar` explains it. */
export interface Mappable {
  readonly kind: string;
}
/** What `hist` counted: `edges` is one longer than `counts`. */
export interface Histogram {
  readonly counts: readonly number[];
  readonly edges: readonly number[];
}

/** What can be drawn: on axes, and by the functions of the module on the current axes. */
export interface Marks {
  /** Lines, markers or both: plot(y), plot(x, y), plot(x, y, 'r--'), plot(x, y, 'r--', x2, y2, 'b'). */
  plot(...args: PlotArguments): void;
  /** One marker for each point. */
  scatter(x: Series, y: Series, options?: ScatterOptions): Mappable;
  /** Areas of equal height of z over a grid: contourf(z), contourf(x, y, z). */
  contourf(...args: ContourArguments): Mappable;
  /** Lines of equal height of z over a grid. */
  contour(...args: ContourArguments): Mappable;
  /** Upright bars; names for x label the ticks. */
  bar(x: Series | readonly string[], height: Series | number, options?: BarOptions): void;
  /** Bars to the right; names for y label the ticks. */
  barh(y: Series | readonly string[], width: Series | number, options?: BarOptions): void;
  /** Bars that count how many values lie in each interval. */
  hist(values: Series, options?: HistOptions): Histogram;
  /** An image: (rows, columns) through a color map, (rows, columns, 3 or 4) as colors of 0 … 1 or 0 … 255. */
  imshow(image: Grid, options?: ImageOptions): Mappable;
  axhline(y?: number, options?: RuleOptions): void;
  axvline(x?: number, options?: RuleOptions): void;
  text(x: number, y: number, text: string, options?: TextOptions): void;
  grid(visible?: boolean | GridOptions, options?: GridOptions): void;
  /** 'off' hides frame and ticks, 'equal' makes units equally long, a list sets the limits. */
  axis(mode: AxisMode): void;
  /** A legend of all that has a label: legend(), legend(['train', 'test']), legend({ loc: 'lower right' }). */
  legend(options?: LegendOptions): void;
  legend(labels: readonly string[], options?: LegendOptions): void;
}

/** One plot in a figure. */
export interface Axes extends Marks {
  setTitle(text: string): void;
  setXlabel(text: string): void;
  setYlabel(text: string): void;
  /** Sets the limits; null, or leaving one out, keeps what the data ask for. */
  setXlim(left: number | null, right?: number | null): void;
  setYlim(bottom: number | null, top?: number | null): void;
  setXticks(positions: Series, labels?: readonly (string | number)[], options?: TickOptions): void;
  setYticks(positions: Series, labels?: readonly (string | number)[], options?: TickOptions): void;
}

export interface SaveOptions extends Options<{ /** Dots an inch of a PNG; 100 unless told. */ dpi: number }> {}

/** A place in a page; every Element is one. */
export interface Place {
  insertAdjacentHTML(position: 'beforeend', html: string): void;
}
export interface ShowOptions
  extends Options<{ /** In a browser: where to put the picture; the page's end unless told. */ element: Place }> {}

/** A picture with one or more axes. */
export interface Figure {
  readonly number: number;
  readonly axes: readonly Axes[];
  /** Writes the picture as .svg, .png or .html. */
  savefig(path: string, options?: SaveOptions): Promise<void>;
  /** Puts the picture into the page; without a screen writes `figure-N.svg` and prints its path. Never blocks. */
  show(options?: ShowOptions): Promise<void>;
  /** The picture as SVG text. */
  toSVG(): Promise<string>;
  suptitle(text: string): void;
  /** Makes the margins as small as labels and titles allow. */
  tightLayout(): void;
  colorbar(mappable: Mappable, options?: ColorbarOptions): void;
}
export interface ColorbarOptions extends Options<{ label: string }> {}
export interface FigureOptions
  extends Options<{ /** Inches; 100 dots each. */ figsize: readonly [width: number, height: number] }> {}
export interface SubplotsOptions extends FigureOptions, Options<{ sharex: boolean; sharey: boolean }> {}

type Row<T, N extends number, R extends T[] = []> = number extends N
  ? T[]
  : R['length'] extends N
    ? R
    : Row<T, N, [...R, T]>;
/** What `subplots` gives beside the figure: one axes, a list, or a list of rows. */
export type AxesGrid<R extends number, C extends number> = R extends 1
  ? C extends 1
    ? Axes
    : Row<Axes, C>
  : C extends 1
    ? Row<Axes, R>
    : Row<Row<Axes, C>, R>;
