// tf.ragged.
// Owns: making ragged tensors from lists, ranges, masks and stacks.

import { asDType, type DType } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { normalizeAxis, showShape } from '../../base/shape.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { concat, expandDims, gather, squeeze, stack as stackPlain } from '../core/arrange.ts';
import { asInteger, asIntegers, convertToTensor } from '../core/convert.ts';
import { nonZeroIndices } from '../core/non-zero.ts';
import { dynamicPartition } from '../core/partition.ts';
import { integersTensor } from '../core/shapes.ts';
import { type Callable, signature } from '../core/signature.ts';
import { RaggedTensor, raggedFromList } from './ragged-tensor.ts';

export { cross, crossHashed } from './cross.ts';

/** Of lists in a list a ragged tensor, whose type is known where neither rank nor inner shape is given. */
type Constant = Callable<
  [pylist: readonly (readonly unknown[])[], dtype?: DType],
  readonly ['pylist', 'dtype'],
  RaggedTensor
> &
  Callable<
    [
      pylist: readonly unknown[],
      dtype?: DType,
      raggedRank?: number | Tensor,
      innerShape?: readonly number[],
      rowSplitsDtype?: DType,
    ],
    readonly ['pylist', 'dtype', 'raggedRank', 'innerShape', 'rowSplitsDtype'],
    RaggedTensor | Tensor
  >;
/** Nested lists of different lengths. */
export const constant: Constant = signature(
  'ragged.constant',
  ['pylist', 'dtype', 'raggedRank', 'innerShape', 'rowSplitsDtype'],
  (
    pylist: readonly unknown[],
    dtype?: DType,
    raggedRank?: number | Tensor,
    innerShape?: readonly number[],
    _rowSplitsDtype?: DType,
  ): RaggedTensor | Tensor =>
    raggedFromList(
      pylist,
      dtype === undefined ? undefined : asDType(dtype),
      raggedRank === undefined ? undefined : asInteger(raggedRank, 'ragged.constant: raggedRank'),
      innerShape,
    ),
) as object as Constant;
/** For each start and limit the numbers between. */
export const range = signature(
  'ragged.range',
  ['starts', 'limits', 'deltas', 'dtype', 'rowSplitsDtype'],
  (
    starts: TensorLike,
    limits?: TensorLike,
    deltas: TensorLike = 1,
    ofType?: DType,
    _rowSplitsDtype?: DType,
  ): RaggedTensor => {
    const list = (x: TensorLike): number[] =>
      Array.from(convertToTensor(x, undefined, 'ragged.range').dataSync() as ArrayLike<number>, Number);
    const [from, to] = limits === undefined ? [[0], list(starts)] : [list(starts), list(limits)];
    const by = list(deltas);
    const n = Math.max(from.length, to.length, by.length);
    const at = (values: readonly number[], i: number): number => values[values.length === 1 ? 0 : i]!;
    const rows = Array.from({ length: n }, (_, i) => {
      const [a, b, d] = [at(from, i), at(to, i), at(by, i)];
      return Array.from({ length: Math.max(0, Math.ceil((b - a) / d)) }, (_unused, k) => a + k * d);
    });
    const flat = rows.flat();
    const given = [starts, limits, deltas].flatMap((x) =>
      x === undefined || typeof x === 'number' ? [] : [convertToTensor(x, undefined, 'ragged.range').dtype],
    );
    const dtype = ofType ?? given[0] ?? (flat.every(Number.isInteger) ? 'int32' : 'float32');
    return RaggedTensor.fromRowLengths(
      convertToTensor(flat, asDType(dtype)),
      rows.map((row) => row.length),
    );
  },
);
type Rows = Tensor | RaggedTensor;

/**
 * The elements where a mask holds: rows of `data` for a mask of one axis, else what is left of each row, which makes the result ragged.
 * @param data `(rows, …)`, plain or ragged.
 * @param mask bool, plain or ragged: its axes are the first ones of `data`, with rows of the same lengths.
 * @throws where the mask has rows of other lengths, or more axes than `data`.
 * @example tf.ragged.booleanMask([[1, 2, 3], [4, 5, 6]], [[true, false, true], [false, false, true]]); // [[1, 3], [6]]
 * @see https://www.tensorflow.org/api_docs/python/tf/ragged/boolean_mask
 */
