// Numbers of a few bits: from floats to codes and back.
// Owns: the formulas of tf.keras.quantizers. Leaves what a layer keeps to layers/quantizable-layer.ts.

import type { DType } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { bitwiseAnd, bitwiseOr, bitwiseXor, leftShift, rightShift } from '../../ops/bitwise.ts';
import { concat, gather, reshape, slice, stack, transpose } from '../../ops/core/arrange.ts';
import { bitcast } from '../../ops/core/bitcast.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { customGradient } from '../../ops/core/gradients.ts';
import { pad, roll } from '../../ops/core/pad.ts';
import { signature } from '../../ops/core/signature.ts';
import {
  abs,
  add,
  cast,
  clipByValue,
  divide,
  equal,
  greater,
  greaterEqual,
  isFinite as isFiniteNumber,
  lessEqual,
  logicalAnd,
  maximum,
  multiply,
  negative,
  reciprocal,
  round,
  subtract,
  where,
} from '../../ops/math/elementwise.ts';
import { reduceMax, reduceMin, reduceSum } from '../../ops/math/reduce.ts';
import { atSteps, nudgedLimits } from '../../ops/quantization-steps.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { epsilon as defaultEpsilon } from '../config.ts';

export type Axes = number | readonly number[];
export type ValueRange = readonly [low: number, high: number];
/** Codes round(x · scale) within the range, and scale = high / max|x| along the axes (kept as axes of length 1). */
export const absMaxQuantize = signature(
  'absMaxQuantize',
  ['inputs', 'axis', 'valueRange', 'dtype', 'epsilon', 'toNumpy'],
  (
    inputs: TensorLike,
    axis: Axes,
    [low, high]: ValueRange = [-127, 127],
    dtype: DType = 'int8',
    epsilon: number = defaultEpsilon(),
    // Python's: computed on the host there. Here the numbers are the same either way.
    _toNumpy: boolean = false,
  ): [codes: Tensor, scale: Tensor] => {
    const x = convertToTensor(inputs, undefined, 'absMaxQuantize: inputs');
    const largest = reduceMax(abs(x), { axis: axis as number, keepdims: true });
    const scale = cast(divide(high, add(largest, epsilon)), x.dtype);
    return [cast(clipByValue(round(multiply(x, scale)), low, high), dtype), scale];
  },
);

/**
 * Codes of a matrix in groups of `blockSize` rows, each column of a group with its own scale and zero point:
 * x ≈ (code − zero) · scale. (rows, columns) → codes (rows, columns), scale and zero (groups, columns).
 */
export const absMaxQuantizeGroupedWithZeroPoint = signature(
  'absMaxQuantizeGroupedWithZeroPoint',
  ['inputs', 'blockSize', 'valueRange', 'dtype', 'epsilon', 'toNumpy'],
  (
    inputs: TensorLike,
    blockSize: number,
    [low, high]: ValueRange = [-8, 7],
    dtype: DType = 'int8',
    epsilon: number = defaultEpsilon(),
    toNumpy: boolean = false,
  ): [codes: Tensor, scale: Tensor, zero: Tensor] => {
    const x = convertToTensor(inputs, undefined, 'absMaxQuantizeGroupedWithZeroPoint: inputs');
    if (x.rank !== 2)
      throw new ShapeError(
        `absMaxQuantizeGroupedWithZeroPoint: inputs has shape ${show(x.shape)}; wanted a matrix (rows, columns).`,
      );
    const [rows, columns] = x.dims as [number, number];
    const groups = Math.ceil(rows / blockSize);
    const missing = groups * blockSize - rows;
    const padded =
      missing > 0
        ? pad(x, [
            [0, missing],
            [0, 0],
          ])
        : x;
    const grouped = reshape(padded, [groups, blockSize, columns]);
    // Keras's two ways differ: on the device a single group is measured without the rows that fill it up, and a group of one value gets a range.
    const measured = !toNumpy && groups === 1 ? reshape(x, [1, rows, columns]) : grouped;
    let least = reduceMin(measured, { axis: 1, keepdims: true });
    let most = reduceMax(measured, { axis: 1, keepdims: true });
    if (!toNumpy) {
      const flat = equal(least, most);
      [least, most] = [where(flat, subtract(least, 1), least), where(flat, add(most, 1), most)];
    }
    const scale = divide(add(subtract(most, least), epsilon), high - low);
    const zero = clipByValue(add(round(divide(negative(least), scale)), low), low, high);
    const codes = clipByValue(add(round(divide(grouped, scale)), zero), low, high);
    const flatCodes = reshape(cast(codes, dtype), [groups * blockSize, columns]);
    return [
      slice(flatCodes, [0, 0], [rows, columns]),
      reshape(scale, [groups, columns]),
      cast(reshape(zero, [groups, columns]), 'int8'),
    ];
  },
);

