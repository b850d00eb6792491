// tf.raggedFillEmptyRows and its gradient: a value for every row that has none.
// Owns: the two ops, which work on row numbers and values beside each other.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, asIntegers, convertPair, convertToTensor } from '../core/convert.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';

export interface FilledRows {
  readonly outputValueRowids: Tensor;
  readonly outputValues: Tensor;
  readonly emptyRowIndicator: Tensor;
  /** Where each of the given values went. */
  readonly reverseIndexMap: Tensor;
}
/** Row numbers and values with `defaultValue` in the rows that had none. */
export const raggedFillEmptyRows = signature(
  'raggedFillEmptyRows',
  ['valueRowids', 'values', 'nrows', 'defaultValue'],
  (valueRowids: TensorLike, values: TensorLike, nrows: number | Tensor, defaultValue: TensorLike): FilledRows => {
    const name = 'raggedFillEmptyRows';
    const ids = asIntegers(valueRowids, `${name}: valueRowids`);
    const n = asInteger(nrows, `${name}: nrows`);
    const [x, fill] = convertPair(values, defaultValue, name);
    if (x.dims.length !== 1 || x.dims[0] !== ids.length)
      throw new ShapeError(
        `${name}: ${ids.length} row numbers for values of shape ${show(x.dims)}; wanted one for each.`,
      );
    if (ids.some((id, i) => id < (ids[i - 1] ?? 0) || id >= n))
      throw new ValueError(`${name}: row numbers ${show(ids)}; wanted them in order, from 0 to ${n - 1}.`);
    const empty = Array.from({ length: n }, (_, row) => !ids.includes(row));
    const order = Array.from({ length: n }, (_, row): number[] =>
      empty[row] ? [ids.length] : ids.flatMap((id, i) => (id === row ? [i] : [])),
    );
    const flat = order.flat();
    const rows = order.flatMap((places, row) => places.map(() => row));
    const all = p.concatenate([x, p.reshape(fill, [1])], 0);
    const outputValues = p.takeRows(all, integersTensor(flat, [flat.length], 'int32')) as Tensor;
    const back = ids.map((_, i) => flat.indexOf(i));
    return {
      outputValueRowids: integersTensor(rows, [rows.length], 'int64'),
      outputValues,
      emptyRowIndicator: eagerTensor(Uint8Array.from(empty, Number), [n], 'bool'),
      reverseIndexMap: integersTensor(back, [back.length], 'int64'),
    };
  },
);

/** The gradient of raggedFillEmptyRows by the values, and by the default value. */
export const raggedFillEmptyRowsGrad = signature(
  'raggedFillEmptyRowsGrad',
  ['reverseIndexMap', 'gradValues'],
  (reverseIndexMap: TensorLike, gradValues: TensorLike): { dValues: Tensor; dDefaultValue: Tensor } => {
    const map = asIntegers(reverseIndexMap, 'raggedFillEmptyRowsGrad: reverseIndexMap');
    const g = convertToTensor(gradValues, undefined, 'raggedFillEmptyRowsGrad: gradValues');
    const given = new Set(map);
    const others = Array.from({ length: g.dims[0]! }, (_, i) => i).filter((i) => !given.has(i));
    const rows = (list: readonly number[]) => p.takeRows(g, integersTensor(list, [list.length], 'int32'));
    return { dValues: rows(map) as Tensor, dDefaultValue: p.reduceSum(rows(others), [0]) as Tensor };
  },
);
