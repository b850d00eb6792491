// Ops that rearrange: reshape, transpose, slice, pad, join, split, repeat, gather.
// Owns: axes and options of these; the moving itself is of the primitives.

import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import {
  indivisible,
  isStandIn,
  normalizeAxes,
  normalizeAxis,
  resolveReshape,
  type Shape,
  showShape,
  sizeOf,
} from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { acceptsRagged, acceptsRaggedList, countsRagged, reducesRagged } from '../ragged/accepts.ts';
import { asDims, asInteger, asIntegers, convertPair, convertToTensor } from './convert.ts';
import { computable, rowNumbers } from './coordinates.ts';
import { op } from './define.ts';
import { nonZeroIndices } from './non-zero.ts';
import { signature } from './signature.ts';
import { stackTensors } from './stack.ts';
import { takeAxis } from './take-axis.ts';

const tensor = (x: TensorLike, name: string): Tensor => convertToTensor(x, undefined, name);

/** The same elements in another shape; one dimension may be −1. */
export const reshape = countsRagged(
  signature('reshape', ['tensor', 'shape'], (x: TensorLike, shape: Shape | TensorLike): Tensor => {
    const t = tensor(x, 'reshape');
    return p.reshape(
      t,
      resolveReshape(asIntegers(shape as TensorLike, 'reshape: shape'), sizeOf(t.dims), 'reshape', t.dims),
    ) as Tensor;
  }),
);
/** A new axis of length 1. */
export const expandDims = acceptsRagged(
  signature('expandDims', ['input', 'axis'], (x: TensorLike, axis: number | Tensor): Tensor => {
    const t = tensor(x, 'expandDims');
    const at = normalizeAxis(asInteger(axis, 'expandDims: axis'), t.dims.length + 1, 'expandDims');
    return p.reshape(t, [...t.dims.slice(0, at), 1, ...t.dims.slice(at)]) as Tensor;
  }),
);
/** Without the axes of length 1, or without the given ones. */
export const squeeze = reducesRagged(
  signature('squeeze', ['input', 'axis'], (x: TensorLike, axis?: Axis): Tensor => {
    const t = tensor(x, 'squeeze');
    const axes =
      axis === undefined || axis === null || (Array.isArray(axis) && axis.length === 0)
        ? t.dims.flatMap((n, i) => (n === 1 ? [i] : []))
        : normalizeAxes(axis, t.dims.length, 'squeeze');
    for (const a of axes)
      if (t.dims[a] !== 1)
        throw new ShapeError(`squeeze: axis ${a} of shape ${showShape(t.dims)} has length ${t.dims[a]}, wanted 1.`);
    return p.reshape(
      t,
      t.dims.filter((_, i) => !axes.includes(i)),
    ) as Tensor;
  }),
);
/** Axes in another order; without a permutation, reversed. */
export const transpose = signature(
  'transpose',
  ['a', 'perm', 'conjugate'],
  (a: TensorLike, perm?: readonly number[] | TensorLike, conjugate: boolean = false): Tensor => {
    const t = tensor(a, 'transpose');
    const order =
      perm === undefined || perm === null
        ? t.dims.map((_, i) => t.dims.length - 1 - i)
        : asIntegers(perm, 'transpose: perm').map((axis) => normalizeAxis(axis, t.dims.length, 'transpose'));
    if (order.length !== t.dims.length || new Set(order).size !== order.length)
      throw new ValueError(`transpose: perm ${show(order)} for shape ${showShape(t.dims)}; wanted each axis once.`);
    return p.transpose(conjugate ? p.conj(t) : t, order) as Tensor;
  },
);
export const broadcastTo = signature(
  'broadcastTo',
  ['input', 'shape'],
  (x: TensorLike, shape: Shape | TensorLike): Tensor =>
    p.broadcastTo(tensor(x, 'broadcastTo'), asDims(shape, 'broadcastTo: shape')) as Tensor,
);
export const identity = op('identity', (x: TensorLike): Tensor => resolve(tensor(x, 'identity')));

