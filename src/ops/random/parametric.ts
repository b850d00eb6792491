// tf.random.gamma, poisson, statelessGamma, statelessPoisson, statelessBinomial, statelessParameterizedTruncatedNormal: a draw for
// each element of the parameters. Owns: shapes and parameters. The algorithms stand in src/base/random/deviates.ts and truncated-normal.ts.
import { asDType, type DType, isFloating } from '../../base/dtype.ts';
import { ShapeError, show } from '../../base/errors.ts';
import { binomialSamples, gammaSamples, poissonSamples } from '../../base/random/deviates.ts';
import { blocksForElements } from '../../base/random/operation-seeds.ts';
import { broadcastShapes, type Dims, type Shape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asDims, convertToTensor } from '../core/convert.ts';
import { doubles, store } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { assertFloatDType, onHost } from './draw.ts';
import { operationSource, type Source, statelessSource } from './source.ts';
import { truncatedNormalNumbers } from './truncated-normal.ts';

type Seed = number | bigint;
const parameter = (x: TensorLike, dtype: DType, name: string): Tensor => {
  const given = convertToTensor(x, undefined, name);
  return (given.dtype === dtype ? given : p.convert(given, dtype)) as Tensor;
};

/** A shape whose last axes are those of the parameters. */
function samplesOf(shape: Shape | TensorLike, own: Dims, name: string): { dims: Dims; samples: number } {
  const dims = asDims(shape, `${name}: shape`);
  const end = dims.slice(dims.length - own.length);
  if (dims.length < own.length || end.some((n, i) => n !== own[i] && own[i] !== 1))
    throw new ShapeError(`${name}: shape ${show(dims)} must end with ${show(own)}, the shape of the parameters.`);
  return { dims, samples: sizeOf(dims.slice(0, dims.length - own.length)) };
}

function gammaFrom(
  source: Source,
  samples: number,
  dims: Dims,
  alpha: Value,
  beta: TensorLike | undefined,
  dtype: DType,
): Tensor {
  const drawn = onHost('gamma', source, [alpha], { dims, dtype }, (stream, [a], out) => {
    store(out, gammaSamples(stream, doubles(a!), samples));
  });
  const tiny =
    dtype === 'float64' ? 2.2250738585072014e-308 : dtype === 'float16' ? 6.103515625e-5 : 1.1754943508222875e-38;
  const scaled = beta === undefined ? drawn : p.div(drawn, p.broadcastTo(parameter(beta, dtype, 'gamma: beta'), dims));
  return p.binary('max', p.full(tiny, scaled), scaled) as Tensor;
}
/** Gamma numbers: shape, then the shape of alpha and beta. */
export const gamma = signature(
  'random.gamma',
  ['shape', 'alpha', 'beta', 'dtype', 'seed'],
  (shape: Shape | TensorLike, alpha: TensorLike, beta?: TensorLike, dtype: DType = 'float32', seed?: Seed): Tensor => {
    const type = asDType(dtype);
    let a: Value = parameter(alpha, type, 'random.gamma: alpha');
    if (beta !== undefined)
      a = p.broadcastTo(a, broadcastShapes(a.dims, parameter(beta, type, 'random.gamma: beta').dims));
    const outer = asDims(shape, 'random.gamma: shape');
    const dims = [...outer, ...a.dims];
    const source = operationSource(`RandomGamma ${type}`, seed, blocksForElements(sizeOf(dims)));
    return gammaFrom(source, sizeOf(outer), dims, a, beta, type);
  },
);
export const statelessGamma = signature(
  'random.statelessGamma',
  ['shape', 'seed', 'alpha', 'beta', 'dtype'],
  (
    shape: Shape | TensorLike,
    seed: TensorLike,
    alpha: TensorLike,
    beta?: TensorLike,
    dtype: DType = 'float32',
  ): Tensor => {
    const type = asDType(dtype);
    let a: Value = parameter(alpha, type, 'random.statelessGamma: alpha');
    if (beta !== undefined)
      a = p.broadcastTo(a, broadcastShapes(a.dims, parameter(beta, type, 'random.statelessGamma: beta').dims));
    const { dims, samples } = samplesOf(shape, a.dims, 'random.statelessGamma');
    return gammaFrom(
      statelessSource(seed, 'random.statelessGamma'),
      samples,
      dims,
      p.broadcastTo(a, dims.slice(dims.length - a.dims.length)),
      beta,
      type,
    );
  },
);

