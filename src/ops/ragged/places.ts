// The structure of ragged tensors as nested lists: which row of the flat values stands where.
// Owns: laying out and building again. What ops do to the lists is rules.ts; as values are only gathered, all of it is differentiable.
import { ShapeError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { concat } from '../core/arrange.ts';
import { integersTensor } from '../core/shapes.ts';
import { cumulated, RaggedTensor } from './ragged-tensor.ts';

/** Row numbers of flat values, `depth` lists deep. */
export type Places = number | readonly Places[];
export interface Layout {
  readonly flat: Tensor;
  readonly depth: number;
  readonly places: Places;
}
export type List = readonly Places[];

/** How many axes of a tensor have lists: those of a ragged one up to the last that is ragged. */
export const depthOf = (x: Tensor | RaggedTensor): number => (x instanceof RaggedTensor ? x.raggedRank + 1 : 1);

/** The first `depth` axes as lists; the rows of `flat` are counted from `first` on. */
export function layOut(x: Tensor | RaggedTensor, depth: number, first = 0): Layout {
  if (x.shape.length < depth)
    throw new ShapeError(`ragged: a tensor of rank ${x.shape.length} beside one with ${depth} ragged axes.`);
  const values = x instanceof RaggedTensor ? x.flatValues : x;
  const splits =
    x instanceof RaggedTensor ? x.nestedRowSplits.map((s) => Array.from(s.dataSync() as BigInt64Array, Number)) : [];
  const inner = depth - splits.length;
  if (inner < 1)
    throw new ShapeError(`ragged: found ${splits.length + 1} ragged axes where at most ${depth} are wanted.`);
  const outer = values.dims.slice(0, inner);
  const flat = p.reshape(values, [sizeOf(outer), ...values.dims.slice(inner)]) as Tensor;
  const dense = (axis: number, at: number): Places => {
    if (axis === inner) return at;
    const step = sizeOf(outer.slice(axis + 1));
    return Array.from({ length: outer[axis]! }, (_, i) => dense(axis + 1, at + i * step));
  };
  let rows = dense(0, first) as List;
  for (const list of splits.reverse()) rows = list.slice(1).map((end, i) => rows.slice(list[i], end));
  return { flat, depth, places: rows };
}

/** Several tensors with lists of one depth over one tensor of values. */
export function layOutAll(values: readonly (Tensor | RaggedTensor)[], depth: number): { flat: Tensor; lists: List[] } {
  let first = 0;
  const layouts = values.map((value) => {
    const layout = layOut(value, depth, first);
    first += layout.flat.dims[0]!;
    return layout;
  });
  return {
    flat: concat(
      layouts.map(({ flat }) => flat),
      0,
    ),
    lists: layouts.map(({ places }) => places as List),
  };
}

/** The tensor whose first `depth` axes are the lists: ragged, or plain where there is but one axis (or none). */
export function build({ flat, depth, places }: Layout): RaggedTensor | Tensor {
  const splits: number[][] = [];
  let level = depth === 0 ? [places] : (places as List);
  for (let axis = 1; axis < depth; axis++) {
    splits.push(cumulated(level.map((row) => (row as List).length)));
    level = (level as readonly List[]).flat();
  }
  const rows = level as readonly number[];
  const index = integersTensor(rows, depth === 0 ? [] : [rows.length], 'int32');
  let result: RaggedTensor | Tensor = p.takeRows(flat, index) as Tensor;
  for (const list of splits.reverse()) result = new RaggedTensor(result, list);
  return result;
}

/** The lists `level` axes down, each made into another. */
export const within = (places: Places, level: number, f: (places: Places) => Places): Places =>
  level === 0 ? f(places) : (places as List).map((row) => within(row, level - 1, f));
/** Several lists side by side, `level` axes down. */
export const zipped = (lists: readonly Places[], level: number, f: (lists: readonly Places[]) => Places): Places => {
  if (level === 0) return f(lists);
  const [first, ...others] = lists as readonly List[];
  if (others.some((list) => list.length !== first!.length))
    throw new ShapeError(
      `ragged: ${lists.map((list) => (list as List).length).join(' and ')} rows side by side; wanted as many.`,
    );
  return first!.map((_, i) =>
    zipped(
      lists.map((list) => (list as List)[i]!),
      level - 1,
      f,
    ),
  );
};
