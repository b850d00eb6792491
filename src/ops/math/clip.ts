// tf.clipByNorm, tf.clipByGlobalNorm: gradients kept at a length.
// Owns: norms over axes and over lists of tensors. clipByValue stands in elementwise.ts.

import { ValueError } from '../../base/errors.ts';
import { normalizeAxes } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { floating, spreadOver } from './operands.ts';

/** t, scaled down where its norm over the axes is above clipNorm. */
export const clipByNorm = signature(
  'clipByNorm',
  ['t', 'clipNorm', 'axes'],
  (t: TensorLike, clipNorm: TensorLike, axes?: Axis): Tensor => {
    const x = floating(t, 'clipByNorm');
    const list = normalizeAxes(axes, x.dims.length, 'clipByNorm');
    const squares = p.reduceSum(p.square(x), list);
    const positive = p.compare('greater', squares, p.zerosLike(squares));
    // The root of a safe number: at 0 its derivative is infinite.
    const norm = p.select(positive, p.unary('sqrt', p.select(positive, squares, p.onesLike(squares))), squares);
    const given = p.broadcastTo(convertPair(x, clipNorm, 'clipByNorm')[1], norm.dims);
    // Clipped to less than nothing is clipped to nothing.
    const limit = p.binary('max', given, p.zerosLike(given));
    return p.div(p.mul(x, spreadOver(limit, x, list)), spreadOver(p.binary('max', norm, limit), x, list)) as Tensor;
  },
);

type List = readonly (TensorLike | null)[];
/** √Σ of all squares of a list of tensors. */
export const globalNorm = signature('globalNorm', ['tList'], (tList: List): Tensor => {
  const squares = tList
    .filter((t) => t !== null && t !== undefined)
    .map((t) => {
      const x = floating(t, 'globalNorm');
      return p.reduceSum(
        p.square(x),
        x.dims.map((_, i) => i),
      );
    });
  if (squares.length === 0) throw new ValueError('globalNorm: found an empty list, wanted at least one tensor.');
  return p.unary(
    'sqrt',
    squares.reduce<Value>((a, b, i) => (i === 0 ? b : p.add(a, b)), squares[0]!),
  ) as Tensor;
});

/** All tensors scaled by one factor so that their global norm is at most clipNorm; and the norm. */
export const clipByGlobalNorm = signature(
  'clipByGlobalNorm',
  ['tList', 'clipNorm', 'useNorm'],
  (tList: List, clipNorm: TensorLike, useNorm?: TensorLike): [list: (Tensor | null)[], globalNorm: Tensor] => {
    const norm = useNorm === undefined ? globalNorm(tList as never) : floating(useNorm, 'clipByGlobalNorm: useNorm');
    const limit = p.broadcastTo(convertPair(norm, clipNorm, 'clipByGlobalNorm')[1], norm.dims);
    const one = p.onesLike(norm);
    const scale = p.mul(limit, p.binary('min', p.div(one, norm), p.div(one, limit)));
    // An infinite norm makes everything NaN, so that it is noticed.
    const safe = p.add(scale, p.sub(norm, norm));
    const clipped = tList.map((t) => {
      if (t === null || t === undefined) return null;
      const x = floating(t, 'clipByGlobalNorm');
      return p.mul(x, p.broadcast(p.convert(safe, x.dtype), x.dims, [])) as Tensor;
    });
    return [clipped, norm];
  },
);
