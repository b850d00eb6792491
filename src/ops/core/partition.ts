// tf.unique, tf.dynamicPartition, tf.dynamicStitch, masks of lengths: results whose shapes depend on values.
// Owns: these; they need values that are known now.
import { allocate, asDType, type Data, type DType, type StringElement } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { sameShape, showShape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from './convert.ts';
import { known } from './host.ts';
import { integersTensor } from './shapes.ts';
import { signature } from './signature.ts';

const EAGER = 'Call it outside tf.function.';

interface Groups {
  readonly y: Tensor;
  readonly positions: number[];
  readonly counts: number[];
}
function groups(x: TensorLike, name: string): Groups {
  const tensor = convertToTensor(x, undefined, name);
  if (tensor.dims.length !== 1)
    throw new ShapeError(
      `${name}: found shape ${showShape(tensor.dims)}, wanted one axis; flatten it with tf.reshape(x, [-1]).`,
    );
  const elements = known(tensor, name, EAGER) as ArrayLike<number | bigint | StringElement>;
  const seen = new Map<unknown, number>();
  const first: number[] = [];
  const counts: number[] = [];
  const positions = Array.from(elements, (element, i) => {
    // NaN equals nothing, not even NaN: each is a value of its own.
    const key = Number.isNaN(element) ? Symbol() : element instanceof Uint8Array ? `bytes ${element.join()}` : element;
    let at = seen.get(key);
    if (at === undefined) {
      at = first.push(i) - 1;
      seen.set(key, at);
      counts.push(0);
    }
    counts[at]!++;
    return at;
  });
  const data = allocate(tensor.dtype, first.length) as unknown[];
  first.forEach((i, at) => {
    data[at] = elements[i];
  });
  return { y: eagerTensor(data as Data, [first.length], tensor.dtype), positions, counts };
}

/** The different elements in order of first occurrence, and for each element which of them it is. */
export const unique = signature(
  'unique',
  ['x', 'outIdx'],
  (x: TensorLike, outIdx: DType = 'int32'): [y: Tensor, idx: Tensor] => {
    const { y, positions } = groups(x, 'unique');
    return [y, integersTensor(positions, [positions.length], asDType(outIdx))];
  },
);
/** unique, and how often each occurs. */
export const uniqueWithCounts = signature(
  'uniqueWithCounts',
  ['x', 'outIdx'],
  (x: TensorLike, outIdx: DType = 'int32'): [y: Tensor, idx: Tensor, count: Tensor] => {
    const { y, positions, counts } = groups(x, 'uniqueWithCounts');
    const type = asDType(outIdx);
    return [y, integersTensor(positions, [positions.length], type), integersTensor(counts, [counts.length], type)];
  },
);

/** The rows of data sorted into lists by partition number. */
export const dynamicPartition = signature(
  'dynamicPartition',
  ['data', 'partitions', 'numPartitions'],
  (data: TensorLike, partitions: TensorLike, numPartitions: number): Tensor[] => {
    const x = convertToTensor(data, undefined, 'dynamicPartition');
    const numbers = convertToTensor(partitions, undefined, 'dynamicPartition: partitions');
    if (!sameShape(numbers.dims, x.dims.slice(0, numbers.dims.length)))
      throw new ShapeError(
        `dynamicPartition: partitions ${showShape(numbers.dims)} are not the first axes of data ${showShape(x.dims)}.`,
      );
    const places = Array.from({ length: numPartitions }, (): number[] => []);
    const list = known(numbers, 'dynamicPartition', EAGER) as ArrayLike<number>;
    for (let i = 0; i < list.length; i++) {
      const place = places[Number(list[i])];
      if (!place)
        throw new ValueError(
          `dynamicPartition: partition ${list[i]} at position ${i}; wanted 0 to ${numPartitions - 1}.`,
        );
      place.push(i);
    }
    const rows = p.reshape(x, [sizeOf(numbers.dims), ...x.dims.slice(numbers.dims.length)]);
    return places.map((place) => p.takeRows(rows, integersTensor(place, [place.length], 'int32')) as Tensor);
  },
);

/** Rows put together by their numbers; where a number occurs again the later one counts. */
export const dynamicStitch = signature(
  'dynamicStitch',
  ['indices', 'data'],
  (indices: readonly TensorLike[], data: readonly TensorLike[]): Tensor => {
    if (indices.length !== data.length || indices.length === 0)
      throw new ValueError(
        `dynamicStitch: ${indices.length} lists of indices and ${data.length} of data; wanted as many, at least one.`,
      );
    const numbers = indices.map((list) => convertToTensor(list, undefined, 'dynamicStitch: indices'));
    const values = data.map((list) => convertToTensor(list, undefined, 'dynamicStitch: data'));
    const inner = values[0]!.dims.slice(numbers[0]!.dims.length);
    const flatNumbers = p.concatenate(
      numbers.map((n) => p.reshape(n, [sizeOf(n.dims)])),
      0,
    );
    const flatValues = p.concatenate(
      values.map((v, i) => p.reshape(v, [sizeOf(numbers[i]!.dims), ...inner])),
      0,
    );
    const all = Array.from(known(flatNumbers, 'dynamicStitch', EAGER) as ArrayLike<number>, Number);
    const count = all.reduce((most, n) => Math.max(most, n + 1), 0);
    const empty: Value = p.full(0, { dims: [count, ...inner], dtype: flatValues.dtype });
    return p.scatterRows(empty, flatNumbers, flatValues, 'update') as Tensor;
  },
);

/** For each length a row with so many true elements at its beginning. */
export const sequenceMask = signature(
  'sequenceMask',
  ['lengths', 'maxlen', 'dtype'],
  (lengths: TensorLike, maxlen?: number | Tensor, dtype: DType = 'bool'): Tensor => {
    const given = convertToTensor(lengths, undefined, 'sequenceMask');
    const n =
      maxlen === undefined
        ? Array.from(known(given, 'sequenceMask', 'Give maxlen.') as ArrayLike<number>, Number).reduce(
            (a, b) => Math.max(a, b),
            0,
          )
        : asInteger(maxlen, 'sequenceMask: maxlen');
    const dims = [...given.dims, n];
    const spread = p.broadcast(
      given,
      dims,
      given.dims.map((_, i) => i),
    );
    return p.convert(p.compare('less', p.iota(dims, given.dims.length, given.dtype), spread), asDType(dtype)) as Tensor;
  },
);

/** The permutation that undoes one: y[x[i]] = i. */
export const invertPermutation = signature('invertPermutation', ['x'], (x: TensorLike): Tensor => {
  const order = convertToTensor(x, undefined, 'invertPermutation');
  const n = order.dims[0];
  if (order.dims.length !== 1 || n === undefined)
    throw new ShapeError(`invertPermutation: found shape ${showShape(order.dims)}, wanted one axis.`);
  const { elements } = order;
  if (elements) {
    const sorted = Array.from(elements as ArrayLike<number>, Number).sort((a, b) => a - b);
    if (sorted.some((value, i) => value !== i))
      throw new ValueError(`invertPermutation: ${show(sorted)} is no permutation of 0 to ${n - 1}.`);
  }
  if (elements) return p.scatterRows(p.zerosLike(order), order, p.iota([n], 0, order.dtype), 'update') as Tensor;
  // Places named twice show when the program runs: they become −1, which is no place.
  const named = p.takeRows(p.scatterRows(p.zerosLike(order), order, p.onesLike(order), 'add'), order);
  const once = p.select(p.compare('equal', named, p.onesLike(named)), order, p.full(-1, order));
  return p.scatterRows(p.zerosLike(order), once, p.iota([n], 0, order.dtype), 'update') as Tensor;
});