/** (code − zero) · scale, where `groups` says which row (or, along the last axis, column) of scale and zero is whose. */
export function dequantizeGroups(
  codes: Tensor,
  scale: Tensor,
  zero: Tensor,
  groups: Tensor,
  groupAxis: 0 | -1 = -1,
): Tensor {
  const which = cast(groups, 'int32');
  const of = (x: Tensor): Tensor => cast(gather(x, which, { axis: groupAxis }), scale.dtype);
  return multiply(subtract(cast(codes, scale.dtype), of(zero)), of(scale));
}

type ByteType = 'int8' | 'uint8';
function packing(where: string, axis: number, dtype: string, rank: number) {
  if (dtype !== 'int8' && dtype !== 'uint8')
    throw new ValueError(`${where}: dtype is ${show(dtype)}; wanted 'int8' or 'uint8'.`);
  const at = axis < 0 ? axis + rank : axis;
  const order = [at, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== at)];
  return { at, order, back: order.map((_, i) => order.indexOf(i)) };
}
/** Of 0 … 2ⁿ − 1, those with the highest bit are negative. */
const signed = (x: Tensor, sign: number): Tensor => subtract(bitwiseXor(x, sign), sign);

/** Numbers of −8 … 7 along an axis, two in a byte, the first in the lower half: [packed, its shape, the axis' length]. */
export const packInt4 = signature(
  'packInt4',
  ['arr', 'axis', 'dtype'],
  (
    arr: TensorLike,
    axis: number = 0,
    type: ByteType = 'int8',
  ): [packed: Tensor, packedShape: readonly number[], origLen: number] => {
    const x = convertToTensor(arr, undefined, 'packInt4: arr');
    const { at, order, back } = packing('packInt4', axis, type, x.rank);
    if (x.dtype !== type)
      throw new ValueError(
        `packInt4: arr has dtype ${x.dtype}; wanted ${type}: cast it, or give { dtype: '${x.dtype}' }.`,
      );
    const length = x.dims[at]!;
    const front = transpose(cast(x, 'int32'), order);
    const rest = front.dims.slice(1);
    const even =
      length % 2 === 0
        ? front
        : pad(
            front,
            front.dims.map((_, i) => [0, i === 0 ? 1 : 0]),
          );
    const pairs = bitwiseAnd(reshape(even, [even.dims[0]! / 2, 2, ...rest]), 15);
    const bytes = bitwiseOr(gather(pairs, 0, { axis: 1 }), leftShift(gather(pairs, 1, { axis: 1 }), 4));
    const packed = transpose(cast(type === 'int8' ? signed(bytes, 128) : bytes, type), back);
    return [packed, packed.dims, length];
  },
);
/** The numbers that packInt4 packed; `origLen` is the length of the axis then. */
export const unpackInt4 = signature(
  'unpackInt4',
  ['packed', 'origLen', 'axis', 'dtype'],
  (packed: TensorLike, origLen: number, axis: number = 0, type: ByteType = 'int8'): Tensor => {
    const x = convertToTensor(packed, undefined, 'unpackInt4: packed');
    const { order, back } = packing('unpackInt4', axis, type, x.rank);
    if (x.dtype !== 'int8' && x.dtype !== 'uint8')
      throw new ValueError(`unpackInt4: packed has dtype ${x.dtype}; wanted int8 or uint8, as packInt4 gives.`);
    const front = transpose(cast(x, 'int32'), order);
    const rest = front.dims.slice(1);
    const half = (bytes: Tensor): Tensor => {
      const low = bitwiseAnd(bytes, 15);
      return cast(type === 'int8' ? signed(low, 8) : low, type);
    };
    const both = reshape(stack([half(front), half(rightShift(front, 4))], 1), [-1, ...rest]);
    const begin = both.dims.map(() => 0);
    return transpose(slice(both, begin, [origLen, ...rest]), back);
  },
);