const poissonFrom = (source: Source, samples: number, dims: Dims, rate: Value, dtype: DType): Tensor =>
  onHost('poisson', source, [rate], { dims, dtype }, (stream, [lam], out) => {
    store(out, poissonSamples(stream, doubles(lam!), samples));
  }) as Tensor;
/** Poisson numbers: shape, then the shape of lam. */
export const poisson = signature(
  'random.poisson',
  ['shape', 'lam', 'dtype', 'seed'],
  (shape: Shape | TensorLike, lam: TensorLike, dtype: DType = 'float32', seed?: Seed): Tensor => {
    const type = asDType(dtype);
    const rate = parameter(lam, 'float32', 'random.poisson: lam');
    const outer = asDims(shape, 'random.poisson: shape');
    const dims = [...outer, ...rate.dims];
    return poissonFrom(
      operationSource(`RandomPoissonV2 ${type}`, seed, blocksForElements(sizeOf(dims))),
      sizeOf(outer),
      dims,
      rate,
      type,
    );
  },
);
export const statelessPoisson = signature(
  'random.statelessPoisson',
  ['shape', 'seed', 'lam', 'dtype'],
  (shape: Shape | TensorLike, seed: TensorLike, lam: TensorLike, dtype: DType = 'int32'): Tensor => {
    const given = convertToTensor(lam, undefined, 'random.statelessPoisson: lam');
    const rate = isFloating(given.dtype) ? given : parameter(lam, 'float32', 'random.statelessPoisson: lam');
    const { dims, samples } = samplesOf(shape, rate.dims, 'random.statelessPoisson');
    return poissonFrom(statelessSource(seed, 'random.statelessPoisson'), samples, dims, rate, asDType(dtype));
  },
);
/** Numbers of successes in `counts` trials of probability `probs`. */
export const statelessBinomial = signature(
  'random.statelessBinomial',
  ['shape', 'seed', 'counts', 'probs', 'outputDtype'],
  (
    shape: Shape | TensorLike,
    seed: TensorLike,
    counts: TensorLike,
    probs: TensorLike,
    outputDtype: DType = 'int32',
  ): Tensor => {
    const name = 'random.statelessBinomial';
    const [n, chance] = [parameter(counts, 'float64', name), parameter(probs, 'float64', name)];
    const own = broadcastShapes(n.dims, chance.dims, name);
    const { dims, samples } = samplesOf(shape, own, name);
    return onHost(
      'binomial',
      statelessSource(seed, name),
      [p.broadcastTo(n, own), p.broadcastTo(chance, own)],
      { dims, dtype: asDType(outputDtype) },
      (stream, [a, b], out) => {
        store(out, binomialSamples(stream, doubles(a!), doubles(b!), samples));
      },
    ) as Tensor;
  },
);

/** Normal numbers between minval and maxval: samples, then the shape to which the four parameters broadcast. */
export const statelessParameterizedTruncatedNormal = signature(
  'random.statelessParameterizedTruncatedNormal',
  ['shape', 'seed', 'means', 'stddevs', 'minvals', 'maxvals'],
  (
    shape: Shape | TensorLike,
    seed: TensorLike,
    means: TensorLike = 0,
    stddevs: TensorLike = 1,
    minvals: TensorLike = -2,
    maxvals: TensorLike = 2,
  ): Tensor => {
    const name = 'random.statelessParameterizedTruncatedNormal';
    const given = [means, stddevs, minvals, maxvals].map((x) => convertToTensor(x, undefined, name));
    const dtype = given.find((x) => isFloating(x.dtype) && !x.weak)?.dtype ?? 'float32';
    assertFloatDType(dtype, name);
    const all = given.map((x) => parameter(x, dtype, name));
    const own = all.map((x) => x.dims).reduce((a, b) => broadcastShapes(a, b, name));
    const { dims, samples } = samplesOf(shape, own, name);
    const wide = dims.slice(dims.length - own.length);
    const inputs = all.map((x) => p.broadcastTo(x, wide));
    return onHost(name, statelessSource(seed, name), inputs, { dims, dtype }, (stream, columns, out) => {
      const [mean, stddev, minval, maxval] = columns.map(doubles) as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      const parameters = Array.from(mean, (m, i) => ({
        mean: m,
        stddev: stddev[i]!,
        minval: minval[i]!,
        maxval: maxval[i]!,
      }));
      store(out, truncatedNormalNumbers(stream, samples, parameters, dtype));
    }) as Tensor;
  },
);
