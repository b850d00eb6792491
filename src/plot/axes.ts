// One plot: reads each call's arguments into artists and settings of its state.
// Owns: the methods of Axes, the colour cycles. Leaves arguments of marks to lines.ts, points.ts, bars.ts, grids.ts.
import { show, ValueError } from '../base/errors.ts';
import type { Artist, MappedArtist } from './artists.ts';
import { readBars, readHistogram } from './bars.ts';
import { cycle, parseColor } from './colors.ts';
import { parseLineStyle } from './format.ts';
import { readContour, readImage } from './grids.ts';
import { checkLegendLabels, legendLocations, namedArtists } from './legend.ts';
import { readPlot, readRule } from './lines.ts';
import { checkOptions, checkRange } from './options.ts';
import { readScatter } from './points.ts';
import { type AxesState, emptyAxes, type Place, type SetLimits } from './state.ts';
import type * as Types from './types.ts';
import { toFlat } from './values.ts';

export class PlotAxes implements Types.Axes {
  /** What has been drawn and set so far; for the figure that draws it. */
  readonly state: AxesState;
  /** Lines take colours by their own count, areas and points by another, as in matplotlib. */
  readonly #taken = { lines: 0, areas: 0 };

  constructor(place: Place) {
    this.state = emptyAxes(place);
  }

  #nextColor(kind: 'lines' | 'areas'): () => string {
    return () => cycle[this.#taken[kind]++ % cycle.length]!;
  }

