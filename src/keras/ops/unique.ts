// keras.ops.unique: the different elements, or the different slices along an axis.
// Owns: the grouping, NumPy's order of slices, and results of a length given beforehand.
import { show, ValueError } from '../../base/errors.ts';
import { normalizeAxis } from '../../base/shape.ts';
import { concat, gather, reshape } from '../../ops/core/arrange.ts';
import { fill } from '../../ops/core/create.ts';
import { doubles, hostFunction, known } from '../../ops/core/host.ts';
import { cast } from '../../ops/math/elementwise.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { moveaxis } from './arrays.ts';
import { kerasOp, tensor } from './define.ts';

interface Groups {
  /** The first slice of each group. */
  readonly first: number[];
  /** The group of each slice. */
  readonly inverse: number[];
  readonly counts: number[];
}
/** Groups equal rows of `count` rows of `width` elements. */
function groupsOf(elements: ArrayLike<number>, count: number, width: number, sorted: boolean): Groups {
  const first: number[] = [];
  const counts: number[] = [];
  const seen = new Map<string | number, number>();
  const inverse = Array.from({ length: count }, (_, row) => {
    const cells = Array.from({ length: width }, (_, i) => elements[row * width + i]!);
    // No NaN equals another.
    const key = cells.some(Number.isNaN)
      ? `NaN in ${row}`
      : width === 1
        ? cells[0]! + 0
        : cells.map((x) => x + 0).join();
    let at = seen.get(key);
    if (at === undefined) {
      at = first.push(row) - 1;
      counts.push(0);
      seen.set(key, at);
    }
    counts[at]!++;
    return at;
  });
  if (!sorted) return { first, inverse, counts };
  const compare = (a: number, b: number): number => {
    for (let i = 0; i < width; i++) {
      const [x, y] = [elements[first[a]! * width + i]!, elements[first[b]! * width + i]!];
      if (x < y || (Number.isNaN(y) && !Number.isNaN(x))) return -1;
      if (x > y || (Number.isNaN(x) && !Number.isNaN(y))) return 1;
    }
    return a - b;
  };
  const order = first.map((_, i) => i).sort(compare);
  const rank: number[] = [];
  order.forEach((group, i) => {
    rank[group] = i;
  });
  return {
    first: order.map((i) => first[i]!),
    inverse: inverse.map((i) => rank[i]!),
    counts: order.map((i) => counts[i]!),
  };
}

/**
 * The different elements of the flat array, or slices along `axis`; with them, as asked for, where each occurs first, which of them
 * each element is, and how often it occurs. `size` cuts or fills up to a length, so that compiled functions can call it.
 */
export const unique = kerasOp(
  'unique',
  ['x', 'sorted', 'returnIndex', 'returnInverse', 'returnCounts', 'axis', 'size', 'fillValue'],
  (
    x: TensorLike,
    sorted: boolean = true,
    returnIndex: boolean = false,
    returnInverse: boolean = false,
    returnCounts: boolean = false,
    axis?: number,
    size?: number,
    fillValue: number = 0,
  ): Tensor | Tensor[] => {
    const given = tensor(x);
    if (size !== undefined && (!Number.isInteger(size) || size < 0))
      throw new ValueError(`ops.unique: size ${show(size)}; wanted a whole number that is not negative.`);
    const at = axis === undefined ? 0 : normalizeAxis(axis, given.dims.length, 'ops.unique');
    const source = axis === undefined ? reshape(given, [-1]) : moveaxis(given, at, 0);
    const count = source.dims[0]!;
    const width = source.dims.slice(1).reduce((a, b) => a * b, 1);
    const results = (values: Tensor, first: Tensor, inverse: Tensor, counts: Tensor): Tensor | Tensor[] => {
      const turned = axis === undefined ? values : moveaxis(values, 0, at);
      const list = [
        ...(returnIndex ? [first] : []),
        ...(returnInverse ? [axis === undefined ? reshape(inverse, given.dims) : inverse] : []),
        ...(returnCounts ? [counts] : []),
      ];
      return list.length === 0 ? turned : [turned, ...list];
    };
    if (size === undefined) {
      const data = known(source, 'ops.unique', 'Give size, or call it outside tf.function.');
      const groups = groupsOf(doubles({ dims: source.dims, dtype: source.dtype, data }), count, width, sorted);
      const [first, inverse, counts] = [groups.first, groups.inverse, groups.counts].map((list) =>
        eagerTensor(Int32Array.from(list), [list.length], 'int32'),
      ) as [Tensor, Tensor, Tensor];
      return results(gather(source, first), first, inverse, counts);
    }
    const call = hostFunction(
      'unique',
      () => [
        { dims: [size], dtype: 'int32' },
        { dims: [count], dtype: 'int32' },
        { dims: [size], dtype: 'int32' },
        { dims: [size], dtype: 'int32' },
      ],
      ([input], outputs) => {
        const groups = groupsOf(doubles(input!), count, width, sorted);
        const [first, inverse, counts, rows] = outputs.map(({ data }) => data as Int32Array);
        const n = Math.min(size, groups.first.length);
        // Beyond the last group the original gives index 1 and count 0.
        first!.fill(1).set(groups.first.slice(0, n));
        inverse!.set(groups.inverse);
        counts!.fill(0).set(groups.counts.slice(0, n));
        rows!.fill(count).set(groups.first.slice(0, n));
      },
    );
    const [first, inverse, counts, rows] = p.customCall(call, [source]) as [Tensor, Tensor, Tensor, Tensor];
    const filling = cast(fill([1, ...source.dims.slice(1)], fillValue), source.dtype);
    return results(gather(concat([source, filling], 0), rows), first, inverse, counts);
  },
);
