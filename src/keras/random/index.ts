// tf.keras.random: random numbers with Keras's seeds, equal to Keras on TensorFlow number for number.
// Owns: arguments and checks. How numbers come from seeds stands in draws.ts.

import { asDType, type DType, isInteger } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { type Dims, type Shape, showShape } from '../../base/shape.ts';
import { gather } from '../../ops/core/arrange.ts';
import { asDims, convertToTensor } from '../../ops/core/convert.ts';
import { signature } from '../../ops/core/signature.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { floating } from '../../ops/math/operands.ts';
import { statelessDropout } from '../../ops/nn/dropout.ts';
import { categoricalFrom, normalFrom, truncatedNormalFrom, uniformFrom } from '../../ops/random/distributions.ts';
import { statelessSource } from '../../ops/random/source.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { floatDType } from './dtype.ts';
import { drawSeed, type SeedLike } from './seed-generator.ts';

export { beta, binomial, gamma } from './distributions.ts';
export { SeedGenerator, type SeedGeneratorOptions, type SeedLike } from './seed-generator.ts';

const dimsOf = (shape: Shape | TensorLike, name: string): Dims => asDims(shape, `keras.random.${name}: shape`);

const sourceOf = (seed: SeedLike, name: string) => statelessSource(drawSeed(seed), `keras.random.${name}`);

/** Uniform numbers in [minval, maxval). */
export const uniform = signature(
  'keras.random.uniform',
  ['shape', 'minval', 'maxval', 'dtype', 'seed'],
  (shape: Shape | TensorLike, minval?: number, maxval?: number, dtype?: DType, seed?: SeedLike): Tensor => {
    const wanted = floatDType(dtype, 'uniform');
    return uniformFrom(
      sourceOf(seed, 'uniform'),
      dimsOf(shape, 'uniform'),
      minval ?? 0,
      maxval ?? 1,
      wanted,
      'uniform',
    );
  },
);

type Deviates = typeof normalFrom;
const deviates = (name: string, draw: Deviates) =>
  signature(
    `keras.random.${name}`,
    ['shape', 'mean', 'stddev', 'dtype', 'seed'],
    (shape: Shape | TensorLike, mean?: number, stddev?: number, dtype?: DType, seed?: SeedLike): Tensor => {
      const wanted = floatDType(dtype, name);
      return draw(sourceOf(seed, name), dimsOf(shape, name), mean ?? 0, stddev ?? 1, wanted, name);
    },
  );
/** Normal deviates. */
export const normal = deviates('normal', normalFrom);
/** Normal deviates within two standard deviations of the mean. */
export const truncatedNormal = deviates('truncatedNormal', truncatedNormalFrom);

/** Whole numbers in [minval, maxval). */
export const randint = signature(
  'keras.random.randint',
  ['shape', 'minval', 'maxval', 'dtype', 'seed'],
  (shape: Shape | TensorLike, minval: number, maxval: number, dtype: DType = 'int32', seed?: SeedLike): Tensor => {
    const wanted = asDType(dtype, 'randint: dtype');
    if (!isInteger(wanted))
      throw new DTypeError(`keras.random.randint: found dtype ${wanted}, wanted an integer dtype.`);
    if (!Number.isInteger(minval) || !Number.isInteger(maxval) || minval >= maxval)
      throw new ValueError(
        `keras.random.randint: found minval ${show(minval)} and maxval ${show(maxval)}, wanted whole numbers, minval the smaller.`,
      );
    const drawn = wanted === 'int32' ? 'int32' : 'int64';
    const source = sourceOf(seed, 'randint');
    return cast(uniformFrom(source, dimsOf(shape, 'randint'), minval, maxval, drawn, 'randint'), wanted);
  },
);

/** `numSamples` classes for each row of unnormalized log-probabilities (batch, classes). */
export const categorical = signature(
  'keras.random.categorical',
  ['logits', 'numSamples', 'dtype', 'seed'],
  (logits: TensorLike, numSamples: number, dtype: DType = 'int32', seed?: SeedLike): Tensor => {
    const x = resolve(floating(logits, 'categorical'));
    if (x.dims.length !== 2)
      throw new ShapeError(
        `keras.random.categorical: logits have shape ${showShape(x.dims)}, wanted (batch, classes).`,
      );
    const wanted = asDType(dtype, 'categorical: dtype');
    return categoricalFrom(sourceOf(seed, 'categorical'), x, numSamples, wanted, 'categorical');
  },
);

/** x · keep / (1 − rate), keep drawn for every element, or for every element of `noiseShape`, which is then broadcast. */
export const dropout = signature(
  'keras.random.dropout',
  ['inputs', 'rate', 'noiseShape', 'seed'],
  (inputs: TensorLike, rate: number, noiseShape?: readonly (number | null)[] | null, seed?: SeedLike): Tensor => {
    const x = resolve(floating(inputs, 'dropout'));
    if (!(rate >= 0 && rate <= 1)) throw new ValueError(`dropout: rate is ${show(rate)}, wanted a number from 0 to 1.`);
    if (rate === 0) return x;
    if (rate === 1) return p.zerosLike(x) as Tensor;
    return statelessDropout(x, rate, { seed: drawSeed(seed), noiseShape: noiseShape ?? undefined });
  },
);

/** The parts along an axis in another order. */
export const shuffle = signature(
  'keras.random.shuffle',
  ['x', 'axis', 'seed'],
  (x: TensorLike, axis?: number, seed?: SeedLike): Tensor => {
    const tensor = convertToTensor(x, undefined, 'shuffle');
    const along = axis ?? 0;
    const keys = uniformFrom(sourceOf(seed, 'shuffle'), [tensor.dims.at(along)!], 0, 1, 'float32', 'shuffle');
    return gather(tensor, p.sort(keys, false)[1] as Tensor, { axis: along });
  },
);
