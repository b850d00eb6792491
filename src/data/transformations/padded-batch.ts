// paddedBatch, raggedBatch, sparseBatch: batches of elements of different sizes.
// Owns: target shapes, paddings. Leaves the collecting of groups to batch.ts.
import { allocate, type Data, dtypes } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { type Dims, type Shape, showShape, sizeOf } from '../../base/shape.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { integersTensor } from '../../ops/core/shapes.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { RaggedTensor } from '../../ops/ragged/ragged-tensor.ts';
import { stackRagged } from '../../ops/ragged/stack.ts';
import { SparseTensor } from '../../ops/sparse/sparse-tensor.ts';
import { RaggedTensorSpec, SparseTensorSpec } from '../../ops/type-specs.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import type { Source } from '../source.ts';
import { batchedSpec, isLeaf, isSpec, type LeafSpec, mapSpec, type Spec } from '../spec.ts';
import { eager, stackTensors } from '../structure.ts';
import { grouped } from './batch.ts';

/** A shape for each tensor of an element, in the element's structure; null or −1 for sizes that are the batch's largest. */
export type PaddedShapes = Shape | readonly PaddedShapes[] | { readonly [name: string]: PaddedShapes };
/** A number or text for each tensor of an element, or one for all. */
export type PaddingValues =
  | TensorLike
  | null
  | readonly (PaddingValues | null)[]
  | { readonly [name: string]: PaddingValues };

const isShape = (value: unknown): boolean =>
  Array.isArray(value) && value.every((n) => n === null || typeof n === 'number');

function leafShapes(given: PaddedShapes | null | undefined, element: unknown, count: number, where: string): Shape[] {
  if (given === null || given === undefined) return [];
  const shapes = isLeaf(element) && isShape(given) ? [given as Shape] : (flattenTree(given, isShape) as Shape[]);
  if (shapes.length !== count)
    throw new ValueError(`${where}: paddedShapes has ${shapes.length} shapes for elements of ${count} tensors.`);
  return shapes;
}

/** Tensors of different sizes in one, the rest filled. */
function padStack(
  tensors: readonly Tensor[],
  wanted: Shape | undefined,
  value: TensorLike | null,
  where: string,
): Tensor {
  const first = tensors[0]!;
  const rank = first.dims.length;
  if (wanted && wanted.length !== rank)
    throw new ShapeError(
      `${where}: paddedShapes ${showShape(wanted)} for elements of shape ${showShape(first.shape)}; wanted one rank.`,
    );
  const odd = tensors.find((tensor) => tensor.dims.length !== rank || tensor.dtype !== first.dtype);
  if (odd)
    throw new ShapeError(
      `${where}: elements of shapes ${showShape(first.shape)} (${first.dtype}) and ${showShape(odd.shape)} (${odd.dtype}) do not make one batch; wanted one rank and dtype.`,
    );
  const dims: Dims = first.dims.map((_, axis) => {
    const largest = Math.max(...tensors.map((tensor) => tensor.dims[axis]!));
    const size = wanted?.[axis] ?? -1;
    if (size >= 0 && largest > size)
      throw new ShapeError(`${where}: an element has size ${largest} on axis ${axis}, paddedShapes allows ${size}.`);
    return size >= 0 ? size : largest;
  });
  const { lanes } = dtypes[first.dtype];
  const size = sizeOf(dims);
  const out = allocate(first.dtype, size * tensors.length * lanes);
  fillWith(out, first, value, where);
  for (const [i, tensor] of tensors.entries()) copyInto(out, i * size * lanes, dims, eager(tensor), tensor.dims, lanes);
  return eagerTensor(out, [tensors.length, ...dims], first.dtype);
}

