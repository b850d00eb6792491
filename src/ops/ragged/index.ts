// tf.ragged.
// Owns: making ragged tensors from lists, ranges, masks and stacks.

import { asDType, type DType } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { normalizeAxis, showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { concat, booleanMask as denseMask, expandDims, stack as stackPlain } from '../core/arrange.ts';
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
/** The elements where a mask holds, row by row. */
export function booleanMask(data: TensorLike, mask: TensorLike): RaggedTensor | Tensor {
  const [x, m] = [
    convertToTensor(data, undefined, 'ragged.booleanMask'),
    convertToTensor(mask, undefined, 'ragged.booleanMask'),
  ];
  if (m.dims.length < 2) return denseMask(x, m);
  if (m.dims.length > 2) throw new ShapeError('ragged.booleanMask: wanted a mask of one or two axes.');
  const [rows, columns] = m.dims as [number, number];
  const places = Array.from(
    nonZeroIndices(p.reshape(m, [rows * columns]) as Tensor, 'ragged.booleanMask').dataSync() as BigInt64Array,
    Number,
  );
  const lengths = new Array<number>(rows).fill(0);
  for (const place of places) lengths[Math.floor(place / columns)]!++;
  const flat = p.reshape(x, [rows * columns, ...x.dims.slice(2)]);
  return RaggedTensor.fromRowLengths(
    p.takeRows(flat, integersTensor(places, [places.length], 'int32')) as Tensor,
    lengths,
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
