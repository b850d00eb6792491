// tf.sparse.bincount: how often each number occurs, as a sparse tensor of those that do.
import { ValueError } from '../../base/errors.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { indexRows, SparseTensor, sparseOf } from './sparse-tensor.ts';

/** Counts of the numbers of `values`, or sums of their weights: over all with axis 0, in each row with axis −1. */
export const bincount = signature(
  'sparse.bincount',
  ['values', 'weights', 'axis', 'minlength', 'maxlength', 'binaryOutput'],
  (
    values: TensorLike | SparseTensor,
    weights?: TensorLike | SparseTensor,
    axis: number = 0,
    minlength: number = 0,
    maxlength?: number,
    binaryOutput: boolean = false,
  ): SparseTensor => {
    const name = 'sparse.bincount';
    const at = asInteger(axis, `${name}: axis`);
    if (at !== 0 && at !== -1) throw new ValueError(`${name}: axis ${at}; wanted 0, over all, or −1, in each row.`);
    const dense = values instanceof SparseTensor ? values.values : convertToTensor(values, undefined, name);
    const given = weights instanceof SparseTensor ? weights.values : weights;
    const loads = given === undefined ? null : convertToTensor(given, undefined, `${name}: weights`);
    const numbers = Array.from(dense.dataSync() as ArrayLike<number | bigint>, Number);
    if (numbers.some((n) => n < 0)) throw new ValueError(`${name}: found ${Math.min(...numbers)}; wanted numbers ≥ 0.`);
    const amounts = loads ? Array.from(loads.dataSync() as ArrayLike<number>, Number) : numbers.map(() => 1);
    const dims = values instanceof SparseTensor ? values.shape : dense.dims;
    const perRow = at === -1 && dims.length === 2;
    const rowOf =
      values instanceof SparseTensor
        ? indexRows(values).map((row) => row[0]!)
        : numbers.map((_, i) => Math.floor(i / (dims.at(-1) || 1)));
    const most = maxlength ?? Number.POSITIVE_INFINITY;
    const rows = Array.from({ length: perRow ? dims[0]! : 1 }, () => new Map<number, number>());
    numbers.forEach((n, i) => {
      const row = rows[perRow ? rowOf[i]! : 0]!;
      if (n < most) row.set(n, binaryOutput ? 1 : (row.get(n) ?? 0) + amounts[i]!);
    });
    const found = rows.flatMap((row, r) => [...row].sort(([a], [b]) => a - b).map(([n, amount]) => ({ r, n, amount })));
    const width = Math.min(most, Math.max(minlength, ...numbers.map((n) => n + 1)));
    const counts = found.map(({ amount }) => amount);
    const type = loads && !binaryOutput ? loads.dtype : dense.dtype;
    return sparseOf(
      found.map(({ r, n }) => (perRow ? [r, n] : [n])),
      convertToTensor(counts, type, name),
      perRow ? [dims[0]!, width] : [width],
    );
  },
);
