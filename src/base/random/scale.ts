// Ranges of uniform numbers, means and deviations of normal ones: x · scale + shift with a rounding after each step, as
// TensorFlow's two ops have it.

import { roundToBfloat16, roundToFloat16 } from '../dtype.ts';
import { type PhiloxStream, philoxFloats } from './philox.ts';
import { type FloatArray, type FloatDType, uniformFloats } from './uniform.ts';

const rounding: Readonly<Record<FloatDType, (x: number) => number>> = {
  float16: roundToFloat16,
  bfloat16: roundToBfloat16,
  float32: Math.fround,
  float64: (x) => x,
};

/** x · scale + shift in place. */
export function scaleAndShift(data: FloatArray, dtype: FloatDType, scale: number, shift: number): FloatArray {
  const round = rounding[dtype];
  const [by, to] = [round(scale), round(shift)];
  if (by === 1 && to === 0) return data;
  for (let i = 0; i < data.length; i++) data[i] = round(round(data[i]! * by) + to);
  return data;
}

/** Uniform numbers of [0, 1) moved to [low, high), in place. */
function toRange(data: FloatArray, dtype: FloatDType, low: number, high: number): FloatArray {
  const round = rounding[dtype];
  return scaleAndShift(data, dtype, round(round(high) - round(low)), low);
}

/** `count` numbers of a stream in [low, high). */
export function uniformInRange(
  stream: PhiloxStream,
  count: number,
  dtype: FloatDType,
  low: number,
  high: number,
): FloatArray {
  const from = Math.fround(low);
  const drawn = dtype === 'float32' && philoxFloats(stream, count, Math.fround(Math.fround(high) - from), from);
  return drawn || toRange(uniformFloats(stream, count, dtype), dtype, low, high);
}
