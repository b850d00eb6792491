// matplotlib's pyplot: functions that draw on the current axes of the current figure, and make both when there are none.
// Owns: which figure is current, the module's functions. Leaves what they do to axes.ts and figure.ts.
import { StateError, show as showValue, ValueError } from '../base/errors.ts';
import type { PlotAxes } from './axes.ts';
import { isMapped, openFigures, PlotFigure } from './figure.ts';
import { checkOptions } from './options.ts';
import { showFigures } from './screen.ts';
import type { Limits } from './state.ts';
import type * as Types from './types.ts';

let current: PlotFigure | undefined;

function currentFigure(): PlotFigure {
  if (current === undefined || !openFigures.includes(current))
    current = openFigures.at(-1) ?? new PlotFigure('plt.figure');
  return current;
}

function currentAxes(): PlotAxes {
  return currentFigure().currentAxes();
}

/** Makes a new figure the current one: figure(), figure({ figsize: [8, 6] }). */
export function figure(options: Types.FigureOptions = {}): Types.Figure {
  return newFigure('plt.figure', options);
}

/** As `figure`, for the functions of this package that make one. */
export function newFigure(where: string, options: Types.FigureOptions): PlotFigure {
  current = new PlotFigure(where, options);
  return current;
}

/** Makes the axes at `index`, counted from 1 row by row, of a grid of axes the current ones. */
export function subplot(rows = 1, columns = 1, index = 1): Types.Axes {
  checkGrid('plt.subplot', rows, columns);
  if (!Number.isInteger(index) || index < 1 || index > rows * columns) {
    throw new ValueError(
      `plt.subplot: index is ${showValue(index)}; wanted a whole number from 1 to ${rows * columns}, counted row by row.`,
    );
  }
  return currentFigure().axesAt({ rows, columns, index: index - 1 });
}

/** A new figure with a grid of axes: const [figure, [left, right]] = plt.subplots(1, 2). */
export function subplots<R extends number = 1, C extends number = 1>(
  rows?: R,
  columns?: C,
  options?: Types.SubplotsOptions,
): [figure: Types.Figure, axes: Types.AxesGrid<R, C>];
export function subplots(
  rows = 1,
  columns = 1,
  options: Types.SubplotsOptions = {},
): [Types.Figure, Types.Axes | Types.Axes[] | Types.Axes[][]] {
  const where = 'plt.subplots';
  checkGrid(where, rows, columns);
  checkOptions(where, options, { figsize: 'any', sharex: 'boolean', sharey: 'boolean' });
  const figure = newFigure(where, { figsize: options.figsize });
  const grid = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => figure.axesAt({ rows, columns, index: row * columns + column })),
  );
  if (options.sharex) figure.share('x');
  if (options.sharey) figure.share('y');
  const [first] = grid as [PlotAxes[], ...PlotAxes[][]];
  if (rows === 1) return [figure, columns === 1 ? first[0]! : first];
  return [figure, columns === 1 ? grid.map((row) => row[0]!) : grid];
}

function checkGrid(where: string, rows: number, columns: number): void {
  for (const [name, count] of [
    ['rows', rows],
    ['columns', columns],
  ] as const) {
    if (!Number.isInteger(count) || count < 1) {
      throw new ValueError(`${where}: ${name} is ${showValue(count)}; wanted a whole number of at least 1.`);
    }
  }
}

/** The current figure. */
export function gcf(): Types.Figure {
  return currentFigure();
}

/** The current axes. */
export function gca(): Types.Axes {
  return currentAxes();
}