export const booleanMask = signature(
  'ragged.booleanMask',
  ['data', 'mask'],
  (data: TensorLike | RaggedTensor, mask: TensorLike | RaggedTensor): Rows => {
    const name = 'ragged.booleanMask';
    const [x, m] = [data, mask].map((value) =>
      value instanceof RaggedTensor ? value : convertToTensor(value, undefined, name),
    ) as [Rows, Rows];
    if (m.dtype !== 'bool') throw new DTypeError(`${name}: mask: found dtype ${m.dtype}, wanted bool.`);
    const rank = m.shape.length;
    if (rank === 0 || rank > x.shape.length)
      throw new ShapeError(
        `${name}: mask: found shape ${showShape(m.shape)} for data of shape ${showShape(x.shape)}; wanted one axis at least, and no more than data has.`,
      );
    return masked(raggedDownTo(x, rank), raggedDownTo(m, rank), name);
  },
);
/** The same rows with as many ragged axes as a mask of that rank asks for. */
function raggedDownTo(x: Rows, rank: number): Rows {
  const depth = rank - 1;
  if (depth === 0) return x;
  if (!(x instanceof RaggedTensor)) return RaggedTensor.fromTensor(x, { raggedRank: depth });
  return x.raggedRank >= depth ? x : x.withValues(raggedDownTo(x.values, depth) as RaggedTensor);
}
function masked(x: Rows, m: Rows, name: string): Rows {
  if (!(m instanceof RaggedTensor)) {
    if (m.dims[0] !== x.shape[0])
      throw new ShapeError(`${name}: mask: found ${m.dims[0]} values for ${x.shape[0]} rows of data.`);
    return gather(x as Tensor, squeeze(nonZeroIndices(m, name), [1]));
  }
  const { values, rowSplits } = x as RaggedTensor;
  const [lengths, wanted] = [m, x as RaggedTensor].map((rows) => asIntegers(rows.rowLengths(), name)) as [
    number[],
    number[],
  ];
  const other = lengths.findIndex((n, i) => n !== wanted[i]);
  if (lengths.length !== wanted.length || other >= 0)
    throw new ShapeError(`${name}: mask: found row lengths ${show(lengths)}, wanted those of data, ${show(wanted)}.`);
  const inner = masked(values, m.values, name);
  if (m.values instanceof RaggedTensor) return RaggedTensor.fromRowSplits(inner, rowSplits);
  const kept = Array.from(m.values.dataSync() as ArrayLike<number>, Number);
  let place = 0;
  return RaggedTensor.fromRowLengths(
    inner,
    lengths.map((n) => kept.slice(place, (place += n)).filter((keep) => keep !== 0).length),
  );
}
const asRows = (rows: readonly Tensor[]): RaggedTensor =>
  RaggedTensor.fromRowLengths(
    concat(rows, 0),
    rows.map((row) => row.dims[0]!),
  );
/** Tensors, ragged or not, of one rank and of different lengths under a new axis. Along the last axis of plain ones: a plain one. */
export const stack = signature(
  'ragged.stack',
  ['values', 'axis'],
  (values: readonly (TensorLike | RaggedTensor)[], axis: number | Tensor = 0): RaggedTensor | Tensor => {
    const name = 'ragged.stack';
    if (values.length === 0) throw new ValueError(`${name}: found an empty list, wanted at least one tensor.`);
    const all = values.map((value) =>
      value instanceof RaggedTensor ? value : convertToTensor(value, undefined, name),
    );
    const rank = all[0]!.shape.length;
    const other = all.find((x) => x.shape.length !== rank);
    if (other)
      throw new ShapeError(
        `${name}: shapes ${showShape(all[0]!.shape)} and ${showShape(other.shape)}; wanted tensors of one rank.`,
      );
    const at = normalizeAxis(asInteger(axis, `${name}: axis`), rank + 1, name);
    if (all.length === 1) return expandDims(all[0] as RaggedTensor, at);
    if (all.every((x) => x instanceof Tensor)) {
      if (rank === 1 && at === 0) return asRows(all);
      if (at >= rank - 1) return stackPlain(all, at);
    }
    const ragged = all.map((x) => (x instanceof Tensor && rank > 1 ? RaggedTensor.fromTensor(x) : x));
    return stackPlain(ragged as RaggedTensor[], at);
  },
);
/** The rows of data by partition. */
export const stackDynamicPartitions = signature(
  'ragged.stackDynamicPartitions',
  ['data', 'partitions', 'numPartitions'],
  (data: TensorLike, partitions: TensorLike, numPartitions: number | Tensor): RaggedTensor =>
    asRows(
      dynamicPartition(data, partitions, asInteger(numPartitions, 'ragged.stackDynamicPartitions: numPartitions')),
    ),
);
const typeOfSplits = (x: TensorLike): DType =>
  convertToTensor(x, undefined, 'ragged').dtype === 'int32' ? 'int32' : 'int64';
export const rowSplitsToSegmentIds = guarded(
  'ragged.rowSplitsToSegmentIds',
  ['splits', 'options'],
  (splits: TensorLike, options: { readonly outType?: DType } = {}): Tensor => {
    const list = asIntegers(splits, 'ragged.rowSplitsToSegmentIds');
    const ids = list.slice(1).flatMap((end, i) => new Array<number>(end - list[i]!).fill(i));
    return integersTensor(ids, [ids.length], options.outType ?? typeOfSplits(splits));
  },
);
export const segmentIdsToRowSplits = signature(
  'ragged.segmentIdsToRowSplits',
  ['segmentIds', 'numSegments', 'outType'],
  (segmentIds: TensorLike, numSegments?: number | Tensor, outType?: DType): Tensor => {
    const ids = asIntegers(segmentIds, 'ragged.segmentIdsToRowSplits');
    const n = asInteger(numSegments ?? (ids.at(-1) ?? -1) + 1, 'ragged.segmentIdsToRowSplits: numSegments');
    const splits = Array.from({ length: n + 1 }, (_, i) => ids.filter((id) => id < i).length);
    return integersTensor(splits, [n + 1], outType ?? typeOfSplits(segmentIds));
  },
);
/** An op on the flat values, the rows as they were. */
export const mapFlatValues = guarded(
  'ragged.mapFlatValues',
  ['op', '...args'],
  (op: (...args: unknown[]) => Tensor, ...args: readonly unknown[]): RaggedTensor | Tensor => {
    const ragged = args.find((arg) => arg instanceof RaggedTensor) as RaggedTensor | undefined;
    const result = op(...args.map((arg) => (arg instanceof RaggedTensor ? arg.flatValues : arg)));
    return ragged ? ragged.withFlatValues(result) : result;
  },
);
