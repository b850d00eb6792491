// tf.sparse.
// Owns: ops on sparse tensors. Values stay differentiable; indices must be known now.

import type { DType } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import {
  normalizeAxes,
  normalizeAxis,
  resolveReshape,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
} from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, asIntegers, convertPair, convertToTensor } from '../core/convert.ts';
import { gatherNd } from '../core/gather-nd.ts';
import { IndexedSlices } from '../core/indexed-slices.ts';
import { nonZeroIndices } from '../core/non-zero.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';
import { softmaxOver } from '../nn/softmax.ts';
import { indexRows, pick, SparseTensor, sortedRows, sparseOf } from './sparse-tensor.ts';

export { bincount } from './bincount.ts';
export { cross, crossHashed } from './cross.ts';
export { sampledAddmm } from './sampled-product.ts';
export { segmentMean, segmentSqrtN, segmentSum } from './segments.ts';
export { SparseTensor } from './sparse-tensor.ts';

/** The places of the elements in the flattened dense tensor. */
const places = (x: SparseTensor, name: string): number[] => {
  const strides = stridesOf(x.shape);
  return indexRows(x).map((row, position) =>
    row.reduce((sum, n, axis) => {
      if (!(n >= 0 && n < x.shape[axis]!))
        throw new ValueError(
          `${name}: index ${show(row)} at position ${position} is out of range for the dense shape ${show(x.shape)}: wanted 0 to ${x.shape[axis]! - 1} on axis ${axis}.`,
        );
      return sum + n * strides[axis]!;
    }, 0),
  );
};
/** All elements, those that are not named `defaultValue`; throws for indices that are repeated or out of order. */
export const toDense = signature(
  'sparse.toDense',
  ['spInput', 'defaultValue', 'validateIndices'],
  (spInput: SparseTensor, defaultValue?: TensorLike, validateIndices: boolean = true): Tensor => {
    const flat = places(spInput, 'sparse.toDense');
    const bad = validateIndices ? flat.findIndex((place, i) => i > 0 && place <= flat[i - 1]!) : -1;
    if (bad > 0)
      throw new ValueError(
        `sparse.toDense: index ${show(indexRows(spInput)[bad])} at position ${bad} is ${flat[bad] === flat[bad - 1] ? 'repeated' : 'out of order'}; wanted each once, in order (tf.sparse.reorder), or validateIndices: false.`,
      );
    return spread(spInput, flat, defaultValue);
  },
);
/** The dense tensor of elements at places of the flattened one; of several at one place the last. */
function spread(spInput: SparseTensor, flat: readonly number[], defaultValue?: TensorLike): Tensor {
  const fill = defaultValue ?? (spInput.dtype === 'string' ? '' : 0);
  if (spInput.dtype === 'string') {
    const data = new Array<string>(sizeOf(spInput.shape)).fill(String(fill));
    flat.forEach((place, i) => {
      data[place] = (spInput.values.elements as string[])[i]!;
    });
    return eagerTensor(data, spInput.shape, 'string');
  }
  const value = convertPair(spInput.values, fill, 'sparse.toDense')[1];
  const start = p.broadcastTo(value, [sizeOf(spInput.shape)]);
  const rows = integersTensor(flat, [flat.length], 'int32');
  return p.reshape(p.scatterRows(start, rows, spInput.values, 'update'), spInput.shape) as Tensor;
}
/** The elements that are not zero. */
export function fromDense(tensor: TensorLike): SparseTensor {
  const x = convertToTensor(tensor, undefined, 'sparse.fromDense');
  const found =
    x.dtype === 'string'
      ? nonZeroIndices(
          eagerTensor(
            Uint8Array.from(x.elements as string[], (s) => (s.length > 0 ? 1 : 0)),
            x.dims,
            'bool',
          ),
          'sparse.fromDense',
        )
      : nonZeroIndices(x, 'sparse.fromDense');
  if (x.dtype !== 'string') return SparseTensor(found, gatherNd(x, found), x.dims as number[]);
  const strides = stridesOf(x.dims);
  const flat = Array.from(found.dataSync() as BigInt64Array, Number);
  const values = Array.from({ length: found.dims[0]! }, (_, i) =>
    strides.reduce((sum, s, k) => sum + s * flat[i * strides.length + k]!, 0),
  );
  return SparseTensor(
    found,
    values.map((at) => (x.elements as string[])[at]!),
    x.dims as number[],
  );
}
/** Indices in lexicographic order. */
export const reorder = guarded('sparse.reorder', ['spInput'], (spInput: SparseTensor): SparseTensor => {
  const rows = indexRows(spInput);
  const order = sortedRows(rows);
  return sparseOf(
    order.map((i) => rows[i]!),
    pick(spInput.values, order),
    spInput.shape,
  );
});
export const reshape = signature(
  'sparse.reshape',
  ['spInput', 'shape'],
  (spInput: SparseTensor, shape: TensorLike): SparseTensor => {
    const dims = resolveReshape(
      asIntegers(shape, 'sparse.reshape'),
      sizeOf(spInput.shape),
      'sparse.reshape',
      spInput.shape,
    );
    const strides = stridesOf(dims);
    return sparseOf(
      places(spInput, 'sparse.reshape').map((at) => dims.map((n, i) => Math.floor(at / strides[i]!) % n)),
      spInput.values,
      dims,
    );
  },
);
export const transpose = signature(
  'sparse.transpose',
  ['spInput', 'perm'],
  (spInput: SparseTensor, perm?: readonly number[]): SparseTensor => {
    const order = perm ?? spInput.shape.map((_, i) => spInput.rank - 1 - i);
    return reorder(
      sparseOf(
        indexRows(spInput).map((row) => order.map((i) => row[i]!)),
        spInput.values,
        order.map((i) => spInput.shape[i]!),
      ),
    );
  },
);
export const expandDims = signature(
  'sparse.expandDims',
  ['spInput', 'axis'],
  (spInput: SparseTensor, axis: number | Tensor = -1): SparseTensor => {
    const at = normalizeAxis(asInteger(axis, 'sparse.expandDims: axis'), spInput.rank + 1, 'sparse.expandDims');
    const insert = (list: readonly number[], n: number): number[] => [...list.slice(0, at), n, ...list.slice(at)];
    return sparseOf(
      indexRows(spInput).map((row) => insert(row, 0)),
      spInput.values,
      insert(spInput.shape, 1),
    );
  },
);
export const concat = signature(
  'sparse.concat',
  ['axis', 'spInputs', 'expandNonconcatDims'],
  (axis: number | Tensor, spInputs: readonly SparseTensor[], expandNonconcatDims: boolean = false): SparseTensor => {
    const first = spInputs[0];
    if (!first) throw new ValueError('sparse.concat: found an empty list, wanted at least one sparse tensor.');
    const at = normalizeAxis(asInteger(axis, 'sparse.concat: axis'), first.rank, 'sparse.concat');
    const longest = first.shape.map((n, i) => spInputs.reduce((most, x) => Math.max(most, x.shape[i] ?? 0), n));
    const other = spInputs.find(
      (x) =>
        x.rank !== first.rank || (!expandNonconcatDims && x.shape.some((n, i) => i !== at && n !== first.shape[i])),
    );
    if (other)
      throw new ShapeError(
        `sparse.concat: shapes ${showShape(first.shape)} and ${showShape(other.shape)} differ beside axis ${at}; wanted equal ones, or expandNonconcatDims: true.`,
      );
    let offset = 0;
    const rows = spInputs.flatMap((x) => {
      const moved = indexRows(x).map((row) => row.map((n, i) => (i === at ? n + offset : n)));
      offset += x.shape[at]!;
      return moved;
    });
    const values = p.concatenate(
      spInputs.map((x) => x.values),
      0,
    ) as Tensor;
    return reorder(
      sparseOf(
        rows,
        values,
        longest.map((n, i) => (i === at ? offset : n)),
      ),
    );
  },
);
export const slice = signature(
  'sparse.slice',
  ['spInput', 'start', 'size'],
  (spInput: SparseTensor, start: TensorLike, size: TensorLike): SparseTensor => {
    const [from, lengths] = [asIntegers(start, 'sparse.slice'), asIntegers(size, 'sparse.slice')];
    const dims = spInput.shape.map((n, i) => Math.max(0, Math.min(lengths[i]!, n - from[i]!)));
    const rows = indexRows(spInput);
    const kept = rows.flatMap((row, i) => (row.every((n, k) => n >= from[k]! && n < from[k]! + dims[k]!) ? [i] : []));
    return sparseOf(
      kept.map((i) => rows[i]!.map((n, k) => n - from[k]!)),
      pick(spInput.values, kept),
      dims,
    );
  },
);
/** Equal parts along an axis; the first ones are longer where it does not divide. */
export const split = signature(
  'sparse.split',
  ['spInput', 'numSplit', 'axis'],
  (spInput: SparseTensor, numSplit: number | Tensor, axis: number | Tensor = 0): SparseTensor[] => {
    const parts = asInteger(numSplit, 'sparse.split: numSplit');
    const at = normalizeAxis(asInteger(axis, 'sparse.split: axis'), spInput.rank, 'sparse.split');
    const n = spInput.shape[at]!;
    let offset = 0;
    return Array.from({ length: parts }, (_, k) => {
      const length = Math.floor(n / parts) + (k < n % parts ? 1 : 0);
      const result = slice(
        spInput,
        spInput.shape.map((_m, i) => (i === at ? offset : 0)),
        spInput.shape.map((m, i) => (i === at ? length : m)),
      );
      offset += length;
      return result;
    });
  },
);
export const retain = signature(
  'sparse.retain',
  ['spInput', 'toRetain'],
  (spInput: SparseTensor, toRetain: TensorLike): SparseTensor => {
    const kept = Array.from(convertToTensor(toRetain).dataSync() as ArrayLike<number>, Number).flatMap((keep, i) =>
      keep ? [i] : [],
    );
    const rows = indexRows(spInput);
    return sparseOf(
      kept.map((i) => rows[i]!),
      pick(spInput.values, kept),
      spInput.shape,
    );
  },
);
/**
 * The sum of two sparse tensors, or of a sparse and a dense one, which is dense.
 * @param threshold sums of two sparse tensors whose magnitude is smaller take no place in the result.
 * @throws where the shapes differ.
 * @example tf.sparse.add(a, b, 0.1)
 * @see https://www.tensorflow.org/api_docs/python/tf/sparse/add
 */