export const plot: Types.Marks['plot'] = (...args) => currentAxes().plot(...args);
export const scatter: Types.Marks['scatter'] = (x, y, options) => currentAxes().scatter(x, y, options);
export const contourf: Types.Marks['contourf'] = (...args) => currentAxes().contourf(...args);
export const contour: Types.Marks['contour'] = (...args) => currentAxes().contour(...args);
export const bar: Types.Marks['bar'] = (x, height, options) => currentAxes().bar(x, height, options);
export const barh: Types.Marks['barh'] = (y, width, options) => currentAxes().barh(y, width, options);
export const hist: Types.Marks['hist'] = (values, options) => currentAxes().hist(values, options);
export const imshow: Types.Marks['imshow'] = (image, options) => currentAxes().imshow(image, options);
export const axhline: Types.Marks['axhline'] = (y, options) => currentAxes().axhline(y, options);
export const axvline: Types.Marks['axvline'] = (x, options) => currentAxes().axvline(x, options);
export const text: Types.Marks['text'] = (x, y, words, options) => currentAxes().text(x, y, words, options);
export const grid: Types.Marks['grid'] = (visible, options) => currentAxes().grid(visible, options);
export const axis: Types.Marks['axis'] = (mode) => currentAxes().axis(mode);
export const legend: Types.Marks['legend'] = (
  labels?: readonly string[] | Types.LegendOptions,
  options?: Types.LegendOptions,
) => currentAxes().legend(labels, options);

/** The title of the current axes. */
export function title(text: string): void {
  currentAxes().setTitle(text);
}

export function xlabel(text: string): void {
  currentAxes().setXlabel(text);
}

export function ylabel(text: string): void {
  currentAxes().setYlabel(text);
}

/** A title above all axes of the current figure. */
export function suptitle(text: string): void {
  currentFigure().suptitle(text);
}

/** Sets the limits, xlim(0, 10), xlim([0, 10]) or xlim(0) for the lower one alone, and returns those in force. */
export function xlim(left?: number | null | readonly [number, number], right?: number | null): Limits {
  return limits('x', left, right);
}

export function ylim(bottom?: number | null | readonly [number, number], top?: number | null): Limits {
  return limits('y', bottom, top);
}

function limits(
  direction: 'x' | 'y',
  first: number | null | readonly [number, number] | undefined,
  second: number | null | undefined,
): Limits {
  const axes = currentAxes();
  const [low, high] = typeof first === 'object' && first !== null ? first : [first, second];
  if (low !== undefined || high !== undefined) {
    if (direction === 'x') axes.setXlim(low ?? null, high ?? null);
    else axes.setYlim(low ?? null, high ?? null);
  }
  return currentFigure().limits(axes, direction);
}

/** Where the ticks of x stand and what they say: xticks([0, 1, 2], ['a', 'b', 'c'], { rotation: 45 }). */
export const xticks: Types.Axes['setXticks'] = (positions, labels, options) =>
  currentAxes().setXticks(positions, labels, options);
export const yticks: Types.Axes['setYticks'] = (positions, labels, options) =>
  currentAxes().setYticks(positions, labels, options);

/** Makes the margins of the current figure as small as labels and titles allow. */
export function tightLayout(): void {
  currentFigure().tightLayout();
}

/** A bar beside the axes that explains colors: those of `mappable`, or of what was drawn last. */
export function colorbar(mappable?: Types.Mappable, options?: Types.ColorbarOptions): void {
  const figure = currentFigure();
  const last = figure.currentAxes().state.artists.findLast(isMapped);
  const chosen = mappable ?? last;
  if (chosen === undefined) {
    throw new StateError(
      'plt.colorbar: nothing is drawn in colors of a color map; call contourf, contour or imshow first.',
    );
  }
  figure.colorbar(chosen, options);
}

/** Writes the current figure as .svg, .png or .html. */
export async function savefig(path: string, options?: Types.SaveOptions): Promise<void> {
  await currentFigure().savefig(path, options);
}

/**
 * Shows every open figure and starts afresh: at the page's end in a browser; without a screen each is written to
 * `figure-N.svg` in the current folder, or in CORNU_PLOT_DIR, and its path printed. It never waits for anybody.
 */
export async function show(options?: Types.ShowOptions): Promise<void> {
  const figures = openFigures.splice(0);
  await showFigures(
    figures.map(({ state }) => state),
    options,
  );
}

/** Forgets the current figure, a figure, or 'all' of them. */
export function close(which: Types.Figure | 'all' = currentFigure()): void {
  for (const figure of which === 'all' ? [...openFigures] : openFigures.filter((each) => each === which))
    figure.close();
}
