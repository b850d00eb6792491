// tf.random: ops that draw new numbers at every call, seeded by tf.random.setSeed and their own seeds as TensorFlow seeds them.
// Owns: their arguments. Streams are in source.ts, numbers in draw.ts.
import { asDType, type DType } from '../../base/dtype.ts';
import { operationSeeds } from '../../base/random/keras-seed.ts';
import { blocksForCategorical, blocksForElements, blocksForShuffle } from '../../base/random/operation-seeds.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asDims, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import {
  type Bound,
  categoricalFrom,
  normalFrom,
  shuffleFrom,
  truncatedNormalFrom,
  uniformFrom,
} from './distributions.ts';
import { operationSource } from './source.ts';

/** Makes all draws after it repeat: the seed of the program. */
export function setSeed(seed: number | bigint | null): void {
  operationSeeds.set(seed);
}

type Seed = number | bigint;
const float = (dtype: DType): boolean => dtype.includes('float');

/** Uniform numbers in [minval, maxval); integers need both limits. */
export const uniform = signature(
  'random.uniform',
  ['shape', 'minval', 'maxval', 'dtype', 'seed'],
  (shape: Shape | TensorLike, minval: Bound = 0, maxval?: Bound, dtype: DType = 'float32', seed?: Seed): Tensor => {
    const dims = asDims(shape, 'random.uniform: shape');
    const type = asDType(dtype);
    const kernel = `${float(type) ? 'RandomUniform' : 'RandomUniformInt'} ${type}`;
    return uniformFrom(
      operationSource(kernel, seed, blocksForElements(sizeOf(dims))),
      dims,
      minval,
      maxval,
      type,
      'random.uniform',
    );
  },
);
/** Normal deviates. */
export const normal = signature(
  'random.normal',
  ['shape', 'mean', 'stddev', 'dtype', 'seed'],
  (
    shape: Shape | TensorLike,
    mean: TensorLike = 0,
    stddev: TensorLike = 1,
    dtype: DType = 'float32',
    seed?: Seed,
  ): Tensor => {
    const dims = asDims(shape, 'random.normal: shape');
    const source = operationSource(`RandomStandardNormal ${dtype}`, seed, blocksForElements(sizeOf(dims)));
    return normalFrom(source, dims, mean, stddev, asDType(dtype), 'random.normal');
  },
);
/** Normal deviates, those beyond two standard deviations drawn again. */
export const truncatedNormal = signature(
  'random.truncatedNormal',
  ['shape', 'mean', 'stddev', 'dtype', 'seed'],
  (
    shape: Shape | TensorLike,
    mean: TensorLike = 0,
    stddev: TensorLike = 1,
    dtype: DType = 'float32',
    seed?: Seed,
  ): Tensor => {
    const dims = asDims(shape, 'random.truncatedNormal: shape');
    const source = operationSource(`TruncatedNormal ${dtype}`, seed, blocksForElements(sizeOf(dims)));
    return truncatedNormalFrom(source, dims, mean, stddev, asDType(dtype), 'random.truncatedNormal');
  },
);
/** The rows in another order. */
export const shuffle = signature('random.shuffle', ['value', 'seed'], (value: TensorLike, seed?: Seed): Tensor => {
  const x = convertToTensor(value, undefined, 'random.shuffle');
  return shuffleFrom(operationSource(`RandomShuffle ${x.dtype}`, seed, blocksForShuffle(x.dims[0] ?? 1)), x);
});
/** `numSamples` classes for each row of unnormalized log-probabilities. */
export const categorical = signature(
  'random.categorical',
  ['logits', 'numSamples', 'dtype', 'seed'],
  (logits: TensorLike, numSamples: number, dtype: DType = 'int64', seed?: Seed): Tensor => {
    const x = convertToTensor(logits, undefined, 'random.categorical');
    const source = operationSource(
      `Multinomial ${x.dtype} ${dtype}`,
      seed,
      blocksForCategorical(x.dims[0] ?? 0, numSamples),
    );
    return categoricalFrom(source, x, numSamples, asDType(dtype), 'random.categorical');
  },
);