export const add = signature(
  'sparse.add',
  ['a', 'b', 'threshold'],
  (
    a: SparseTensor | TensorLike,
    b: SparseTensor | TensorLike,
    threshold: number | Tensor = 0,
  ): SparseTensor | Tensor => {
    const least = threshold instanceof Tensor ? Number(threshold.item()) : threshold;
    if (!(a instanceof SparseTensor))
      return b instanceof SparseTensor ? addDense(b, a) : (p.add(...convertPair(a, b, 'sparse.add')) as Tensor);
    if (!(b instanceof SparseTensor)) return addDense(a, b);
    const sum = combine(a, b, 'add');
    if (!(least > 0)) return sum;
    const values = Array.from(sum.values.dataSync() as ArrayLike<number | bigint>, Number);
    return retain(
      sum,
      values.map((value) => Math.abs(value) >= least),
    );
  },
);
function addDense(x: SparseTensor, other: TensorLike): Tensor {
  const dense = convertToTensor(other, x.dtype, 'sparse.add');
  if (!sameShape(dense.dims, x.shape))
    throw new ShapeError(`sparse.add: shapes ${show(x.shape)} and ${show(dense.dims)}; wanted equal ones.`);
  const rows = integersTensor(places(x, 'sparse.add'), [x.values.dims[0]!], 'int32');
  const flat = p.reshape(dense, [sizeOf(x.shape)]);
  return p.reshape(p.scatterRows(flat, rows, x.values, 'add'), x.shape) as Tensor;
}
function combine(a: SparseTensor, b: SparseTensor, mode: 'add' | 'max' | 'min'): SparseTensor {
  if (a.shape.join() !== b.shape.join())
    throw new ShapeError(`sparse: shapes ${show(a.shape)} and ${show(b.shape)}; wanted equal ones.`);
  const name = mode === 'add' ? 'sparse.add' : `sparse.${mode}imum`;
  const [left, right] = [places(a, name), places(b, name)];
  const all = [...new Set([...left, ...right])].sort((x, y) => x - y);
  const positions = new Map(all.map((place, i) => [place, i]));
  const at = (list: readonly number[]): Tensor =>
    integersTensor(
      list.map((place) => positions.get(place)!),
      [list.length],
      'int32',
    );
  const empty = p.full(0, { dims: [all.length], dtype: a.dtype });
  const onto = (x: SparseTensor, list: readonly number[]) => p.scatterRows(empty, at(list), x.values, 'add');
  const strides = stridesOf(a.shape);
  const values = p.binary(mode, onto(a, left), onto(b, right)) as Tensor;
  return sparseOf(
    all.map((place) => a.shape.map((n, i) => Math.floor(place / strides[i]!) % n)),
    values,
    a.shape,
  );
}
export const maximum = guarded(
  'sparse.maximum',
  ['spA', 'spB'],
  (spA: SparseTensor, spB: SparseTensor): SparseTensor => combine(spA, spB, 'max'),
);
export const minimum = guarded(
  'sparse.minimum',
  ['spA', 'spB'],
  (spA: SparseTensor, spB: SparseTensor): SparseTensor => combine(spA, spB, 'min'),
);