/** `size` elements of each axis from `begin`; a size of −1 means all that remain. */
export const slice = signature(
  'slice',
  ['input', 'begin', 'size'],
  (x: TensorLike, begin: TensorLike, size?: TensorLike): Tensor => {
    const t = tensor(x, 'slice');
    const start = asIntegers(begin, 'slice: begin');
    const lengths = size === undefined ? start.map(() => -1) : asIntegers(size, 'slice: size');
    if (start.length > t.dims.length || lengths.length !== start.length) {
      throw new ShapeError(
        `slice: begin ${show(start)} and size ${show(lengths)} do not fit shape ${showShape(t.dims)}; wanted one number for each axis, or for the first axes.`,
      );
    }
    const from = t.dims.map((_, i) => start[i] ?? 0);
    const limit = t.dims.map((n, i) => ((lengths[i] ?? -1) === -1 ? n : from[i]! + lengths[i]!));
    t.dims.forEach((n, i) => {
      if (from[i]! < 0 || limit[i]! > n || from[i]! > limit[i]!) {
        throw new ShapeError(
          `slice: axis ${i} of shape ${showShape(t.dims)} has no elements ${from[i]} to ${limit[i]}; begin is ${show(start)}, size ${show(lengths)}.`,
        );
      }
    });
    return p.slice(t, from, limit) as Tensor;
  },
);

