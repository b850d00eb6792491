// The values of Keras's random initializers for a seed and a shape. Owns fans, scales and the orthogonal matrices; leaves the
// initializers' classes, names and configs to `keras/`.
import type { DType } from '../dtype.ts';
import { roundInPlace } from '../dtype.ts';
import { ShapeError, show, ValueError } from '../errors.ts';
import { householderQ } from './householder.ts';
import { statelessNormal, statelessTruncatedNormal, statelessUniform } from './stateless.ts';
import type { StatelessSeed } from './tensorflow-seed.ts';
import type { FloatArray, FloatDType } from './uniform.ts';

const product = (numbers: readonly number[]) => numbers.reduce((total, n) => total * n, 1);

/** How many inputs and outputs a weight of this shape connects: the last two axes, times the size of the window before them. */
export function computeFans(
  shape: readonly number[],
  inputAxes?: readonly number[] | null,
  outputAxes?: readonly number[] | null,
): { readonly fanIn: number; readonly fanOut: number } {
  if (inputAxes && outputAxes) {
    const along = (axes: readonly number[]) => product(axes.map((axis) => shape.at(axis)!));
    return { fanIn: along(inputAxes), fanOut: along(outputAxes) };
  }
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 };
  if (shape.length === 1) return { fanIn: shape[0]!, fanOut: shape[0]! };
  const window = product(shape.slice(0, -2));
  return { fanIn: shape.at(-2)! * window, fanOut: shape.at(-1)! * window };
}

export type ScalingMode = 'fan_in' | 'fan_out' | 'fan_avg';
export type ScalingDistribution = 'uniform' | 'truncated_normal' | 'untruncated_normal';

export interface VarianceScaling {
  readonly scale?: number;
  readonly mode?: ScalingMode;
  readonly distribution?: ScalingDistribution;
  readonly inputAxes?: readonly number[] | null;
  readonly outputAxes?: readonly number[] | null;
}

/** The standard deviation of a normal deviate cut off at ±2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** `keras.initializers.VarianceScaling`: Glorot's, He's and LeCun's initializers are this one with other options. */
export function varianceScalingValues(
  seed: StatelessSeed,
  shape: readonly number[],
  options: VarianceScaling = {},
  dtype: DType = 'float32',
): FloatArray {
  const { scale = 1, mode = 'fan_in', distribution = 'truncated_normal', inputAxes, outputAxes } = options;
  if (!(scale > 0)) throw new ValueError(`scale: found ${show(scale)}, wanted a positive number.`);
  const { fanIn, fanOut } = computeFans(shape, inputAxes, outputAxes);
  const fan = mode === 'fan_in' ? fanIn : mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2;
  const variance = scale / Math.max(1, fan);
  const count = product(shape);
  if (distribution === 'truncated_normal') {
    return statelessTruncatedNormal(seed, count, { stddev: Math.sqrt(variance) / TRUNCATED_DEVIATION, dtype });
  }
  if (distribution === 'untruncated_normal')
    return statelessNormal(seed, count, { stddev: Math.sqrt(variance), dtype });
  const limit = Math.sqrt(3 * variance);
  return statelessUniform(seed, count, { minval: -limit, maxval: limit, dtype });
}

/** `keras.initializers.Orthogonal`: orthonormal rows or columns, whichever are fewer, times `gain`. */
export function orthogonalValues(
  seed: StatelessSeed,
  shape: readonly number[],
  gain = 1,
  dtype: FloatDType = 'float32',
): FloatArray {
  if (shape.length < 2) throw new ShapeError(`Orthogonal: found shape ${show(shape)}, wanted at least two dimensions.`);
  const rows = product(shape.slice(0, -1));
  const columns = shape.at(-1)!;
  const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
  const q = householderQ(statelessNormal(seed, long * short, { dtype }), long, short, true);
  const values = dtype === 'float64' ? new Float64Array(long * short) : new Float32Array(long * short);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++)
      values[i * columns + j] = gain * (rows < columns ? q[j * short + i]! : q[i * short + j]!);
  }
  roundInPlace(dtype, values);
  return values;
}