/** The product of a sparse matrix and a dense one, either of them first. */
export const sparseDenseMatmul = signature(
  'sparse.sparseDenseMatmul',
  ['spA', 'b', 'adjointA', 'adjointB'],
  (
    spA: SparseTensor | TensorLike,
    b: TensorLike | SparseTensor,
    adjointA: boolean = false,
    adjointB: boolean = false,
  ): Tensor => product(spA, b, adjointA, adjointB),
);
function product(
  spA: SparseTensor | TensorLike,
  b: TensorLike | SparseTensor,
  adjointA: boolean,
  adjointB: boolean,
): Tensor {
  if (!(spA instanceof SparseTensor)) {
    if (!(b instanceof SparseTensor))
      throw new ValueError('sparse.sparseDenseMatmul: found two dense matrices; wanted a sparse one among them.');
    // A·B = (Bᵀ·Aᵀ)ᵀ
    return p.transpose(product(b, spA as TensorLike, !adjointB, !adjointA), [1, 0]) as Tensor;
  }
  if (b instanceof SparseTensor) return product(spA, toDense(b), adjointA, adjointB);
  const dense = convertToTensor(b, undefined, 'sparse.sparseDenseMatmul');
  const right = adjointB ? p.transpose(dense, [1, 0]) : dense;
  const rows = indexRows(spA);
  const [to, from] = adjointA ? [1, 0] : [0, 1];
  if (spA.rank !== 2 || spA.shape[from] !== right.dims[0])
    throw new ShapeError(`sparse.sparseDenseMatmul: shapes ${show(spA.shape)} and ${show(right.dims)} do not fit.`);
  const index = (k: number): Tensor =>
    integersTensor(
      rows.map((row) => row[k]!),
      [rows.length],
      'int32',
    );
  const taken = p.takeRows(right, index(from));
  const products = p.mul(taken, p.broadcast(spA.values, taken.dims, [0]));
  return p.scatterRows(
    p.full(0, { dims: [spA.shape[to]!, right.dims[1]!], dtype: spA.dtype }),
    index(to),
    products,
    'add',
  ) as Tensor;
}
const reduceDense = (spInput: SparseTensor, axis: Axis | undefined, keepdims: boolean, max: boolean): Tensor => {
  const axes = normalizeAxes(axis, spInput.rank, 'sparse.reduce');
  const kept = spInput.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const dims = kept.map((i) => spInput.shape[i]!);
  const strides = stridesOf(dims);
  places(spInput, 'sparse.reduce');
  const rows = integersTensor(
    indexRows(spInput).map((row) => kept.reduce((sum, axisOf, k) => sum + row[axisOf]! * strides[k]!, 0)),
    [spInput.values.dims[0]!],
    'int32',
  );
  const start = p.full(max ? Number.NEGATIVE_INFINITY : 0, { dims: [sizeOf(dims)], dtype: spInput.dtype });
  const result = p.scatterRows(start, rows, spInput.values, max ? 'max' : 'add');
  const filled = max ? p.select(p.isFinite(result), result, p.zerosLike(result)) : result;
  return p.reshape(filled, keepdims ? spInput.shape.map((n, i) => (axes.includes(i) ? 1 : n)) : dims) as Tensor;
};
const reduction = (name: string, max: boolean) =>
  signature(
    name,
    ['spInput', 'axis', 'keepdims', 'outputIsSparse'],
    (spInput: SparseTensor, axis?: Axis, keepdims: boolean = false, outputIsSparse: boolean = false) => {
      const dense = reduceDense(spInput, axis, keepdims, max);
      return outputIsSparse ? fromDense(dense) : dense;
    },
  );
