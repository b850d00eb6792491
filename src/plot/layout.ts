// Where everything stands, in pixels, before anything is drawn: axes, titles, colour bars.
// Owns: margins that hold all labels, grids of axes, equal aspect. Leaves ticks to axis-layout.ts, marks to spec.ts.
import { colorScaleOf } from './artists.ts';
import { type AxisLayout, layoutAxis, tickLength, tickPad } from './axis-layout.ts';
import { type Direction, limitsOf } from './limits.ts';
import type { AxesState, FigureState, Limits } from './state.ts';
import { fontSize, point, textHeight, textWidth, wrap } from './text.ts';
import { niceTicks, tickLabels, within } from './ticks.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface ColorbarLayout {
  readonly limits: Limits;
  readonly positions: readonly number[];
  readonly labels: readonly string[];
  readonly offset: string;
  readonly gap: number;
  readonly width: number;
  readonly labelWidth: number;
}

export interface AxesLayout {
  readonly state: AxesState;
  readonly box: Box;
  readonly x: AxisLayout & { readonly limits: Limits; readonly labelled: boolean };
  readonly y: AxisLayout & { readonly limits: Limits; readonly labelled: boolean };
  readonly title: readonly string[];
  readonly colorbar: ColorbarLayout | null;
}

export interface FigureLayout {
  readonly axes: readonly AxesLayout[];
  readonly title: readonly string[];
}

/** Distance of an axis label from the tick labels, and of a title from the axes, in pixels. */
export const labelPad = 4 * point;
export const titlePad = 6 * point;
const pad = 1.08 * fontSize.label;

/** The layout of a figure's snapshot. */
export function layoutFigure(figure: FigureState): FigureLayout {
  const title = figure.title === '' ? [] : wrap(figure.title, fontSize.title, figure.width - 2 * pad);
  const ceiling = title.length === 0 ? 0 : textHeight(title.length, fontSize.title) + pad / 2;
  const grids = new Map<string, AxesState[]>();
  for (const state of figure.axes) {
    const key = `${state.place.rows}x${state.place.columns}`;
    grids.set(key, [...(grids.get(key) ?? []), state]);
  }
  const placed = new Map<AxesState, AxesLayout>();
  for (const states of grids.values()) {
    for (const layout of layoutGrid(figure, states, ceiling)) placed.set(layout.state, layout);
  }
  return { axes: figure.axes.map((state) => placed.get(state)!), title };
}

/** All the axes of one grid. Ticks depend on the axes' sizes and sizes on the ticks' labels, so it goes round thrice. */
function layoutGrid(figure: FigureState, states: readonly AxesState[], ceiling: number): AxesLayout[] {
  const { rows, columns } = states[0]!.place;
  let boxes = states.map((): Box => {
    const [width, height] = [(figure.width * 0.775) / columns, (figure.height * 0.77) / rows];
    return { x: (figure.width - width) / 2, y: 0, width, height };
  });
  let layouts: AxesLayout[] = [];
  for (let round = 0; round < 3; round++) {
    layouts = states.map((state, i) => layoutAxes(figure, state, boxes[i]!));
    boxes = placeBoxes(figure, layouts, ceiling);
  }
  return layouts.map((layout, i) => ({ ...layout, box: boxes[i]! }));
}

function layoutAxes(figure: FigureState, state: AxesState, box: Box): AxesLayout {
  const axis = (direction: Direction) => {
    const sharing = figure.axes.filter((other) => other[direction].share === state[direction].share);
    const limits = limitsOf(sharing, direction);
    const layout = layoutAxis(sharing, direction, limits, direction === 'x' ? box.width : box.height);
    return { ...layout, limits, labelled: !sharing.some((other) => standsBefore(state, other, direction)) };
  };
  // A title is centred on its axes and may use the margins beside them, up to the figure's edge or the next cell.
  const center = box.x + box.width / 2;
  const room = Math.min(2 * center, 2 * (figure.width - center), figure.width / state.place.columns);
  return {
    state,
    box,
    x: axis('x'),
    y: axis('y'),
    title: state.title === '' ? [] : wrap(state.title, fontSize.title, Math.max(box.width, room - fontSize.title)),
    colorbar: layoutColorbar(state, box),
  };
}

/** Whether `other` shows the tick labels that `state` shares with it: the one below it, or the one at its left. */
function standsBefore(state: AxesState, other: AxesState, direction: Direction): boolean {
  const [a, b] = [state.place, other.place];
  if (a.rows !== b.rows || a.columns !== b.columns) return false;
  const row = (place: typeof a) => Math.floor(place.index / place.columns);
  const column = (place: typeof a) => place.index % place.columns;
  return direction === 'x' ? column(a) === column(b) && row(b) > row(a) : row(a) === row(b) && column(b) < column(a);
}

