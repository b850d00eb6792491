// tf.ragged.
// Owns: making ragged tensors from lists, ranges, masks and stacks.

import { asDType, type DType } from '../../base/dtype.ts';
import { ShapeError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { concat, booleanMask as denseMask } from '../core/arrange.ts';
import { asInteger, asIntegers, convertToTensor } from '../core/convert.ts';
import { nonZeroIndices } from '../core/non-zero.ts';
import { dynamicPartition } from '../core/partition.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';
import { RaggedTensor, raggedFromList } from './ragged-tensor.ts';

export { cross, crossHashed } from './cross.ts';

/** Nested lists of different lengths. */
export const constant = signature(
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
);
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
/** Tensors of different lengths as rows. */
export const stack = guarded('ragged.stack', ['values'], (values: readonly TensorLike[]): RaggedTensor => {
  const rows = values.map((value) => convertToTensor(value, undefined, 'ragged.stack'));
  return RaggedTensor.fromRowLengths(
    concat(rows, 0),
    rows.map((row) => row.dims[0]!),
  );
});
/** The rows of data by partition. */
export const stackDynamicPartitions = signature(
  'ragged.stackDynamicPartitions',
  ['data', 'partitions', 'numPartitions'],
  (data: TensorLike, partitions: TensorLike, numPartitions: number | Tensor): RaggedTensor =>
    stack(dynamicPartition(data, partitions, asInteger(numPartitions, 'ragged.stackDynamicPartitions: numPartitions'))),
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