const joined = (values: readonly TensorLike[], name: string): Tensor[] => {
  if (!Array.isArray(values) || values.length === 0)
    throw new ValueError(`${name}: found ${show(values)}, wanted a list of at least one tensor.`);
  const tensors = values.map((value) => tensor(value, name));
  const strong = tensors.find((t) => !t.weak) ?? tensors[0]!;
  return tensors.map((t) => (t.dtype === strong.dtype ? t : convertPair(strong, t, name)[1]));
};
/** Tensors one after the other along an axis. */
export const concat = acceptsRaggedList(
  signature('concat', ['values', 'axis'], (values: readonly TensorLike[], axis: number | Tensor = 0): Tensor => {
    const tensors = joined(values, 'concat');
    const at = normalizeAxis(asInteger(axis, 'concat: axis'), tensors[0]!.dims.length, 'concat');
    return p.concatenate(tensors, at) as Tensor;
  }),
);
/** Tensors of one shape along a new axis. */
export const stack = acceptsRaggedList(
  signature(
    'stack',
    ['values', 'axis'],
    (values: readonly TensorLike[], axis: number = 0): Tensor => stackTensors(joined(values, 'stack'), axis),
  ),
);
/** The parts of a tensor along an axis, without that axis. */
export const unstack = signature(
  'unstack',
  ['value', 'num', 'axis'],
  (value: TensorLike, num?: number, axis: number = 0): Tensor[] => {
    const t = tensor(value, 'unstack');
    const at = normalizeAxis(axis, t.dims.length, 'unstack');
    if (isStandIn(t.dims[at]))
      throw new ShapeError(
        `unstack: axis ${at} of shape ${showShape(t.dims)} is unknown, so that there is no saying how many tensors it gives. Give that size in Input, or take parts by index: x.at(0).`,
      );
    if (num !== undefined && num !== t.dims[at])
      throw new ValueError(
        `unstack: num is ${num}, and axis ${at} of shape ${showShape(t.dims)} has length ${t.dims[at]}.`,
      );
    return Array.from({ length: t.dims[at]! }, (_, i) => {
      const start = t.dims.map((_n, a) => (a === at ? i : 0));
      const part = p.slice(
        t,
        start,
        t.dims.map((n, a) => (a === at ? i + 1 : n)),
      );
      return p.reshape(
        part,
        t.dims.filter((_n, a) => a !== at),
      ) as Tensor;
    });
  },
);
/** Parts along an axis: so many equal ones, or ones of the given sizes (one of them may be −1). */
export const split = acceptsRagged(
  signature(
    'split',
    ['value', 'numOrSizeSplits', 'axis', 'num'],
    (x: TensorLike, numOrSizes: number | readonly number[] | Tensor, axis: number = 0, _num?: number): Tensor[] => {
      const t = tensor(x, 'split');
      const at = normalizeAxis(axis, t.dims.length, 'split');
      const n = t.dims[at]!;
      const given = asIntegers(numOrSizes as TensorLike, 'split: numOrSizeSplits');
      const whole =
        typeof numOrSizes === 'number' || (!Array.isArray(numOrSizes) && (numOrSizes as Tensor).dims.length === 0);
      if (whole && n % given[0]! !== 0)
        throw indivisible(
          `split: axis ${at} has length ${n}, which ${given[0]} does not divide; give the sizes of the parts.`,
          n,
          given[0]!,
        );
      const rest = n - given.filter((size) => size >= 0).reduce((a, b) => a + b, 0);
      const sizes = whole
        ? Array.from({ length: given[0]! }, () => n / given[0]!)
        : given.map((size) => (size < 0 ? rest : size));
      if (sizes.reduce((a, b) => a + b, 0) !== n)
        throw new ShapeError(`split: sizes ${show(sizes)} do not add up to ${n}, the length of axis ${at}.`);
      let offset = 0;
      return sizes.map((size) => {
        const start = t.dims.map((_n, a) => (a === at ? offset : 0));
        offset += size;
        return p.slice(
          t,
          start,
          t.dims.map((m, a) => (a === at ? offset : m)),
        ) as Tensor;
      });
    },
  ),
);
export const reverse = acceptsRagged(
  signature('reverse', ['tensor', 'axis'], (x: TensorLike, axis: Axis | TensorLike): Tensor => {
    const t = tensor(x, 'reverse');
    return p.reverse(
      t,
      normalizeAxes(asIntegers(axis as TensorLike, 'reverse: axis'), t.dims.length, 'reverse'),
    ) as Tensor;
  }),
);
/** The tensor repeated `multiples` times along each axis. */
export const tile = acceptsRagged(
  signature('tile', ['input', 'multiples'], (x: TensorLike, multiples: TensorLike): Tensor => {
    const t = tensor(x, 'tile');
    const times = asIntegers(multiples, 'tile: multiples');
    if (times.length !== t.dims.length)
      throw new ShapeError(
        `tile: multiples ${show(times)} for shape ${showShape(t.dims)}; wanted one number for each axis.`,
      );
    if (times.some((count) => count < 0))
      throw new ValueError(`tile: multiples ${show(times)}; wanted numbers that are not negative.`);
    const spread = p.broadcast(
      t,
      t.dims.flatMap((n, i) => [times[i]!, n]),
      t.dims.map((_, i) => 2 * i + 1),
    );
    return p.reshape(
      spread,
      t.dims.map((n, i) => n * times[i]!),
    ) as Tensor;
  }),
);

