// A picture: its size, its axes, and the ways out of it.
// Owns: the methods of Figure, the list of open figures. Leaves pyplot's current axes to pyplot.ts.
import { show, ValueError } from '../base/errors.ts';
import { colorScaleOf, type MappedArtist } from './artists.ts';
import { PlotAxes } from './axes.ts';
import { drawFigure } from './draw.ts';
import { limitsOf } from './limits.ts';
import { checkOptions } from './options.ts';
import { saveFigure } from './save.ts';
import { showFigures } from './screen.ts';
import type { FigureState, Limits, Place } from './state.ts';
import type { ColorbarOptions, Figure, FigureOptions, Mappable, SaveOptions, ShowOptions } from './types.ts';

const defaultSize = [6.4, 4.8] as const;

/** Figures that have been made and neither shown nor closed, in order. */
export const openFigures: PlotFigure[] = [];
const manyFigures = 20;
let warned = false;

export class PlotFigure implements Figure {
  readonly number: number;
  readonly state: FigureState;
  readonly axes: PlotAxes[] = [];
  /** The axes on which the module's functions draw. */
  current: PlotAxes | undefined;

  constructor(where: string, options: FigureOptions = {}) {
    checkOptions<FigureOptions>(where, options, { figsize: 'any' });
    const [width, height] = checkSize(where, options.figsize ?? defaultSize);
    this.state = { width: width * 100, height: height * 100, title: '', tight: false, axes: [] };
    this.number = 1 + openFigures.reduce((most, figure) => Math.max(most, figure.number), 0);
    openFigures.push(this);
    if (openFigures.length > manyFigures && !warned) {
      warned = true;
      console.warn(
        `${where}: more than ${manyFigures} figures are open and hold their data; plt.close() lets them go.`,
      );
    }
  }

  /** The axes at a place of a grid, made when they are not there yet. */
  axesAt(place: Place): PlotAxes {
    const same = ({ state }: PlotAxes) =>
      state.place.rows === place.rows && state.place.columns === place.columns && state.place.index === place.index;
    this.current = this.axes.find(same) ?? this.#addAxes(place);
    return this.current;
  }

  #addAxes(place: Place): PlotAxes {
    const axes = new PlotAxes(place);
    this.axes.push(axes);
    this.state.axes = this.axes.map(({ state }) => state);
    return axes;
  }

  /** The axes drawn on last, or the only ones of a figure that has none. */
  currentAxes(): PlotAxes {
    return this.current ?? this.axesAt({ rows: 1, columns: 1, index: 0 });
  }

  /** Makes all axes share the limits of the first one. */
  share(direction: 'x' | 'y'): void {
    const first = this.axes[0]!.state[direction].share;
    for (const { state } of this.axes) state[direction].share = first;
  }

  /** The limits in force. */
  limits(axes: PlotAxes, direction: 'x' | 'y'): Limits {
    const { share } = axes.state[direction];
    return limitsOf(
      this.state.axes.filter((state) => state[direction].share === share),
      direction,
    );
  }

  async savefig(path: string, options?: SaveOptions): Promise<void> {
    await saveFigure(this.state, path, options);
  }

  async show(options?: ShowOptions): Promise<void> {
    this.close();
    await showFigures([this.state], options);
  }

  async toSVG(): Promise<string> {
    return drawFigure(this.state);
  }

  suptitle(text: string): void {
    this.state.title = String(text);
  }

  tightLayout(): void {
    this.state.tight = true;
  }

  colorbar(mappable: Mappable, options: ColorbarOptions = {}): void {
    const where = 'plt.colorbar';
    checkOptions(where, options, { label: 'string' });
    const axes = this.axes.find(({ state }) => state.artists.some((artist) => artist === mappable));
    const artist = axes?.state.artists.find((each): each is MappedArtist => each === mappable && isMapped(each));
    if (axes === undefined || artist === undefined) {
      throw new ValueError(
        `${where}: mappable is ${show(mappable)}; wanted what contourf, contour, imshow or scatter with numbers for c ` +
          `returned, in this figure.`,
      );
    }
    axes.setColorbar(artist, options.label ?? '');
  }

  /** Takes the figure from the list of open ones; it can still be saved. */
  close(): void {
    const at = openFigures.indexOf(this);
    if (at >= 0) openFigures.splice(at, 1);
  }
}

/** Whether an artist's colours stand for numbers. */
export function isMapped(artist: Parameters<typeof colorScaleOf>[0]): artist is MappedArtist {
  return colorScaleOf(artist) !== undefined || artist.kind === 'contour';
}

function checkSize(where: string, size: readonly unknown[]): readonly [number, number] {
  const [width, height] = Array.isArray(size) && size.length === 2 ? size : [];
  if (
    typeof width === 'number' &&
    typeof height === 'number' &&
    Math.min(width, height) >= 0.5 &&
    Math.max(width, height) <= 300
  ) {
    return [width, height];
  }
  throw new ValueError(`${where}: figsize is ${show(size)}; wanted [width, height] in inches, each from 0.5 to 300.`);
}
