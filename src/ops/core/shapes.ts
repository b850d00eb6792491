// tf.shape, tf.size, tf.rank and what is computed from shapes alone.
// Owns: shapes as tensors. Shapes are known while a function is traced, so these are constants there.

import { allocate, asDType, type DType, isBig } from '../../base/dtype.ts';
import { ShapeError, show } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { broadcastShapes, type Dims, type Shape, showShape, sizeOf } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { countsRagged } from '../ragged/accepts.ts';
import { asDims, asIntegers, convertToTensor } from './convert.ts';
import { signature } from './signature.ts';

/** Whole numbers as a tensor. */
export function integersTensor(values: readonly number[], dims: Dims, dtype: DType): Tensor {
  const data = allocate(dtype, values.length);
  if (isBig(dtype)) (data as BigInt64Array).set(values.map(BigInt));
  else (data as Float64Array).set(values);
  return eagerTensor(data, dims, dtype);
}

/** The shape as a tensor. */
export const shape = signature('shape', ['input', 'outType'], (input: TensorLike, outType: DType = 'int32'): Tensor => {
  const { dims } = convertToTensor(input, undefined, 'shape');
  return integersTensor(dims, [dims.length], asDType(outType));
});
/** The shapes of several tensors. */
export const shapeN = signature(
  'shapeN',
  ['input', 'outType'],
  (input: readonly TensorLike[], outType: DType = 'int32'): Tensor[] => input.map((x) => shape(x, outType)),
);
/** The number of elements. */
export const size = countsRagged(
  signature(
    'size',
    ['input', 'outType'],
    (input: TensorLike, outType: DType = 'int32'): Tensor =>
      integersTensor([sizeOf(convertToTensor(input, undefined, 'size').dims)], [], asDType(outType)),
  ),
);
/** The number of axes. */
export const rank = countsRagged(
  signature(
    'rank',
    ['input'],
    (input: TensorLike): Tensor => integersTensor([convertToTensor(input, undefined, 'rank').dims.length], [], 'int32'),
  ),
);
/** The tensor, if its shape is as said; null stands for any length. */
export const ensureShape = signature('ensureShape', ['x', 'shape'], (x: TensorLike, wanted: Shape): Tensor => {
  const t = convertToTensor(x, undefined, 'ensureShape');
  if (wanted.length !== t.dims.length || wanted.some((n, i) => n !== null && n !== -1 && n !== t.dims[i]))
    throw new ShapeError(`ensureShape: found shape ${showShape(t.dims)}, wanted ${showShape(wanted)}.`);
  return t;
});
/** The shape that both broadcast to, from shapes as tensors. */
export const broadcastDynamicShape = signature(
  'broadcastDynamicShape',
  ['shapeX', 'shapeY'],
  (shapeX: TensorLike, shapeY: TensorLike): Tensor => {
    const first = convertToTensor(shapeX, undefined, 'broadcastDynamicShape');
    const dims = broadcastShapes(asDims(first, 'broadcastDynamicShape'), asDims(shapeY, 'broadcastDynamicShape'));
    return integersTensor(dims, [dims.length], first.dtype === 'int64' ? 'int64' : 'int32');
  },
);
/** The shape that both broadcast to. */
export const broadcastStaticShape = guarded(
  'broadcastStaticShape',
  ['shapeX', 'shapeY'],
  (shapeX: Dims, shapeY: Dims): Dims => broadcastShapes(shapeX, shapeY, 'broadcastStaticShape'),
);

/** Index vectors of positions in a flattened array: (rank, …). */
export const unravelIndex = signature(
  'unravelIndex',
  ['indices', 'dims'],
  (indices: TensorLike, dims: TensorLike): Tensor => {
    const flat = convertToTensor(indices, undefined, 'unravelIndex');
    const lengths = asIntegers(dims, 'unravelIndex: dims');
    const size = sizeOf(lengths);
    const { elements } = flat;
    if (elements)
      for (const index of elements as ArrayLike<number> & Iterable<number>)
        if (Number(index) < 0 || Number(index) >= size)
          throw new ShapeError(
            `unravelIndex: index ${index} is out of range for shape ${show(lengths)} with ${size} elements.`,
          );
    const parts = lengths.map((n, axis) => {
      const stride = lengths.slice(axis + 1).reduce((a, b) => a * b, 1);
      const quotient = p.div(flat, p.full(stride, flat));
      return p.reshape(p.binary('rem', quotient, p.full(n, flat)), [1, ...flat.dims]);
    });
    return p.concatenate(parts, 0) as Tensor;
  },
);

/** Paddings and crops that make spatial lengths multiples of the block shape. */
export const requiredSpaceToBatchPaddings = signature(
  'requiredSpaceToBatchPaddings',
  ['inputShape', 'blockShape', 'basePaddings'],
  (inputShape: TensorLike, blockShape: TensorLike, basePaddings?: TensorLike): [paddings: Tensor, crops: Tensor] => {
    const lengths = asIntegers(inputShape, 'requiredSpaceToBatchPaddings');
    const block = asIntegers(blockShape, 'requiredSpaceToBatchPaddings');
    const base =
      basePaddings === undefined
        ? lengths.flatMap(() => [0, 0])
        : asIntegers(convertToTensor(basePaddings), 'requiredSpaceToBatchPaddings');
    const extra = lengths.map((n, i) => {
      const full = n + base[2 * i]! + base[2 * i + 1]!;
      return (block[i]! - (full % block[i]!)) % block[i]!;
    });
    return [
      integersTensor(
        lengths.flatMap((_, i) => [base[2 * i]!, base[2 * i + 1]! + extra[i]!]),
        [lengths.length, 2],
        'int32',
      ),
      integersTensor(
        extra.flatMap((n) => [0, n]),
        [lengths.length, 2],
        'int32',
      ),
    ];
  },
);