function fillWith(out: Data, like: Tensor, value: TensorLike | null, where: string): void {
  if (value === null) {
    if (Array.isArray(out)) out.fill('');
    return;
  }
  const given = convertToTensor(value, undefined, `${where}: paddingValues`);
  const isText = like.dtype === 'string';
  if (given.size !== 1 || (given.dtype === 'string') !== isText || (!given.weak && given.dtype !== like.dtype))
    throw new DTypeError(
      `${where}: paddingValues: found ${show(value)} for elements of dtype ${like.dtype}; wanted a scalar of that dtype.`,
    );
  const padding = eager(isText ? given : cast(given, like.dtype));
  (out as Float32Array).fill(padding[0] as number);
}

/** Copies a block of `from` to the corner of a larger block. */
function copyInto(out: Data, base: number, dims: Dims, source: Data, from: Dims, lanes: number): void {
  if (sizeOf(from) === 0) return;
  const run = (from.at(-1) ?? 1) * lanes;
  const walk = (axis: number, to: number, at: number, toStride: number, atStride: number): void => {
    if (axis >= from.length - 1) {
      if (Array.isArray(out)) for (let i = 0; i < run; i++) out[to + i] = (source as string[])[at + i]!;
      else out.set((source as Float32Array).subarray(at, at + run) as never, to);
      return;
    }
    const [toStep, atStep] = [toStride / dims[axis]!, atStride / from[axis]!];
    for (let i = 0; i < from[axis]!; i++) walk(axis + 1, to + i * toStep, at + i * atStep, toStep, atStep);
  };
  walk(0, base, 0, sizeOf(dims) * lanes, sizeOf(from) * lanes);
}

export function padded(
  below: Source,
  size: number,
  shapes: PaddedShapes | null | undefined,
  values: PaddingValues | undefined,
  drop: boolean,
): Source {
  const where = 'Dataset.paddedBatch';
  const isPadding = (value: unknown): boolean => value === null || isLeaf(value) || typeof value !== 'object';
  const join = (group: readonly unknown[]): unknown => {
    const lists = group.map((element) => flattenTree(element, isLeaf));
    const count = lists[0]!.length;
    const wanted = leafShapes(shapes, group[0], count, where);
    const paddings = values === undefined || values === null ? [] : flattenTree(values, isPadding);
    const one = paddings.length === 1;
    if (paddings.length > 0 && !one && paddings.length !== count)
      throw new ValueError(`${where}: paddingValues has ${paddings.length} values for elements of ${count} tensors.`);
    const stacked = lists[0]!.map((first, k) => {
      const leaves = lists.map((list) => list[k]);
      if (!leaves.every((leaf) => leaf instanceof Tensor))
        throw new ValueError(`${where}: found ${show(first)}; wanted tensors (batch takes ragged and sparse ones).`);
      return padStack(leaves, wanted[k], (one ? paddings[0] : (paddings[k] ?? null)) as TensorLike | null, where);
    });
    return packTree(group[0], stacked, isLeaf);
  };
  return grouped(below, size, drop, join, () => paddedSpec(below.spec(), shapes, drop ? size : null));
}

function paddedSpec(spec: Spec | null, shapes: PaddedShapes | null | undefined, rows: number | null): Spec | null {
  if (!spec || shapes === null || shapes === undefined) return batchedSpec(spec, rows);
  const wanted = isSpec(spec) ? [shapes as Shape] : (flattenTree(shapes, isShape) as Shape[]);
  const leaves = (flattenTree(spec, isSpec) as LeafSpec[]).map((leaf, k) =>
    leaf instanceof TensorSpec
      ? new TensorSpec([rows, ...wanted[k]!.map((n) => (n === null || n < 0 ? null : n))], leaf.dtype)
      : leaf,
  );
  return packTree(spec, leaves, isSpec) as Spec;
}