function layoutColorbar(state: AxesState, box: Box): ColorbarLayout | null {
  if (state.colorbar === null) return null;
  const { artist } = state.colorbar;
  const steps = artist.kind === 'contour' ? artist.levels : null;
  const scale = colorScaleOf(artist);
  const [low, high] =
    steps !== null && steps.length > 1 ? [steps[0]!, steps.at(-1)!] : [scale?.low ?? 0, scale?.high ?? 1];
  const limits: Limits = low < high ? [low, high] : [low - 0.5, high + 0.5];
  const bins = Math.max(1, Math.min(9, Math.floor(box.height / (2 * fontSize.tick))));
  const positions = steps !== null && steps.length <= bins + 1 ? steps : within(niceTicks(...limits, { bins }), limits);
  const { labels, offset } = tickLabels(positions);
  const widths = labels.map((label) => textWidth(label, fontSize.tick));
  return {
    limits,
    positions,
    labels,
    offset,
    gap: Math.max(8, Math.min(20, 0.05 * box.width)),
    width: Math.max(8, Math.min(24, box.height / 20)),
    labelWidth: Math.max(0, ...widths),
  };
}

/** What sticks out of the axes' box on each side. */
function marginsOf({ state, x, y, title, colorbar }: AxesLayout): Margins {
  const line = textHeight(1, fontSize.label);
  const heading = title.length === 0 ? 0 : titlePad + textHeight(title.length, fontSize.title);
  let [left, right, top, bottom] = [0, 0, heading, 0];
  if (state.frame) {
    const beside = (labelled: boolean, thickness: number) => tickLength + (labelled ? tickPad + thickness : 0);
    const lines = (label: string) => (label === '' ? 0 : labelPad + line * label.split('\n').length);
    left = beside(y.labelled, y.thickness) + lines(state.y.label);
    bottom = beside(x.labelled, x.thickness) + lines(state.x.label);
    if (x.offset !== '' && x.labelled && state.x.label === '') bottom += line;
    if (y.offset !== '' && y.labelled) top += line;
    left = Math.max(left, x.labelled ? x.overhang[0] : 0);
    right = x.labelled ? x.overhang[1] : 0;
    top = Math.max(top, y.labelled ? y.overhang[1] : 0);
  }
  if (colorbar !== null) {
    const label = state.colorbar!.label === '' ? 0 : labelPad + line;
    right = colorbar.gap + colorbar.width + tickLength + tickPad + colorbar.labelWidth + label;
    if (colorbar.offset !== '') top = Math.max(top, heading + line);
  }
  return { left, right, top, bottom };
}

/** The boxes of a grid's axes: columns equally wide, rows equally high, with room for what sticks out between them. */
function placeBoxes(figure: FigureState, layouts: readonly AxesLayout[], ceiling: number): Box[] {
  const { rows, columns } = layouts[0]!.state.place;
  const margins = layouts.map(marginsOf);
  const row = (layout: AxesLayout) => Math.floor(layout.state.place.index / columns);
  const column = (layout: AxesLayout) => layout.state.place.index % columns;
  const largest = (count: number, index: (layout: AxesLayout) => number, side: keyof Margins) =>
    Array.from({ length: count }, (_, i) =>
      Math.max(0, ...layouts.flatMap((layout, at) => (index(layout) === i ? [margins[at]![side]] : []))),
    );
  // matplotlib's default margins, for its default figure; a larger figure gains nothing from larger ones.
  const preset = (share: number, length: number) => (figure.tight ? 0 : share * length);
  const [wide, high] = [Math.min(figure.width, 640), Math.min(figure.height, 480)];
  const xs = divide(figure.width, largest(columns, column, 'left'), largest(columns, column, 'right'), [
    preset(0.125, wide),
    preset(0.1, wide),
  ]);
  const ys = divide(figure.height - ceiling, largest(rows, row, 'top'), largest(rows, row, 'bottom'), [
    preset(ceiling > 0 ? 0 : 0.12, high),
    preset(0.11, high),
  ]);
  return layouts.map((layout) => {
    const box: Box = {
      x: xs.starts[column(layout)]!,
      y: ceiling + ys.starts[row(layout)]!,
      width: xs.size,
      height: ys.size,
    };
    return wholePixels(layout.state.equal ? equalBox(layout, box) : box);
  });
}

/** Cuts `total` pixels into equal parts with their margins before and after; the outer margins have a least size. */
function divide(total: number, before: readonly number[], after: readonly number[], least: readonly [number, number]) {
  const count = before.length;
  const first = Math.max(before[0]! + pad, least[0]);
  const last = Math.max(after[count - 1]! + pad, least[1]);
  const gaps = before.slice(1).map((margin, i) => after[i]! + margin + pad);
  const rest = total - first - last - gaps.reduce((sum, gap) => sum + gap, 0);
  const size = Math.max(10, rest / count);
  const starts = [first];
  for (const gap of gaps) starts.push(starts.at(-1)! + size + gap);
  return { size, starts };
}

/** The largest box inside `box`, in its middle, in which a unit of x is as long as a unit of y. */
function equalBox({ x, y }: AxesLayout, box: Box): Box {
  const ratio = Math.abs((x.limits[1] - x.limits[0]) / (y.limits[1] - y.limits[0]));
  const width = Math.min(box.width, box.height * ratio);
  const height = width / ratio;
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}

/** On whole pixels frames are sharp, and so are bars that touch. */
function wholePixels(box: Box): Box {
  const [x, y] = [Math.round(box.x), Math.round(box.y)];
  return { x, y, width: Math.round(box.x + box.width) - x, height: Math.round(box.y + box.height) - y };
}
