// tf.nn: rows of tables by number.
// Owns: embeddingLookup and membership among the k largest.

import { ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { gather } from '../core/arrange.ts';
import { convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { spreadOver } from '../math/operands.ts';

/** The rows of `params` that `ids` name, each scaled down to norm `maxNorm` at most. */
export const embeddingLookup = signature(
  'embeddingLookup',
  ['params', 'ids', 'maxNorm'],
  (params: TensorLike, ids: TensorLike, maxNorm?: number): Tensor => {
    const rows = gather(params, ids);
    if (maxNorm === undefined) return rows;
    const axes = rows.dims.map((_, axis) => axis).slice(convertToTensor(ids, undefined, 'embeddingLookup').dims.length);
    const norm = p.unary('sqrt', p.reduceSum(p.square(rows), axes));
    const limit = p.full(maxNorm, norm);
    // As clipByNorm: the division is by the larger of the two.
    const factor = p.div(limit, p.binary('max', norm, limit));
    return p.mul(rows, spreadOver(factor, rows, axes)) as Tensor;
  },
);

/** Whether the target class is among the k largest of its row; classes that tie at the limit count as inside. */
export const inTopK = signature(
  'inTopK',
  ['targets', 'predictions', 'k'],
  (targets: TensorLike, predictions: TensorLike, k: number): Tensor => {
    const t = convertToTensor(targets, undefined, 'inTopK: targets');
    const x = convertToTensor(predictions, undefined, 'inTopK: predictions');
    if (x.dims.length !== 2 || t.dims.length !== 1 || t.dims[0] !== x.dims[0])
      throw new ShapeError(
        `inTopK: targets ${showShape(t.dims)} and predictions ${showShape(x.dims)}; wanted (batch,) and (batch, classes).`,
      );
    const hit = p.compare('equal', spreadOver(t, x, [1]), p.iota(x.dims, 1, t.dtype));
    const own = p.reduceSum(p.select(hit, x, p.zerosLike(x)), [1]);
    const larger = p.reduceSum(p.convert(p.compare('greater', x, spreadOver(own, x, [1])), 'int32'), [1]);
    const known = p.reduceMax(hit, [1]);
    return p.binary(
      'and',
      p.binary('and', known, p.isFinite(own)),
      p.compare('less', larger, p.full(k, larger)),
    ) as Tensor;
  },
);
