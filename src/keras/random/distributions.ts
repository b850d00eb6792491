// keras.random.gamma, beta and binomial: deviates drawn by rejection, in JavaScript, eagerly and as calls inside programs.
// Owns: parameters and shapes. The methods stand in src/base/random/deviates.ts.
import type { DType } from '../../base/dtype.ts';
import { binomialSamples, gammaSamples } from '../../base/random/deviates.ts';
import { broadcastShapes, type Dims, type Shape, sizeOf } from '../../base/shape.ts';
import { broadcastTo } from '../../ops/core/arrange.ts';
import { asDims, convertToTensor } from '../../ops/core/convert.ts';
import { signature } from '../../ops/core/signature.ts';
import { add, cast, divide } from '../../ops/math/elementwise.ts';
import { onHost } from '../../ops/random/draw.ts';
import { statelessSource } from '../../ops/random/source.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { floatDType } from './dtype.ts';
import { drawSeed, type SeedLike } from './seed-generator.ts';

const SMALLEST = 1.1754943508222875e-38;

/** A parameter as float64, of a shape. */
const spread = (value: TensorLike, dims: Dims, name: string): Tensor =>
  resolve(broadcastTo(cast(convertToTensor(value, undefined, name), 'float64'), dims));

function drawGamma(seed: Tensor, dims: Dims, alpha: TensorLike, dtype: DType): Tensor {
  const given = convertToTensor(alpha, undefined, 'gamma: alpha');
  broadcastShapes(given.dims, dims, 'keras.random.gamma');
  // Each parameter draws its samples one after the other.
  const shapes = spread(given, given.dims, 'gamma: alpha');
  const samples = shapes.size === 0 ? 0 : sizeOf(dims) / shapes.size;
  const drawn = onHost(
    'gamma',
    statelessSource(seed, 'keras.random.gamma'),
    [shapes],
    { dims, dtype: 'float64' },
    (stream, [each], out) => {
      (out.data as Float64Array).set(gammaSamples(stream, each!.data as Float64Array, samples));
    },
  ) as Tensor;
  return p.binary('max', p.convert(drawn, dtype), p.full(SMALLEST, { dims, dtype })) as Tensor;
}

/** Gamma deviates of shape α and scale 1; α broadcasts to the shape. */
export const gamma = signature(
  'keras.random.gamma',
  ['shape', 'alpha', 'dtype', 'seed'],
  (shape: Shape | TensorLike, alpha: TensorLike, dtype?: DType, seed?: SeedLike): Tensor => {
    const dims = asDims(shape, 'keras.random.gamma: shape');
    return drawGamma(drawSeed(seed), dims, alpha, floatDType(dtype, 'gamma'));
  },
);

/** Beta deviates: a / (a + b) of gamma deviates a and b. */
export const beta = signature(
  'keras.random.beta',
  ['shape', 'alpha', 'beta', 'dtype', 'seed'],
  (shape: Shape | TensorLike, alpha: TensorLike, betas: TensorLike, dtype?: DType, seed?: SeedLike): Tensor => {
    const dims = asDims(shape, 'keras.random.beta: shape');
    const wanted = floatDType(dtype, 'beta');
    const drawn = drawSeed(seed);
    const a = drawGamma(drawn, dims, spread(alpha, dims, 'beta: alpha'), wanted);
    const b = drawGamma(p.offset(drawn, 12) as Tensor, dims, spread(betas, dims, 'beta: beta'), wanted);
    return divide(a, add(a, b));
  },
);

/** How many of `counts` trials succeed, each with its probability. Both broadcast to the last axes of the shape. */
export const binomial = signature(
  'keras.random.binomial',
  ['shape', 'counts', 'probabilities', 'dtype', 'seed'],
  (
    shape: Shape | TensorLike,
    counts: TensorLike,
    probabilities: TensorLike,
    dtype?: DType,
    seed?: SeedLike,
  ): Tensor => {
    const dims = asDims(shape, 'keras.random.binomial: shape');
    const wanted = floatDType(dtype, 'binomial');
    const [n, q] = [convertToTensor(counts), convertToTensor(probabilities)];
    const each = broadcastShapes(n.dims, q.dims, 'keras.random.binomial');
    const samples = sizeOf(each) === 0 ? 0 : sizeOf(dims) / sizeOf(each);
    const drawn = onHost(
      'binomial',
      statelessSource(drawSeed(seed), 'keras.random.binomial'),
      [spread(n, each, 'binomial: counts'), spread(q, each, 'binomial: probabilities')],
      { dims, dtype: 'float64' },
      (stream, [trials, chances], out) => {
        const values = binomialSamples(stream, trials!.data as Float64Array, chances!.data as Float64Array, samples);
        (out.data as Float64Array).set(values);
      },
    );
    return p.convert(drawn, wanted) as Tensor;
  },
);
