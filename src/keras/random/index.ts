// tf.keras.random: random numbers with Keras's seeds, equal to Keras on TensorFlow number for number.
// Owns: arguments and checks. How numbers come from seeds stands in draws.ts.
import { asDType, type DType, isInteger } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { type Dims, type Shape, showShape } from '../../base/shape.ts';
import { gather } from '../../ops/core/arrange.ts';
import { asDims, convertToTensor } from '../../ops/core/convert.ts';
import { op } from '../../ops/core/define.ts';
import { cast, floating } from '../../ops/math/elementwise.ts';
import { statelessDropout } from '../../ops/nn/dropout.ts';
import { categoricalFrom, normalFrom, truncatedNormalFrom, uniformFrom } from '../../ops/random/distributions.ts';
import { statelessSource } from '../../ops/random/source.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { floatDType } from './dtype.ts';
import { drawSeed, type SeedLike } from './seed-generator.ts';

export { beta, binomial, gamma } from './distributions.ts';
export { SeedGenerator, type SeedGeneratorOptions, type SeedLike } from './seed-generator.ts';

export interface UniformOptions extends Options<{ minval: number; maxval: number; dtype: DType; seed: SeedLike }> {}
export interface NormalOptions extends Options<{ mean: number; stddev: number; dtype: DType; seed: SeedLike }> {}
export interface DrawOptions extends Options<{ dtype: DType; seed: SeedLike }> {}

const dimsOf = (shape: Shape | TensorLike, name: string): Dims => asDims(shape, `keras.random.${name}: shape`);

const sourceOf = (seed: SeedLike, name: string) => statelessSource(drawSeed(seed), `keras.random.${name}`);

/** Uniform numbers in [minval, maxval). */
export function uniform(shape: Shape | TensorLike, options: UniformOptions = {}): Tensor {
  const dtype = floatDType(options.dtype, 'uniform');
  const dims = dimsOf(shape, 'uniform');
  return uniformFrom(
    sourceOf(options.seed, 'uniform'),
    dims,
    options.minval ?? 0,
    options.maxval ?? 1,
    dtype,
    'uniform',
  );
}

/** Normal deviates. */
export function normal(shape: Shape | TensorLike, options: NormalOptions = {}): Tensor {
  const dtype = floatDType(options.dtype, 'normal');
  const dims = dimsOf(shape, 'normal');
  return normalFrom(sourceOf(options.seed, 'normal'), dims, options.mean ?? 0, options.stddev ?? 1, dtype, 'normal');
}

/** Normal deviates within two standard deviations of the mean. */
export function truncatedNormal(shape: Shape | TensorLike, options: NormalOptions = {}): Tensor {
  const dtype = floatDType(options.dtype, 'truncatedNormal');
  const dims = dimsOf(shape, 'truncatedNormal');
  return truncatedNormalFrom(
    sourceOf(options.seed, 'truncatedNormal'),
    dims,
    options.mean ?? 0,
    options.stddev ?? 1,
    dtype,
    'truncatedNormal',
  );
}

/** Whole numbers in [minval, maxval). */
export function randint(shape: Shape | TensorLike, minval: number, maxval: number, options: DrawOptions = {}): Tensor {
  const dtype = asDType(options.dtype ?? 'int32', 'randint: dtype');
  if (!isInteger(dtype)) throw new DTypeError(`keras.random.randint: found dtype ${dtype}, wanted an integer dtype.`);
  if (!Number.isInteger(minval) || !Number.isInteger(maxval) || minval >= maxval)
    throw new ValueError(
      `keras.random.randint: found minval ${show(minval)} and maxval ${show(maxval)}, wanted whole numbers, minval the smaller.`,
    );
  const drawn = dtype === 'int32' ? 'int32' : 'int64';
  const source = sourceOf(options.seed, 'randint');
  return cast(uniformFrom(source, dimsOf(shape, 'randint'), minval, maxval, drawn, 'randint'), dtype);
}

/** `numSamples` classes for each row of unnormalized log-probabilities (batch, classes). */
export function categorical(logits: TensorLike, numSamples: number, options: DrawOptions = {}): Tensor {
  const x = resolve(floating(logits, 'categorical'));
  if (x.dims.length !== 2)
    throw new ShapeError(`keras.random.categorical: logits have shape ${showShape(x.dims)}, wanted (batch, classes).`);
  const dtype = asDType(options.dtype ?? 'int32', 'categorical: dtype');
  return categoricalFrom(sourceOf(options.seed, 'categorical'), x, numSamples, dtype, 'categorical');
}

/** x · keep / (1 − rate), keep drawn for every element, or for every element of `noiseShape`, which is then broadcast. */
export const dropout = op(
  'keras.random.dropout',
  (
    inputs: TensorLike,
    rate: number,
    options: Options<{ noiseShape: readonly (number | null)[] | null; seed: SeedLike }> = {},
  ): Tensor => {
    const x = resolve(floating(inputs, 'dropout'));
    if (!(rate >= 0 && rate <= 1)) throw new ValueError(`dropout: rate is ${show(rate)}, wanted a number from 0 to 1.`);
    if (rate === 0) return x;
    if (rate === 1) return p.zerosLike(x) as Tensor;
    return statelessDropout(x, rate, { seed: drawSeed(options.seed), noiseShape: options.noiseShape ?? undefined });
  },
);

/** The parts along an axis in another order. */
export function shuffle(x: TensorLike, options: Options<{ axis: number; seed: SeedLike }> = {}): Tensor {
  const tensor = convertToTensor(x, undefined, 'shuffle');
  const axis = options.axis ?? 0;
  const keys = uniformFrom(sourceOf(options.seed, 'shuffle'), [tensor.dims.at(axis)!], 0, 1, 'float32', 'shuffle');
  return gather(tensor, p.sort(keys, false)[1] as Tensor, { axis });
}
