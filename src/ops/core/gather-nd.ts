// tf.gatherNd, tf.scatterNd, tf.tensorScatterNd*: elements by index vectors.
// Owns: index vectors as row numbers of the flattened tensor. Reading and writing rows is of the primitives.

import { isInteger } from '../../base/dtype.ts';
import { DTypeError, ShapeError } from '../../base/errors.ts';
import { type Dims, sameShape, showShape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import type { ScatterMode } from '../../primitives/functions.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { reducesRagged } from '../ragged/accepts.ts';
import { asDims, convertPair, convertToTensor } from './convert.ts';
import { rowNumbers } from './coordinates.ts';
import { signature } from './signature.ts';

function indexTensor(indices: TensorLike, name: string): Value {
  const given = convertToTensor(indices, undefined, `${name}: indices`);
  if (isInteger(given.dtype)) return given.dtype === 'int64' ? given : p.convert(given, 'int32');
  if (given.weak) return p.convert(given, 'int32');
  throw new DTypeError(`${name}: indices have dtype ${given.dtype}; wanted int32 or int64.`);
}

/** Index vectors (…, k) over the first k of `dims` as row numbers (…); the first `trusted` coordinates are right. */
function rowsOf(indices: Value, dims: Dims, name: string, trusted = 0): Value {
  const depth = indices.dims.at(-1);
  if (depth === undefined || depth > dims.length)
    throw new ShapeError(
      `${name}: indices have shape ${showShape(indices.dims)}; the last axis must be at most ${dims.length}, the rank of ${showShape(dims)}.`,
    );
  const outer = indices.dims.slice(0, -1);
  if (depth === 0) return p.full(0, { dims: outer, dtype: indices.dtype });
  const coordinates = Array.from({ length: depth }, (_, k) => {
    const start = indices.dims.map((_n, i) => (i === outer.length ? k : 0));
    const limit = indices.dims.map((n, i) => (i === outer.length ? k + 1 : n));
    return p.reshape(p.slice(indices, start, limit), outer);
  });
  return rowNumbers(coordinates, dims, name, trusted);
}

/** Elements or slices that index vectors name: indices (…, k) and params of rank r give (…, r − k last axes). */
export const gatherNd = reducesRagged(
  signature(
    'gatherNd',
    ['params', 'indices', 'batchDims', 'badIndicesPolicy'],
    (params: TensorLike, indices: TensorLike, batchDims: number = 0, _badIndicesPolicy?: string): Tensor => {
      const x = convertToTensor(params, undefined, 'gatherNd');
      let index = indexTensor(indices, 'gatherNd');
      if (batchDims > 0) {
        // The batch position becomes part of the index vector.
        const outer = index.dims.slice(0, -1);
        const own = Array.from({ length: batchDims }, (_, axis) =>
          p.reshape(p.iota(outer, axis, index.dtype), [...outer, 1]),
        );
        index = p.concatenate([...own, index], outer.length);
      }
      const depth = index.dims.at(-1)!;
      const rows = p.reshape(x, [sizeOf(x.dims.slice(0, depth)), ...x.dims.slice(depth)]);
      return p.takeRows(rows, rowsOf(index, x.dims, 'gatherNd', batchDims)) as Tensor;
    },
  ),
);

function scatter(x: Value, indices: TensorLike, updates: Value, mode: ScatterMode, name: string): Tensor {
  const index = indexTensor(indices, name);
  const depth = index.dims.at(-1) ?? 0;
  const rest = x.dims.slice(depth);
  const wanted = [...index.dims.slice(0, -1), ...rest];
  if (!sameShape(updates.dims, wanted) && !(updates.dims.length <= wanted.length && sizeOf(updates.dims) === 1))
    throw new ShapeError(
      `${name}: updates have shape ${showShape(updates.dims)}; wanted ${showShape(wanted)} for indices ${showShape(index.dims)} into shape ${showShape(x.dims)}.`,
    );
  const fitted = sameShape(updates.dims, wanted) ? updates : p.broadcast(p.reshape(updates, []), wanted, []);
  const rows = p.reshape(x, [sizeOf(x.dims.slice(0, depth)), ...rest]);
  return p.reshape(p.scatterRows(rows, rowsOf(index, x.dims, name), fitted, mode), x.dims) as Tensor;
}

/** Zeros of a shape with updates added where index vectors point. */
export const scatterNd = signature(
  'scatterNd',
  ['indices', 'updates', 'shape', 'badIndicesPolicy'],
  (indices: TensorLike, updates: TensorLike, shape: TensorLike, _badIndicesPolicy?: string): Tensor => {
    const values = convertToTensor(updates, undefined, 'scatterNd');
    const dims = asDims(shape, 'scatterNd: shape');
    if (values.dtype === 'bool')
      return scatter(p.full(0, { dims, dtype: 'bool' }), indices, values, 'max', 'scatterNd');
    return scatter(p.full(0, { dims, dtype: values.dtype }), indices, values, 'add', 'scatterNd');
  },
);

const tensorScatter = (name: string, mode: ScatterMode, negate = false) =>
  signature(
    name,
    ['tensor', 'indices', 'updates', 'badIndicesPolicy'],
    (tensor: TensorLike, indices: TensorLike, updates: TensorLike, _badIndicesPolicy?: string): Tensor => {
      const [x, values] = convertPair(tensor, updates, name);
      return scatter(x, indices, negate ? p.neg(values) : values, mode, name);
    },
  );
/** The tensor with elements or slices replaced. */
export const tensorScatterNdUpdate = tensorScatter('tensorScatterNdUpdate', 'update');
/** The tensor with updates added. */
export const tensorScatterNdAdd = tensorScatter('tensorScatterNdAdd', 'add');
/** The tensor with updates subtracted. */
export const tensorScatterNdSub = tensorScatter('tensorScatterNdSub', 'add', true);
/** The larger of element and updates. */
export const tensorScatterNdMax = tensorScatter('tensorScatterNdMax', 'max');
/** The smaller of element and updates. */
export const tensorScatterNdMin = tensorScatter('tensorScatterNdMin', 'min');
