// tf.nn.dropout: zeroes a random share of elements and scales up the rest.
// Owns: the stateful and the stateless form.

import { show, ValueError } from '../../base/errors.ts';
import { blocksForElements } from '../../base/random/operation-seeds.ts';
import { broadcastShapes, type Shape, sizeOf } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asDims } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { floating } from '../math/operands.ts';
import { assertFloatDType, unitUniform } from '../random/draw.ts';
import { operationSource, type Source, statelessSource } from '../random/source.ts';

function drop(
  x: Tensor,
  rate: number | Tensor,
  noiseShape: Shape | TensorLike | undefined,
  source: (elements: number) => Source,
  name: string,
): Tensor {
  if (typeof rate === 'number') {
    if (!(rate >= 0 && rate < 1))
      throw new ValueError(`${name}: rate ${show(rate)}; wanted a number in [0, 1): the share to drop.`);
    if (rate === 0) return x;
  }
  const { dtype } = x;
  assertFloatDType(dtype, name);
  const given = noiseShape === undefined ? x.dims : (noiseShape as Shape);
  const dims = Array.isArray(given)
    ? given.map((n, i) => n ?? x.dims[i]!)
    : asDims(given as TensorLike, `${name}: noiseShape`);
  const share = typeof rate === 'number' ? p.scalar(rate, dtype) : p.convert(rate, dtype);
  const noise = unitUniform(source(sizeOf(dims)), dims, dtype);
  const keep = p.compare('greaterEqual', noise, p.broadcastTo(share, dims));
  const factor =
    typeof rate === 'number'
      ? p.full(1 / (1 - rate), x)
      : p.broadcastTo(p.reciprocal(p.sub(p.onesLike(share), share)), x.dims);
  const wide = broadcastShapes(dims, x.dims, name);
  return p.select(
    p.broadcastTo(keep, wide),
    p.broadcastTo(p.mul(x, factor), wide),
    p.full(0, { dims: wide, dtype }),
  ) as Tensor;
}

/** Sets a share `rate` of elements to 0 and divides the others by 1 − rate. */
export const dropout = signature(
  'dropout',
  ['x', 'rate', 'noiseShape', 'seed'],
  (x: TensorLike, rate: number | Tensor, noiseShape?: Shape | TensorLike, seed?: number | bigint): Tensor => {
    const value = floating(x, 'dropout');
    const source = (n: number): Source => operationSource(`RandomUniform ${value.dtype}`, seed, blocksForElements(n));
    return drop(value, rate, noiseShape, source, 'dropout');
  },
);
/** Dropout as a function of its seed. */
export const statelessDropout = signature(
  'statelessDropout',
  ['x', 'rate', 'seed', 'rngAlg', 'noiseShape'],
  (x: TensorLike, rate: number | Tensor, seed: TensorLike, _rngAlg?: string, noiseShape?: Shape | TensorLike): Tensor =>
    drop(
      floating(x, 'statelessDropout'),
      rate,
      noiseShape,
      () => statelessSource(seed, 'statelessDropout'),
      'statelessDropout',
    ),
);
