// tf.random.stateless*: numbers that are a function of the seed alone.
// Owns: their arguments, splitting and folding of seeds.
import { asDType, type DType, isFloating } from '../../base/dtype.ts';
import { DTypeError, ShapeError } from '../../base/errors.ts';
import { indexShuffle as shuffledIndex } from '../../base/random/shuffle.ts';
import { foldIn as foldSeed, splitSeed } from '../../base/random/tensorflow-seed.ts';
import { type Shape, showShape, sizeOf } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asDims, convertToTensor } from '../core/convert.ts';
import { op } from '../core/define.ts';
import { bindArguments, type Callable, signature } from '../core/signature.ts';
import {
  type Bound,
  categoricalFrom,
  normalFrom,
  shuffleFrom,
  truncatedNormalFrom,
  uniformFrom,
} from './distributions.ts';
import { integers } from './draw.ts';
import { statelessSource } from './source.ts';

type UniformParameters = [
  shape: Shape | TensorLike,
  seed: TensorLike,
  minval?: Bound | null,
  maxval?: Bound | null,
  dtype?: DType,
  alg?: string,
];
const UNIFORM = ['shape', 'seed', 'minval', 'maxval', 'dtype', 'alg'] as const;
/** Uniform numbers in [minval, maxval); with null for both limits, integers over the whole range of their dtype. */
export const statelessUniform = op('random.statelessUniform', ((...args: unknown[]): Tensor => {
  const name = 'random.statelessUniform';
  const bound = bindArguments(name, UNIFORM, args, true) as Partial<UniformParameters>;
  const [shape, seed, minval = 0, maxval, dtype = 'float32'] = bound;
  const dims = asDims(shape as TensorLike, `${name}: shape`);
  const type = asDType(dtype);
  return uniformFrom(statelessSource(seed!, name), dims, isFloating(type) ? (minval ?? 0) : minval, maxval, type, name);
}) as never) as Callable<UniformParameters, typeof UNIFORM, Tensor>;

/** Normal deviates. */
export const statelessNormal = signature(
  'random.statelessNormal',
  ['shape', 'seed', 'mean', 'stddev', 'dtype', 'alg'],
  (
    shape: Shape | TensorLike,
    seed: TensorLike,
    mean: TensorLike = 0,
    stddev: TensorLike = 1,
    dtype: DType = 'float32',
    _alg?: string,
  ): Tensor => {
    const name = 'random.statelessNormal';
    return normalFrom(statelessSource(seed, name), asDims(shape, `${name}: shape`), mean, stddev, asDType(dtype), name);
  },
);
/** Normal deviates, those beyond two standard deviations drawn again. */
export const statelessTruncatedNormal = signature(
  'random.statelessTruncatedNormal',
  ['shape', 'seed', 'mean', 'stddev', 'dtype', 'alg'],
  (
    shape: Shape | TensorLike,
    seed: TensorLike,
    mean: TensorLike = 0,
    stddev: TensorLike = 1,
    dtype: DType = 'float32',
    _alg?: string,
  ): Tensor => {
    const name = 'random.statelessTruncatedNormal';
    return truncatedNormalFrom(
      statelessSource(seed, name),
      asDims(shape, `${name}: shape`),
      mean,
      stddev,
      asDType(dtype),
      name,
    );
  },
);
/** `numSamples` classes for each row of unnormalized log-probabilities. */
export const statelessCategorical = signature(
  'random.statelessCategorical',
  ['logits', 'numSamples', 'seed', 'dtype'],
  (logits: TensorLike, numSamples: number, seed: TensorLike, dtype: DType = 'int64'): Tensor => {
    const name = 'random.statelessCategorical';
    return categoricalFrom(
      statelessSource(seed, name),
      convertToTensor(logits, undefined, name),
      numSamples,
      asDType(dtype),
      name,
    );
  },
);
/** The rows in another order. */
export const statelessShuffle = signature(
  'random.experimental.statelessShuffle',
  ['value', 'seed', 'alg'],
  (value: TensorLike, seed: TensorLike, _alg?: string): Tensor =>
    shuffleFrom(statelessSource(seed, 'statelessShuffle'), convertToTensor(value, undefined, 'statelessShuffle')),
);

