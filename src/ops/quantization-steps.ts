// The steps of numbers of a few bits within a range: what tf.quantization and keras.quantizers share.
// Owns: the range moved onto its steps, and rounding to them.
import type { Tensor } from '../runtime/tensor.ts';
import {
  add,
  clipByValue,
  divide,
  floor,
  maximum,
  minimum,
  multiply,
  negative,
  round,
  sign,
  subtract,
} from './math/elementwise.ts';

/** Which of two places a half goes to. */
type Halves = 'toEven' | 'awayFromZero';
const rounded = (x: Tensor, halves: Halves): Tensor =>
  halves === 'toEven' ? round(x) : multiply(sign(x), floor(add(multiply(x, sign(x)), 0.5)));

interface Limits {
  readonly low: Tensor;
  readonly high: Tensor;
  readonly step: Tensor;
}
/** The range that whole numbers of so many bits cover, moved so that zero is one of them. */
export function nudgedLimits(low: Tensor, high: Tensor, bits: number, narrow: boolean, halves: Halves): Limits {
  const [least, most] = [narrow ? 1 : 0, 2 ** bits - 1];
  const step = divide(subtract(high, low), most - least);
  const zero = rounded(clipByValue(subtract(least, divide(low, step)), least, most), halves);
  return { low: multiply(subtract(least, zero), step), high: multiply(subtract(most, zero), step), step };
}
/** x within the limits, at the nearest of their steps. */
export function atSteps(x: Tensor, { low, high, step }: Limits, inverse: Tensor): Tensor {
  const zero = floor(add(multiply(negative(low), inverse), 0.5));
  const shifted = subtract(maximum(minimum(x, high), low), low);
  return multiply(floor(add(subtract(multiply(shifted, inverse), zero), 0.5)), step);
}