/** Tensors whose shape is known stay tensors; those that vary become ragged ones. */
export function raggedBatched(below: Source, size: number, drop: boolean, rowSplitsDtype: 'int32' | 'int64'): Source {
  const rows = drop ? size : null;
  const isFixed = (leaf: LeafSpec | undefined): boolean =>
    leaf instanceof TensorSpec && leaf.shape.every((n) => n !== null);
  let known: (LeafSpec | undefined)[] | undefined;
  const join = (group: readonly unknown[]): unknown => {
    const lists = group.map((element) => flattenTree(element, isLeaf));
    if (!known) {
      const spec = below.spec();
      known = spec ? (flattenTree(spec, isSpec) as LeafSpec[]) : lists[0]!.map(() => undefined);
    }
    const stacked = lists[0]!.map((_, k) => {
      const leaves = lists.map((list) => list[k]) as (Tensor | RaggedTensor)[];
      if (leaves[0] instanceof RaggedTensor) return stackRagged(leaves);
      const tensors = leaves as Tensor[];
      if (tensors[0]!.dims.length === 0 || isFixed(known![k])) return stackTensors(tensors, 'Dataset.raggedBatch');
      return stackRagged(tensors.map(withRaggedInside));
    });
    return packTree(group[0], stacked, isLeaf);
  };
  return grouped(below, size, drop, join, () => {
    const spec = below.spec();
    return (
      spec &&
      mapSpec(spec, (leaf) => {
        if (!(leaf instanceof TensorSpec) || leaf.shape.length === 0 || isFixed(leaf))
          return batchedSpec(leaf, rows) as LeafSpec;
        return new RaggedTensorSpec([rows, ...leaf.shape], leaf.dtype, leaf.shape.length, rowSplitsDtype);
      })
    );
  });
}

/** A tensor as a ragged one over all its axes but the last. */
function withRaggedInside(tensor: Tensor): Tensor | RaggedTensor {
  if (tensor.dims.length < 2) return tensor;
  const [rows, columns, ...rest] = tensor.dims as [number, number, ...number[]];
  const inner = eagerTensor(eager(tensor), [rows * columns, ...rest], tensor.dtype);
  return new RaggedTensor(
    withRaggedInside(inner),
    Array.from({ length: rows + 1 }, (_, i) => i * columns),
  );
}

/** Batches as sparse tensors of the given row shape. */
export function sparseBatched(below: Source, size: number, rowShape: Shape): Source {
  const where = 'Dataset.sparseBatch';
  const join = (group: readonly unknown[]): unknown => {
    const tensors = group as readonly Tensor[];
    if (!tensors.every((tensor) => tensor instanceof Tensor))
      throw new ValueError(`${where}: found ${show(group[0])}; wanted elements of one tensor.`);
    const rank = rowShape.length;
    const dims = rowShape.map((n, axis) =>
      n === null || n < 0 ? Math.max(...tensors.map((tensor) => tensor.dims[axis]!)) : n,
    );
    const indices: number[] = [];
    for (const [i, { dims: own }] of tensors.entries()) {
      if (own.length !== rank || own.some((n, axis) => n > dims[axis]!))
        throw new ShapeError(`${where}: an element of shape ${showShape(own)} does not fit ${showShape(rowShape)}.`);
      for (let k = 0; k < sizeOf(own); k++) {
        const place: number[] = [];
        let rest = k;
        for (let axis = rank - 1; axis >= 0; axis--) {
          place.unshift(rest % own[axis]!);
          rest = Math.floor(rest / own[axis]!);
        }
        indices.push(i, ...place);
      }
    }
    const flat = tensors.map((tensor) => eagerTensor(eager(tensor), [tensor.size], tensor.dtype));
    const values = joinFlat(flat);
    return SparseTensor(integersTensor(indices, [values.size, rank + 1], 'int64'), values, [tensors.length, ...dims]);
  };
  return grouped(below, size, false, join, () => {
    const spec = below.spec();
    return spec instanceof TensorSpec ? new SparseTensorSpec([null, ...rowShape], spec.dtype) : null;
  });
}

function joinFlat(tensors: readonly Tensor[]): Tensor {
  const total = tensors.reduce((sum, tensor) => sum + tensor.size, 0);
  const [first] = tensors;
  const out = allocate(first!.dtype, total);
  let at = 0;
  for (const tensor of tensors) {
    copyInto(out, at, [tensor.size], eager(tensor), [tensor.size], 1);
    at += tensor.size;
  }
  return eagerTensor(out, [total], first!.dtype);
}