/** `x[indices]` along an axis; with batchDims the first axes go together. Indices out of range are an error. */
export const gather = reducesRagged(
  signature(
    'gather',
    ['params', 'indices', 'validateIndices', 'axis', 'batchDims'],
    (
      params: TensorLike,
      indices: TensorLike,
      _validateIndices?: boolean,
      givenAxis?: number | Tensor,
      batchDims: number = 0,
    ): Tensor => {
      const x = tensor(params, 'gather');
      let i = tensor(indices, 'gather: indices');
      if (i.weak && i.dtype === 'float32' && sizeOf(i.dims) === 0) i = p.convert(i, 'int32') as Tensor;
      if (i.dtype !== 'int32' && i.dtype !== 'int64' && i.dtype !== 'uint8' && i.dtype !== 'uint32') {
        if (!/^u?int/.test(i.dtype))
          throw new DTypeError(`gather: indices have dtype ${i.dtype}, wanted an integer dtype.`);
        i = p.convert(i, 'int32') as Tensor;
      }
      const batch =
        batchDims === 0
          ? 0
          : normalizeAxis(
              batchDims < 0 ? batchDims + i.dims.length : batchDims,
              i.dims.length + 1,
              'gather: batchDims',
            );
      const axis =
        givenAxis === undefined ? batch : normalizeAxis(asInteger(givenAxis, 'gather: axis'), x.dims.length, 'gather');
      if (batch === 0) return takeAxis(x, i, axis) as Tensor;
      // Batch axes become part of the index: row number · length + index, over the flattened rows.
      const outer = x.dims.slice(0, batch);
      const rows = sizeOf(outer);
      const n = x.dims[axis]!;
      const middle = x.dims.slice(batch, axis);
      const rest = x.dims.slice(axis + 1);
      const front = p.transpose(x, [
        ...outer.map((_, a) => a),
        axis,
        ...middle.map((_, a) => batch + a),
        ...rest.map((_, a) => axis + 1 + a),
      ]);
      const flat = p.reshape(front, [rows * n, ...middle, ...rest]);
      const places = p.reshape(computable(i), [rows, sizeOf(i.dims.slice(batch))]);
      const linear = rowNumbers([p.iota(places.dims, 0, places.dtype), places], [rows, n], 'gather', 1);
      const taken = p.takeRows(flat, p.reshape(linear, i.dims));
      const inner = i.dims.length - batch;
      // (batch…, indices…, middle…, rest…) → (batch…, middle…, indices…, rest…)
      return p.transpose(taken, [
        ...outer.map((_, a) => a),
        ...middle.map((_, a) => batch + inner + a),
        ...Array.from({ length: inner }, (_, a) => batch + a),
        ...rest.map((_, a) => batch + inner + middle.length + a),
      ]) as Tensor;
    },
  ),
);

/** The elements or rows where the mask holds; the result's length is only known eagerly. */
export const booleanMask = signature(
  'booleanMask',
  ['tensor', 'mask', 'axis'],
  (x: TensorLike, mask: TensorLike, givenAxis: number = 0): Tensor => {
    const t = tensor(x, 'booleanMask');
    const m = resolve(tensor(mask, 'booleanMask: mask'));
    const axis = normalizeAxis(givenAxis, Math.max(t.dims.length, 1), 'booleanMask');
    const covered = t.dims.slice(axis, axis + m.dims.length);
    if (m.dtype !== 'bool' || m.dims.length === 0 || m.dims.some((n, i) => n !== covered[i])) {
      throw new ShapeError(
        `booleanMask: the mask is ${m.dtype} ${showShape(m.dims)}; wanted bool of shape ${showShape(covered)}, the axes of the tensor from ${axis} on.`,
      );
    }
    const flat = p.reshape(t, [...t.dims.slice(0, axis), sizeOf(covered), ...t.dims.slice(axis + m.dims.length)]);
    const positions = nonZeroIndices(p.reshape(m, [sizeOf(m.dims)]) as Tensor, 'booleanMask');
    return takeAxis(flat, p.reshape(positions, [positions.dims[0]!]), axis) as Tensor;
  },
);

/** Coordinate matrices of coordinate vectors. */
export const meshgrid = <const T extends readonly TensorLike[]>(
  ...args: [...T] | [...T, Options<{ indexing: 'xy' | 'ij' }>]
): { -readonly [K in keyof T]: Tensor } => {
  const last = args.at(-1);
  const options =
    last !== null && typeof last === 'object' && 'indexing' in last
      ? (last as Options<{ indexing: 'xy' | 'ij' }>)
      : null;
  const vectors = (options ? args.slice(0, -1) : args).map((value) =>
    p.reshape(tensor(value as TensorLike, 'meshgrid'), [sizeOf(tensor(value as TensorLike, 'meshgrid').dims)]),
  );
  const swap = (options?.indexing ?? 'xy') === 'xy' && vectors.length > 1;
  const dims = vectors.map((v) => v.dims[0]!);
  if (swap) [dims[0], dims[1]] = [dims[1]!, dims[0]!];
  return vectors.map((v, i) => p.broadcast(v, dims, [swap && i < 2 ? 1 - i : i]) as Tensor) as {
    -readonly [K in keyof T]: Tensor;
  };
};