  #add<A extends Artist>(...artists: A[]): A {
    this.state.artists = [...this.state.artists, ...artists];
    return artists[0]!;
  }

  plot(...args: Types.PlotArguments): void {
    this.#add(...readPlot('plt.plot', args, this.#nextColor('lines')));
  }

  scatter(x: Types.Series, y: Types.Series, options: Types.ScatterOptions = {}): Types.Mappable {
    return this.#add(readScatter('plt.scatter', x, y, options, this.#nextColor('areas')));
  }

  contourf(...args: Types.ContourArguments): Types.Mappable {
    return this.#add(readContour('plt.contourf', true, args));
  }

  contour(...args: Types.ContourArguments): Types.Mappable {
    return this.#add(readContour('plt.contour', false, args));
  }

  bar(x: Types.Series | readonly string[], height: Types.Series | number, options: Types.BarOptions = {}): void {
    const { artist, names } = readBars('plt.bar', false, x, height, options, this.#nextColor('areas'));
    this.#add(artist);
    if (names !== null) this.state.x.ticks = { positions: [...names.keys()], labels: names, rotation: 0 };
  }

  barh(y: Types.Series | readonly string[], width: Types.Series | number, options: Types.BarOptions = {}): void {
    const { artist, names } = readBars('plt.barh', true, y, width, options, this.#nextColor('areas'));
    this.#add(artist);
    if (names !== null) this.state.y.ticks = { positions: [...names.keys()], labels: names, rotation: 0 };
  }

  hist(values: Types.Series, options: Types.HistOptions = {}): Types.Histogram {
    const { artist, histogram } = readHistogram('plt.hist', values, options, this.#nextColor('areas'));
    this.#add(artist);
    return histogram;
  }

  imshow(image: Types.Grid, options: Types.ImageOptions = {}): Types.Mappable {
    const artist = this.#add(readImage('plt.imshow', image, options));
    this.state.equal = true;
    this.state.inverted = true;
    return artist;
  }

  axhline(y = 0, options: Types.RuleOptions = {}): void {
    this.#add(readRule('plt.axhline', true, y, options, this.#nextColor('lines')));
  }

  axvline(x = 0, options: Types.RuleOptions = {}): void {
    this.#add(readRule('plt.axvline', false, x, options, this.#nextColor('lines')));
  }

  text(x: number, y: number, text: string, options: Types.TextOptions = {}): void {
    const where = 'plt.text';
    checkOptions(where, options, { color: 'any', fontsize: 'number', ha: 'string', va: 'string', alpha: 'number' });
    if (![x, y].every(Number.isFinite))
      throw new ValueError(`${where}: the position is ${x}, ${y}; wanted two numbers.`);
    const { ha = 'left', va = 'baseline' } = options;
    const baselines = { top: 'top', center: 'middle', bottom: 'bottom', baseline: 'alphabetic' } as const;
    this.#add({
      kind: 'text',
      x,
      y,
      text: String(text),
      color: parseColor(where, 'color', options.color ?? 'black'),
      size: checkRange(where, 'fontsize', options.fontsize ?? 10, 1, 1000),
      align: oneOf(where, 'ha', ha, ['left', 'center', 'right'] as const),
      baseline: baselines[oneOf(where, 'va', va, ['top', 'center', 'bottom', 'baseline'] as const)],
      label: null,
      alpha: checkRange(where, 'alpha', options.alpha ?? 1, 0, 1),
      zorder: 3,
    });
  }

  grid(visible: boolean | Types.GridOptions = true, options: Types.GridOptions = {}): void {
    const where = 'plt.grid';
    const given = typeof visible === 'boolean' ? options : visible;
    checkOptions(where, given, {
      axis: 'string',
      color: 'any',
      linestyle: 'string',
      linewidth: 'number',
      alpha: 'number',
    });
    const { axis = 'both', linestyle = '-', linewidth = 0.8, alpha = 1 } = given;
    parseLineStyle(where, linestyle);
    this.state.grid =
      visible === false
        ? null
        : {
            axis: oneOf(where, 'axis', axis, ['both', 'x', 'y'] as const),
            color: parseColor(where, 'color', given.color ?? '#b0b0b0'),
            dash: linestyle,
            width: checkRange(where, 'linewidth', linewidth, 0, Infinity),
            alpha: checkRange(where, 'alpha', alpha, 0, 1),
          };
  }

  axis(mode: Types.AxisMode): void {
    if (typeof mode !== 'string') {
      const [left, right, bottom, top] = mode;
      if (mode.length !== 4 || !mode.every((limit) => typeof limit === 'number')) {
        throw new ValueError(
          `plt.axis: mode is ${show(mode)}; wanted a word or four limits, [left, right, bottom, top].`,
        );
      }
      this.setXlim(left, right);
      this.setYlim(bottom, top);
      return;
    }
    oneOf('plt.axis', 'mode', mode, ['on', 'off', 'equal', 'auto'] as const);
    if (mode === 'on' || mode === 'off') this.state.frame = mode === 'on';
    else this.state.equal = mode === 'equal';
  }

  legend(labels?: readonly string[] | Types.LegendOptions, more?: Types.LegendOptions): void {
    const where = 'plt.legend';
    const list = isStrings(labels) ? labels.map(String) : null;
    const options = (isStrings(labels) ? more : labels) ?? {};
    checkOptions(where, options, { loc: 'string', title: 'string' });
    if (list !== null) checkLegendLabels(where, this.state, list);
    else if (!namedArtists(this.state.artists).some(({ label }) => label !== null)) {
      console.warn(`${where}: nothing plotted so far has a label; give { label: … } to plot, or labels to legend.`);
    }
    const loc = oneOf(where, 'loc', options.loc ?? 'best', legendLocations) as Types.LegendLocation;
    this.state.legend = { loc, title: options.title ?? '', labels: list };
  }

  setTitle(text: string): void {
    this.state.title = String(text);
  }

  setXlabel(text: string): void {
    this.state.x.label = String(text);
  }

  setYlabel(text: string): void {
    this.state.y.label = String(text);
  }

  setXlim(left: number | null, right: number | null = null): void {
    this.state.x.limits = checkLimits('plt.xlim', left, right);
  }

  setYlim(bottom: number | null, top: number | null = null): void {
    this.state.y.limits = checkLimits('plt.ylim', bottom, top);
  }

  setXticks(positions: Types.Series, labels?: readonly (string | number)[], options: Types.TickOptions = {}): void {
    this.state.x.ticks = readTicks('plt.xticks', positions, labels, options);
  }

  setYticks(positions: Types.Series, labels?: readonly (string | number)[], options: Types.TickOptions = {}): void {
    this.state.y.ticks = readTicks('plt.yticks', positions, labels, options);
  }

  setColorbar(artist: MappedArtist, label: string): void {
    this.state.colorbar = { artist, label };
  }
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

function oneOf<T extends string>(where: string, name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new ValueError(`${where}: ${name} is ${show(value)}; wanted ${allowed.map((each) => `'${each}'`).join(', ')}.`);
}

function checkLimits(where: string, low: number | null, high: number | null): SetLimits {
  if ([low, high].some((limit) => limit !== null && !Number.isFinite(limit)) || (low !== null && low === high)) {
    throw new ValueError(
      `${where}: the limits are ${show(low)} and ${show(high)}; wanted two different numbers (null for the data's own).`,
    );
  }
  return [low, high];
}

function readTicks(
  where: string,
  positions: unknown,
  labels: readonly (string | number)[] | undefined,
  options: Types.TickOptions,
) {
  checkOptions(where, options, { rotation: 'number' });
  const at = [...toFlat(where, 'positions', positions)];
  if (labels !== undefined && labels.length !== at.length) {
    throw new ValueError(
      `${where}: ${at.length} positions and ${labels.length} labels; wanted one label for each position.`,
    );
  }
  return { positions: at, labels: labels?.map(String) ?? null, rotation: options.rotation ?? 0 };
}