type Reduction = {
  (
    spInput: SparseTensor,
    options: { readonly axis?: Axis; readonly keepdims?: boolean; readonly outputIsSparse: true },
  ): SparseTensor;
  (
    spInput: SparseTensor,
    options?: { readonly axis?: Axis; readonly keepdims?: boolean; readonly outputIsSparse?: false },
  ): Tensor;
  (spInput: SparseTensor, axis?: Axis, keepdims?: boolean, outputIsSparse?: boolean): Tensor;
};
/** Sums over axes; with `outputIsSparse` those that are not zero. */
export const reduceSum = reduction('sparse.reduceSum', false) as Reduction;
/** The largest elements over axes. */
export const reduceMax = reduction('sparse.reduceMax', true) as Reduction;
/** Softmax over the named elements of the last axis. */
export const softmax = guarded('sparse.softmax', ['spInput'], (spInput: SparseTensor): SparseTensor => {
  const dense = spread(spInput, places(spInput, 'sparse.softmax'), Number.NEGATIVE_INFINITY);
  const result = softmaxOver(dense, dense.dims.length - 1) as Tensor;
  return spInput.withValues(gatherNd(result, spInput.indices));
});
/** Ones on the diagonal. */
export const eye = signature(
  'sparse.eye',
  ['numRows', 'numColumns', 'dtype'],
  (numRows: number | Tensor, numColumns?: number | Tensor, dtype: DType = 'float32'): SparseTensor => {
    const rows = asInteger(numRows, 'sparse.eye: numRows');
    const columns = numColumns === undefined ? rows : asInteger(numColumns, 'sparse.eye: numColumns');
    const n = Math.min(rows, columns);
    return sparseOf(
      Array.from({ length: n }, (_, i) => [i, i]),
      p.full(1, { dims: [n], dtype }) as Tensor,
      [rows, columns],
    );
  },
);
/** Rows without elements get `defaultValue` in their first column; and which rows these were. */
export const fillEmptyRows = signature(
  'sparse.fillEmptyRows',
  ['spInput', 'defaultValue'],
  (spInput: SparseTensor, defaultValue: TensorLike): [SparseTensor, Tensor] => {
    const rows = indexRows(spInput);
    const filled = new Set(rows.map((row) => row[0]!));
    const empty = Array.from({ length: spInput.shape[0]! }, (_, i) => i).filter((i) => !filled.has(i));
    const added = p.broadcastTo(convertPair(spInput.values, defaultValue, 'sparse.fillEmptyRows')[1], [empty.length]);
    const all = [...rows, ...empty.map((i) => spInput.shape.map((_, k) => (k === 0 ? i : 0)))];
    const result = reorder(sparseOf(all, p.concatenate([spInput.values, added], 0) as Tensor, spInput.shape));
    return [
      result,
      eagerTensor(
        Uint8Array.from({ length: spInput.shape[0]! }, (_, i) => (filled.has(i) ? 0 : 1)),
        [spInput.shape[0]!],
        'bool',
      ),
    ];
  },
);
/** true where an id occurs: (…, vocabSize). */
export const toIndicator = signature(
  'sparse.toIndicator',
  ['spInput', 'vocabSize'],
  (spInput: SparseTensor, vocabSize: number | Tensor): Tensor => {
    const n = asInteger(vocabSize, 'sparse.toIndicator');
    const dims = [...spInput.shape.slice(0, -1), n];
    const strides = stridesOf(dims);
    const data = new Uint8Array(sizeOf(dims));
    const ids = spInput.values.dataSync();
    indexRows(spInput).forEach((row, i) => {
      data[row.slice(0, -1).reduce((sum, k, axis) => sum + k * strides[axis]!, 0) + Number(ids[i])] = 1;
    });
    return eagerTensor(data, dims, 'bool');
  },
);
/** An op on the values, the indices as they were. */
export const mapValues = guarded(
  'sparse.mapValues',
  ['op', '...args'],
  (op: (...args: unknown[]) => Tensor, ...args: readonly unknown[]): SparseTensor | Tensor => {
    const sparse = args.find((arg) => arg instanceof SparseTensor) as SparseTensor | undefined;
    const result = op(...args.map((arg) => (arg instanceof SparseTensor ? arg.values : arg)));
    return sparse ? sparse.withValues(result) : result;
  },
);
/** The same elements in a larger shape, or in the smallest that holds them. */
export const resetShape = signature(
  'sparse.resetShape',
  ['spInput', 'newShape'],
  (spInput: SparseTensor, newShape?: TensorLike): SparseTensor => {
    const rows = indexRows(spInput);
    const least = spInput.shape.map((_, axis) => rows.reduce((most, row) => Math.max(most, row[axis]! + 1), 0));
    const dims = newShape === undefined ? least : asIntegers(newShape, 'sparse.resetShape');
    if (dims.length !== spInput.rank || dims.some((n, i) => n < (newShape === undefined ? least : spInput.shape)[i]!))
      throw new ShapeError(
        `sparse.resetShape: shape ${show(dims)} is smaller than ${show(spInput.shape)}; wanted each axis at least as long.`,
      );
    return sparseOf(rows, spInput.values, dims);
  },
);
/** The rows of an IndexedSlices without those at the given indices. */
export const mask = signature(
  'sparse.mask',
  ['a', 'maskIndices'],
  (a: IndexedSlices, maskIndices: TensorLike): IndexedSlices => {
    const without = new Set(asIntegers(maskIndices, 'sparse.mask: maskIndices'));
    const places = asIntegers(a.indices, 'sparse.mask: a');
    const kept = places.flatMap((place, i) => (without.has(place) ? [] : [i]));
    return IndexedSlices(pick(a.values, kept), pick(a.indices, kept), a.denseShape);
  },
);