/** Rounds to the 2^numBits values between the limits (one pair, or one for each place along `axis`); gradients pass within them. */
export const fakeQuantWithMinMaxVars = signature(
  'fakeQuantWithMinMaxVars',
  ['inputs', 'minVals', 'maxVals', 'numBits', 'narrowRange', 'axis'],
  (
    inputs: TensorLike,
    minVals: TensorLike,
    maxVals: TensorLike,
    numBits: number = 8,
    narrowRange: boolean = false,
    axis: number | null = null,
  ): Tensor => {
    const x = convertToTensor(inputs, undefined, 'fakeQuantWithMinMaxVars: inputs');
    const at = axis === null ? null : axis < 0 ? axis + x.rank : axis;
    const along = x.dims.map((n, i) => (i === at ? n : 1));
    const others = along.flatMap((_, i) => (i === at ? [] : [i]));
    const limits = [minVals, maxVals].map((limit) => cast(convertToTensor(limit), 'float32')) as [Tensor, Tensor];
    const quantized = customGradient((value: Tensor, given: Tensor, other: Tensor) => {
      const shaped = (limit: Tensor): Tensor => reshape(limit, at === null ? [] : along);
      const limits = nudgedLimits(shaped(given), shaped(other), numBits, narrowRange, 'toEven');
      const { low, high } = limits;
      const inverse = divide(2 ** numBits - (narrowRange ? 2 : 1), subtract(shaped(other), shaped(given)));
      const gradient = (upstream: Tensor): Tensor[] => {
        const where0 = (mask: Tensor): Tensor => where(mask, upstream, 0);
        const total = (mask: Tensor): Tensor => reshape(reduceSum(where0(mask), others), given.dims);
        const inside = logicalAnd(greaterEqual(value, low), lessEqual(value, high));
        return [where0(inside), total(greater(low, value)), total(greater(value, high))];
      };
      return [atSteps(value, limits, inverse), gradient];
    });
    return cast(quantized(cast(x, 'float32'), ...limits) as Tensor, x.dtype);
  },
);

// ── Floats of 8 bits ───────────────────────────────────────────────────────────────────────────────────────────────

export type Float8 = 'float8_e4m3fn' | 'float8_e5m2';
/** The largest number, the bits behind the point, the least exponent of normal numbers. */
const formats: Readonly<Record<Float8, { readonly largest: number; readonly bits: number; readonly least: number }>> = {
  float8_e4m3fn: { largest: 448, bits: 3, least: -6 },
  float8_e5m2: { largest: 57344, bits: 2, least: -14 },
};
export const largestFloat8 = (dtype: Float8): number => formats[dtype].largest;

/** The reciprocal of dtypeMax / amax / 2^margin, or the scale as it was where amax is 0 or not finite. */
export const computeFloat8Scale = signature(
  'computeFloat8Scale',
  ['amax', 'scale', 'dtypeMax', 'margin'],
  (amax: TensorLike, scale: TensorLike, dtypeMax: TensorLike, margin: number = 0): Tensor => {
    const largest = cast(amax, 'float32');
    const before = reciprocal(cast(scale, 'float32'));
    const factor = divide(divide(cast(dtypeMax, 'float32'), largest), 2 ** margin);
    const usable = logicalAnd(greater(largest, 0), isFiniteNumber(largest));
    return reciprocal(where(usable, factor, before));
  },
);
/** The history moved on by one, with the largest |x| at its beginning. */
export const computeFloat8AmaxHistory = signature(
  'computeFloat8AmaxHistory',
  ['x', 'amaxHistory'],
  (x: TensorLike, amaxHistory: TensorLike): Tensor => {
    const history = convertToTensor(amaxHistory);
    const largest = cast(reshape(reduceMax(abs(convertToTensor(x))), [1]), history.dtype);
    const moved = roll(history, -1, 0);
    return concat([largest, slice(moved, [1], [history.dims[0]! - 1])], 0);
  },
);
/** x / scale rounded to a float of 8 bits, times the scale. */
export const quantizeAndDequantize = signature(
  'quantizeAndDequantize',
  ['inputs', 'scale', 'quantizedDtype', 'computeDtype'],
  (inputs: TensorLike, scale: TensorLike, quantizedDtype: Float8, computeDtype: DType): Tensor => {
    const format = (formats as Readonly<Record<string, (typeof formats)[Float8]>>)[quantizedDtype];
    if (!format)
      throw new ValueError(
        `quantizeAndDequantize: quantizedDtype is ${show(quantizedDtype)}; wanted 'float8_e4m3fn' or 'float8_e5m2'.`,
      );
    const factor = cast(scale, computeDtype);
    const x = clipByValue(divide(cast(inputs, computeDtype), factor), -format.largest, format.largest);
    // The step between neighbours is a power of two, read from the exponent of the float32.
    const exact = cast(x, 'float32');
    const exponent = subtract(bitwiseAnd(rightShift(bitcast(exact, 'int32'), 23), 255), 127);
    const power = add(subtract(maximum(exponent, format.least), format.bits), 127);
    const step = bitcast(leftShift(power, 23), 'float32');
    return multiply(cast(multiply(round(divide(exact, step)), step), computeDtype), factor);
  },
);
