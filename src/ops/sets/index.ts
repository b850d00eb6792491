// tf.sets: sets along the last axis.
// Owns: union, intersection, difference, size; results are sparse, as rows differ in length.

import { ShapeError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { convert } from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { eagerTensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { integersTensor } from '../core/shapes.ts';
import { indexRows, SparseTensor } from '../sparse/sparse-tensor.ts';

type Element = number | bigint | string;
type SetInput = TensorLike | SparseTensor;
interface Rows {
  readonly outer: readonly number[];
  readonly rows: readonly (readonly Element[])[];
  readonly like: Tensor;
}
function rowsOf(input: SetInput, name: string): Rows {
  if (input instanceof SparseTensor) {
    const outer = input.shape.slice(0, -1);
    const rows: Element[][] = Array.from({ length: outer.reduce((a, b) => a * b, 1) }, () => []);
    const values = input.values.elements as ArrayLike<Element>;
    indexRows(input).forEach((row, i) => {
      rows[row.slice(0, -1).reduce((at, n, axis) => at * outer[axis]! + n, 0)]!.push(values[i]!);
    });
    return { outer, rows, like: input.values };
  }
  const x = convertToTensor(input as TensorLike, undefined, name);
  if (x.dims.length < 2) throw new ShapeError(`${name}: wanted at least two axes, sets along the last.`);
  const n = x.dims.at(-1)!;
  const elements = x.elements as ArrayLike<Element>;
  const outer = x.dims.slice(0, -1);
  const rows = Array.from({ length: outer.reduce((a, b) => a * b, 1) }, (_, row) =>
    Array.from({ length: n }, (_unused, i) => elements[row * n + i]!),
  );
  return { outer, rows, like: x };
}
const sorted = (set: Iterable<Element>): Element[] => [...new Set(set)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

function operation(
  name: string,
  f: (a: readonly Element[], b: ReadonlySet<Element>, other: readonly Element[]) => Iterable<Element>,
) {
  return (a: SetInput, b: SetInput): SparseTensor => {
    const [left, right] = [rowsOf(a, name), rowsOf(b, name)];
    if (left.outer.join() !== right.outer.join()) throw new ShapeError(`${name}: the axes before the last differ.`);
    const results = left.rows.map((row, i) => sorted(f(row, new Set(right.rows[i]!), right.rows[i]!)));
    const indices = results.flatMap((row, i) =>
      row.map((_, k) => {
        const index: number[] = [];
        let rest = i;
        for (let axis = left.outer.length - 1; axis >= 0; axis--) {
          index.unshift(rest % left.outer[axis]!);
          rest = Math.floor(rest / left.outer[axis]!);
        }
        return [...index, k];
      }),
    );
    const flat = results.flat();
    const values =
      left.like.dtype === 'string'
        ? convertToTensor(flat as string[], 'string')
        : left.like.dtype === 'int64'
          ? eagerTensor(BigInt64Array.from(flat as bigint[]), [flat.length], 'int64')
          : (convert(
              eagerTensor(Float64Array.from(flat, Number), [flat.length], 'float64'),
              left.like.dtype,
            ) as Tensor);
    const width = results.reduce((most, row) => Math.max(most, row.length), 0);
    return SparseTensor(integersTensor(indices.flat(), [indices.length, left.outer.length + 1], 'int64'), values, [
      ...left.outer,
      width,
    ]);
  };
}
export const intersection = operation('sets.intersection', (a, b) => a.filter((x) => b.has(x)));
export const union = operation('sets.union', (a, _b, other) => [...a, ...other]);
const minus = operation('sets.difference', (a, b) => a.filter((x) => !b.has(x)));
/** a without b; with aminusb false, b without a. */
export const difference = guarded(
  'sets.difference',
  ['a', 'b', 'options'],
  (a: SetInput, b: SetInput, options: { readonly aminusb?: boolean } = {}): SparseTensor =>
    options.aminusb === false ? minus(b, a) : minus(a, b),
);
/** The number of different elements along the last axis. */
export function size(a: SetInput): Tensor {
  const { outer, rows } = rowsOf(a, 'sets.size');
  return integersTensor(
    rows.map((row) => new Set(row).size),
    outer,
    'int32',
  );
}
