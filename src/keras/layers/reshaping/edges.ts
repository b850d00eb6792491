// What cropping and zero padding share: how many elements at both ends of each spatial axis.
// Owns: the option in all of its spellings, and its way to every axis of an input.

import type * as o from '../../schema.ts';
import type { Json } from '../../schema.ts';
import type { DataFormat } from '../spatial.ts';

/** Before and after an axis. */
export type Edge = readonly [before: number, after: number];
type EdgeLike = number | readonly number[];

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const edgeOf = (value: unknown): Edge | null => {
  if (isCount(value)) return [value, value];
  if (!Array.isArray(value) || value.length !== 2 || !value.every(isCount)) return null;
  return [value[0]!, value[1]!];
};

/** Both ends of one axis: `1`, or `[1, 2]`. */
export const edge: o.Kind<EdgeLike, Edge> = {
  wanted: 'a whole number ≥ 0, or two of them: before and after',
  parse: (value) => {
    const found = edgeOf(value);
    return found && { value: found };
  },
  toConfig: (value) => [...value],
};
/** Both ends of each of several axes: `1`, `[1, 2]` (one number an axis), or `[[1, 1], [2, 2]]`. */
export const edges = (axes: number): o.Kind<number | readonly EdgeLike[], readonly Edge[]> => ({
  wanted: `a whole number ≥ 0, or for each of ${axes} axes one, or [before, after]`,
  parse: (value) => {
    const list = isCount(value) ? new Array<number>(axes).fill(value) : value;
    if (!Array.isArray(list) || list.length !== axes) return null;
    const found = list.map(edgeOf);
    return found.every((item) => item !== null) ? { value: found } : null;
  },
  toConfig: (value) => value.map((item): Json => [...item]),
});

/** The same for all axes of an input: nothing at batch and channels. */
export const allEdges = (spatial: readonly Edge[], format: DataFormat): Edge[] =>
  format === 'channels_first' ? [[0, 0], [0, 0], ...spatial] : [[0, 0], ...spatial, [0, 0]];