function seedTensor(seed: TensorLike, name: string): Tensor {
  const given = resolve(convertToTensor(seed, undefined, `${name}: seed`));
  if (given.dtype !== 'int32' && given.dtype !== 'int64')
    throw new DTypeError(`${name}: the seed has dtype ${given.dtype}; wanted int32 or int64.`);
  return given;
}
/** `num` seeds from one, (num, 2). */
export const split = signature(
  'random.split',
  ['seed', 'num', 'alg'],
  (seed: TensorLike, num: number = 2, _alg?: string): Tensor => {
    const given = seedTensor(seed, 'random.split');
    const dtype = given.dtype as 'int32' | 'int64';
    if (given.elements)
      return eagerTensor(splitSeed(given.elements as ArrayLike<number | bigint>, num, dtype), [num, 2], dtype);
    return integers(statelessSource(given, 'random.split'), [num, 2], dtype, { minval: null, maxval: null }) as Tensor;
  },
);
export const statelessSplit = split;
/** A seed from a seed and a number. */
export const foldIn = signature(
  'random.foldIn',
  ['seed', 'data', 'alg'],
  (seed: TensorLike, data: number | bigint | Tensor, _alg?: string): Tensor => {
    const given = seedTensor(seed, 'random.foldIn');
    const dtype = given.dtype as 'int32' | 'int64';
    const folded = resolve(convertToTensor(data, undefined, 'random.foldIn: data'));
    if (given.elements && folded.elements)
      return eagerTensor(
        foldSeed(given.elements as ArrayLike<number | bigint>, folded.elements[0] as number, dtype),
        [2],
        dtype,
      );
    const first = integers(statelessSource(given, 'random.foldIn'), [1], dtype, { minval: null, maxval: null });
    return p.concatenate([first, p.reshape(p.convert(folded, dtype), [1])], 0) as Tensor;
  },
);
export const statelessFoldIn = foldIn;

const shuffledIndices =
  (name: string, width: number) =>
  (index: TensorLike, seed: TensorLike, maxIndex: TensorLike, rounds: number = 4): Tensor => {
    const at = convertToTensor(index, undefined, `${name}: index`);
    const keys = convertToTensor(seed, undefined, `${name}: seed`);
    const limits = convertToTensor(maxIndex, undefined, `${name}: maxIndex`);
    if (keys.dims.at(-1) !== width)
      throw new ShapeError(`${name}: seed has shape ${showShape(keys.dims)}; wanted (${width}), or (batch, ${width}).`);
    const indices = Array.from(at.dataSync() as ArrayLike<number | bigint>, Number);
    const words = Array.from(keys.dataSync() as ArrayLike<number | bigint>);
    const most = Array.from(limits.dataSync() as ArrayLike<number | bigint>, Number);
    // Any of the three may be a batch; what is not serves all.
    const dims = [at.dims, keys.dims.slice(0, -1), limits.dims].find((own) => own.length > 0) ?? [];
    const moved = Float64Array.from({ length: sizeOf(dims) }, (_, i) => {
      const own = keys.dims.length > 1 ? words.slice(width * i, width * (i + 1)) : words;
      return shuffledIndex(indices[at.dims.length > 0 ? i : 0]!, own, most[limits.dims.length > 0 ? i : 0]!, rounds);
    });
    return p.convert(eagerTensor(moved, dims, 'float64'), at.dtype) as Tensor;
  };
/** Where an index comes to in a random permutation of 0 … maxIndex that is never written out. */
export const indexShuffle = signature(
  'random.experimental.indexShuffle',
  ['index', 'seed', 'maxIndex'],
  (index: TensorLike, seed: TensorLike, maxIndex: TensorLike): Tensor =>
    shuffledIndices('indexShuffle', 2)(index, seed, maxIndex),
);
/** indexShuffle with all three words of the key, and the number of rounds. */
export const randomIndexShuffle = signature(
  'randomIndexShuffle',
  ['index', 'seed', 'maxIndex', 'rounds'],
  shuffledIndices('randomIndexShuffle', 3),
);
