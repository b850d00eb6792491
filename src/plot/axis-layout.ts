// Ticks of one axis as they will be drawn: positions, labels that do not touch, and the room that they take.
// Owns: choosing how many ticks fit, turning long labels. Leaves where axes stand to layout.ts.
import { type Direction, isWhole } from './limits.ts';
import type { AxesState, Limits } from './state.ts';
import { fontSize, point, textWidth } from './text.ts';
import { niceTicks, tickLabels, within } from './ticks.ts';

export interface AxisLayout {
  readonly positions: readonly number[];
  readonly labels: readonly string[];
  /** A power of ten or a base that all labels share, or ''. */
  readonly offset: string;
  /** Degrees counter-clockwise. */
  readonly rotation: number;
  /** Pixels that the labels take across the axis: their height below it, their width beside it. */
  readonly thickness: number;
  /** Pixels by which the first and the last label stick out beyond the axis' ends. */
  readonly overhang: readonly [number, number];
}

/** Length of a tick and its distance to the label, in pixels. */
export const tickLength = 3.5 * point;
export const tickPad = 3.5 * point;

const size = fontSize.tick;
const widest = (labels: readonly string[]) => Math.max(0, ...labels.map((label) => textWidth(label, size)));

/** The ticks of the axes `axes` (those that share this direction), `length` pixels long. */
export function layoutAxis(
  axes: readonly AxesState[],
  direction: Direction,
  limits: Limits,
  length: number,
): AxisLayout {
  const set = axes.findLast((state) => state[direction].ticks !== null)?.[direction].ticks;
  if (set) {
    const numbers = set.labels === null ? tickLabels(set.positions) : { labels: set.labels, offset: '' };
    const kept = new Set(within(set.positions, limits));
    const shown = set.positions.flatMap((position, i) => (kept.has(position) ? [i] : []));
    const positions = shown.map((i) => set.positions[i]!);
    const labels = shown.map((i) => numbers.labels[i]!);
    const rotation = direction === 'x' ? set.rotation || turnToFit(labels, positions, limits, length) : set.rotation;
    return measure(direction, { positions, labels, offset: numbers.offset, rotation }, limits, length);
  }
  return measure(direction, { ...automaticTicks(axes, direction, limits, length), rotation: 0 }, limits, length);
}

/** Round ticks, as many as fit without their labels touching, at most nine intervals. */
function automaticTicks(axes: readonly AxesState[], direction: Direction, limits: Limits, length: number) {
  const [low, high] = [Math.min(...limits), Math.max(...limits)];
  const integer = isWhole(axes, direction);
  const room = length / (size * (direction === 'x' ? 3 : 2));
  for (let bins = Math.max(1, Math.min(9, Math.floor(room))); ; bins--) {
    const positions = within(niceTicks(low, high, { bins, integer }), limits);
    const { labels, offset } = tickLabels(positions);
    const spacing = positions.length < 2 ? length : (length * (positions[1]! - positions[0]!)) / (high - low);
    if (bins === 1 || direction === 'y' || widest(labels) + 0.7 * size <= spacing) return { positions, labels, offset };
  }
}

/** 0 where the labels fit side by side, else the turn in degrees that lets them. */
function turnToFit(labels: readonly string[], positions: readonly number[], limits: Limits, length: number): number {
  if (positions.length < 2) return 0;
  const sorted = [...positions].sort((a, b) => a - b);
  const gap = Math.min(...sorted.slice(1).map((position, i) => position - sorted[i]!));
  const spacing = (length * gap) / Math.abs(limits[1] - limits[0]);
  if (widest(labels) + 0.5 * size <= spacing) return 0;
  return spacing >= 1.5 * size ? 45 : 90;
}

function measure(
  direction: Direction,
  ticks: Omit<AxisLayout, 'thickness' | 'overhang'>,
  limits: Limits,
  length: number,
): AxisLayout {
  const { labels, positions, rotation } = ticks;
  const angle = (Math.abs(rotation) * Math.PI) / 180;
  const extent = (label: string) => ({
    wide: Math.abs(textWidth(label, size) * Math.cos(angle)) + size * Math.sin(angle),
    high: Math.abs(textWidth(label, size) * Math.sin(angle)) + size * Math.abs(Math.cos(angle)),
  });
  const across = labels.map((label) => (direction === 'x' ? extent(label).high : extent(label).wide));
  const overhang: [number, number] = [0, 0];
  for (const [i, label] of labels.entries()) {
    const along = direction === 'x' ? extent(label).wide : extent(label).high;
    const place = ((positions[i]! - limits[0]) / (limits[1] - limits[0])) * length;
    // A turned label ends at its tick; a level one is centred on it.
    const before = direction === 'x' && isSlanted(rotation) ? along : along / 2;
    const after = direction === 'x' && isSlanted(rotation) ? size / 2 : along / 2;
    overhang[0] = Math.max(overhang[0], before - place);
    overhang[1] = Math.max(overhang[1], place + after - length);
  }
  return { ...ticks, thickness: Math.max(0, ...across), overhang };
}

/** Whether labels stand at a slant and so end at their ticks instead of being centred on them. */
export function isSlanted(rotation: number): boolean {
  return rotation > 0 && rotation < 90;
}
