// bucketBySequenceLength: batches of elements whose lengths are near each other.
import { show, ValueError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { DatasetBase } from '../dataset.ts';
import { call, type Source } from '../source.ts';
import { batchedSpec, isSpec, type MakeDataset, type Spec } from '../spec.ts';
import type { Element } from '../types.ts';
import type { OpenDataset } from './flat-map.ts';
import { groupedByWindow } from './group-by-window.ts';
import { type PaddedShapes, type PaddingValues, padded } from './padded-batch.ts';

export interface BucketArguments
  extends Options<{
    paddedShapes: PaddedShapes | null;
    paddingValues: PaddingValues;
    /** Pads to the bucket's boundary − 1 instead of the batch's longest. */
    padToBucketBoundary: boolean;
    noPadding: boolean;
    dropRemainder: boolean;
  }> {}

export function bucketed(
  below: Source,
  lengthOf: (...args: never) => unknown,
  boundaries: readonly number[],
  sizes: readonly number[],
  options: BucketArguments,
  make: MakeDataset,
  open: OpenDataset,
): Source {
  const where = 'Dataset.bucketBySequenceLength';
  if (sizes.length !== boundaries.length + 1)
    throw new ValueError(
      `${where}: found ${sizes.length} batch sizes for ${boundaries.length} boundaries; wanted one more than boundaries.`,
    );
  const { paddedShapes, paddingValues, padToBucketBoundary, noPadding, dropRemainder = false } = options;
  const key = (...element: readonly unknown[]): number => {
    const given = call(lengthOf, element.length === 1 ? element[0] : element);
    const length = given instanceof Tensor ? given.item() : Number(given);
    if (Number.isNaN(length)) throw new ValueError(`the length is ${show(given)}; wanted a number.`);
    return boundaries.filter((boundary) => boundary <= length).length;
  };
  const reduce = (bucket: Tensor, group: DatasetBase<Element>): DatasetBase<Element> => {
    const id = bucket.item();
    const size = sizes[id]!;
    if (noPadding) return group.batch(size, { dropRemainder });
    let shapes = paddedShapes;
    if (padToBucketBoundary) {
      const boundary = boundaries[id];
      if (boundary === undefined)
        throw new ValueError(
          `${where}: an element is as long as the largest boundary ${boundaries.at(-1)} or longer; with padToBucketBoundary all must be shorter.`,
        );
      shapes = boundaryShapes(below, group, shapes, boundary - 1);
    }
    return group.paddedBatch(size, { paddedShapes: shapes, paddingValues, dropRemainder });
  };
  const spec = (): Spec | null =>
    noPadding || padToBucketBoundary
      ? batchedSpec(below.spec(), null)
      : padded(below, 1, paddedShapes ?? undefined, paddingValues, false).spec();
  return groupedByWindow(
    below,
    { key: key as never, reduce: reduce as never, size: (id: Tensor) => sizes[id.item()]!, spec },
    make,
    open,
  );
}

/** Shapes with the sizes that vary set to `size`; where it is not known which vary, the first of each tensor. */
function boundaryShapes(
  below: Source,
  group: DatasetBase<Element>,
  shapes: PaddedShapes | null | undefined,
  size: number,
): PaddedShapes {
  if (shapes !== null && shapes !== undefined) return replaced(shapes, size);
  const spec = below.spec();
  const found = spec ?? group.elementSpec;
  const leaves = (flattenTree(found, isSpec) as { readonly shape: Shape }[]).map(({ shape }) =>
    replaced(spec ? shape : shape.map((n, axis) => (axis === 0 ? null : n)), size),
  );
  return packTree(found, leaves, isSpec) as PaddedShapes;
}
const replaced = (shapes: PaddedShapes, size: number): PaddedShapes =>
  Array.isArray(shapes) && shapes.every((n) => n === null || typeof n === 'number')
    ? shapes.map((n: number | null) => (n === null || n < 0 ? size : n))
    : Array.isArray(shapes)
      ? shapes.map((inner: PaddedShapes) => replaced(inner, size))
      : Object.fromEntries(
          Object.entries(shapes).map(([name, inner]) => [name, replaced(inner as PaddedShapes, size)]),
        );
