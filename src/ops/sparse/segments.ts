// tf.sparse: reductions of rows that lists of numbers select, and rows of tables by ids with weights.
// Owns: segmentSum and its relatives, embeddingLookupSparse and its safe form.

import { show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { gather } from '../core/arrange.ts';
import { asInteger, asIntegers, convertToTensor } from '../core/convert.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';
import { unsortedSegmentMean, unsortedSegmentSqrtN, unsortedSegmentSum } from '../math/segments.ts';
import { embeddingLookup } from '../nn/embedding.ts';
import { indexRows, type SparseTensor, sparseOf } from './sparse-tensor.ts';

type Combine = (data: TensorLike, segmentIds: TensorLike, numSegments: number) => Tensor;
const selected = (name: string, combine: Combine) =>
  signature(
    name,
    // The gradient by the rows is the same, whether it is kept as rows or written out.
    ['data', 'indices', 'segmentIds', 'numSegments', 'sparseGradient'],
    (
      data: TensorLike,
      indices: TensorLike,
      segmentIds: TensorLike,
      numSegments?: number | Tensor,
      _sparseGradient: boolean = false,
    ): Tensor => {
      const ids = convertToTensor(segmentIds, undefined, name);
      const count =
        numSegments !== undefined
          ? asInteger(numSegments, `${name}: numSegments`)
          : asIntegers(ids, name).reduce((most, id) => Math.max(most, id + 1), 0);
      return combine(gather(data, indices), ids, count);
    },
  );
/** Sums of the rows that `indices` name, by segment. */
export const segmentSum = selected('sparse.segmentSum', unsortedSegmentSum);
export const segmentMean = selected('sparse.segmentMean', unsortedSegmentMean);
export const segmentSqrtN = selected('sparse.segmentSqrtN', unsortedSegmentSqrtN);

export interface EmbeddingOptions {
  readonly combiner?: 'mean' | 'sqrtn' | 'sum' | undefined;
  readonly maxNorm?: number | undefined;
  /** One fused kernel in TensorFlow; the same numbers. */
  readonly allowFastLookup?: boolean | undefined;
}
/** For each row of ids the weighted sum, mean or root-mean of the rows of the table. */
export const embeddingLookupSparse = guarded(
  'nn.embeddingLookupSparse',
  ['params', 'spIds', 'spWeights', 'options'],
  (
    params: TensorLike,
    spIds: SparseTensor,
    spWeights: SparseTensor | null = null,
    options: EmbeddingOptions = {},
  ): Tensor => {
    const { combiner = 'mean', maxNorm } = options;
    if (!['mean', 'sqrtn', 'sum'].includes(combiner))
      throw new ValueError(`embeddingLookupSparse: combiner ${show(combiner)}; wanted 'mean', 'sqrtn' or 'sum'.`);
    const ids = indexRows(spIds).map((row) => row[0]!);
    const segments = integersTensor(ids, [ids.length], 'int32');
    const rows = embeddingLookup(params, spIds.values, maxNorm === undefined ? {} : { maxNorm });
    const weights: Value = spWeights
      ? p.convert(spWeights.values, rows.dtype)
      : p.full(1, { dims: [ids.length], dtype: rows.dtype });
    const count = spIds.shape[0]!;
    const sums = unsortedSegmentSum(p.mul(rows, p.broadcast(weights, rows.dims, [0])) as Tensor, segments, count);
    if (combiner === 'sum') return sums;
    const total = unsortedSegmentSum((combiner === 'mean' ? weights : p.square(weights)) as Tensor, segments, count);
    const divisor = combiner === 'mean' ? total : p.unary('sqrt', total);
    const none = p.compare('equal', divisor, p.zerosLike(divisor));
    const safe = p.select(none, p.onesLike(divisor), divisor);
    return p.div(sums, p.broadcast(safe, sums.dims, [0])) as Tensor;
  },
);

/**
 * embeddingLookupSparse that never fails on what a row lacks: ids below 0 and, but for sums, weights that are not above 0 are left
 * out, and a row without ids gives that of `defaultId`, or zeros. Ids of shape (…, count) give (…, size).
 */
export const safeEmbeddingLookupSparse = guarded(
  'nn.safeEmbeddingLookupSparse',
  ['embeddingWeights', 'sparseIds', 'sparseWeights', 'options'],
  (
    embeddingWeights: TensorLike,
    sparseIds: SparseTensor,
    sparseWeights: SparseTensor | null = null,
    options: EmbeddingOptions & { readonly defaultId?: number | Tensor | null | undefined } = {},
  ): Tensor => {
    const { combiner = 'mean', defaultId: whole = null, ...rest } = options;
    const defaultId = whole === null ? null : asInteger(whole, 'safeEmbeddingLookupSparse: defaultId');
    const outer = sparseIds.shape.slice(0, -1);
    const rows = indexRows(sparseIds).map((row) => row.slice(0, -1).reduce((at, n, axis) => at * outer[axis]! + n, 0));
    const count = outer.reduce((a, b) => a * b, 1);
    const ids = Array.from(sparseIds.values.dataSync() as ArrayLike<number>, Number);
    const weights = sparseWeights ? Array.from(sparseWeights.values.dataSync() as ArrayLike<number>, Number) : null;
    const kept = ids.flatMap((id, i) => (id >= 0 && (combiner === 'sum' || !weights || weights[i]! > 0) ? [i] : []));
    const filled = new Set(kept.map((i) => rows[i]!));
    const empty = Array.from({ length: count }, (_, row) => row).filter((row) => !filled.has(row));
    const at = [...kept.map((i) => [rows[i]!, i]), ...empty.map((row) => [row, 0])];
    const size = [count, sparseIds.shape.at(-1)!];
    const all = [...kept.map((i) => ids[i]!), ...empty.map(() => defaultId ?? 0)];
    const given = weights && [...kept.map((i) => weights[i]!), ...empty.map(() => 1)];
    const result = embeddingLookupSparse(
      embeddingWeights,
      sparseOf(at, integersTensor(all, [all.length], 'int64'), size),
      given && sparseWeights && sparseOf(at, eagerTensor(Float32Array.from(given), [given.length], 'float32'), size),
      { combiner, ...rest },
    );
    const known = p.broadcast(
      eagerTensor(
        Uint8Array.from({ length: count }, (_, row) => (filled.has(row) ? 1 : 0)),
        [count],
        'bool',
      ),
      result.dims,
      [0],
    );
    const safe = defaultId === null ? p.select(known, result, p.zerosLike(result)) : result;
    return p.reshape(safe, [...outer, ...result.dims.slice(1)]) as Tensor;
  },
);
