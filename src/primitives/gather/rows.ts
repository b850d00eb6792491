// Reading and writing rows by index: takeRows and scatterRows. Every gather and scatter of TensorFlow is made of these two.
// With the parameter `within` the indices are known to be in range: the compiler, which says so, leaves their check out.
// Owns: their rules and the checks of indices. Which axes and which order of indices belong to src/ops.
import { dtypes, isBig, roundInPlace } from '../../base/dtype.ts';
import { DTypeError, ShapeError, ValueError } from '../../base/errors.ts';
import { showShape, sizeOf } from '../../base/shape.ts';
import * as ir from '../../compiler/loop-ir.ts';
import type { ArrayValue, MapPrimitive, Params, ScatterPrimitive } from '../../graph/primitive.ts';
import { noteRows } from '../../graph/row-gradients.ts';
import type { Spec, Value } from '../../graph/value.ts';
import {
  broadcast,
  compare,
  convert,
  div,
  full,
  iota,
  mul,
  reshape,
  type ScatterMode,
  scatterRows as scatter,
  select,
  takeRows as take,
  zerosLike,
} from '../functions.ts';

const isIndex = (spec: Spec): boolean =>
  spec.dtype === 'int32' || spec.dtype === 'int64' || spec.dtype === 'uint8' || spec.dtype === 'uint32';

/** The indices as numbers; throws when one is out of range. */
function checkedIndices(name: string, indices: ArrayValue, rows: number): number[] {
  return Array.from(indices.data as ArrayLike<number | bigint>, (element, position) => {
    const index = Number(element);
    if (!(index >= 0 && index < rows)) {
      throw new ValueError(
        `${name}: index ${index} at position ${position} is out of range: wanted 0 to ${rows - 1}, for there are ${rows} rows.`,
      );
    }
    return index;
  });
}

export const takeRows: MapPrimitive = {
  name: 'takeRows',
  kind: 'map',
  pointwise: false,
  cost: 2,
  infer: ([x, indices]) => {
    if (!isIndex(indices!))
      throw new DTypeError(`gather: indices have dtype ${indices!.dtype}; wanted int32 or int64.`);
    if (x!.dims.length === 0) throw new ShapeError('gather: found a scalar, wanted at least one axis to take from.');
    return [{ dims: [...indices!.dims, ...x!.dims.slice(1)], dtype: x!.dtype }];
  },
  evaluate: ([x, indices], _params, [out]) => {
    const row = sizeOf(x!.dims.slice(1)) * dtypes[x!.dtype].lanes;
    const [from, to] = [x!.data as Float64Array, out!.data as Float64Array];
    checkedIndices('gather', indices!, x!.dims[0]!).forEach((index, i) => {
      for (let k = 0; k < row; k++) to[i * row + k] = from[index * row + k]!;
    });
  },
  lowers: () => true,
  lower: (context, _params, at) => {
    const rank = context.inputs[1]!.dims.length;
    const index = ir.convert('i32', context.load(1, at.axes.slice(0, rank)));
    return context.load(0, [index, ...at.axes.slice(rank)]);
  },
  vjp: ({ inputs: [x, indices], cotangents: [g] }) => [
    noteRows(scatter(zerosLike(x!), indices!, g!, 'add'), { values: g!, indices: indices! }),
    null,
  ],
  samples: () =>
    (['float32', 'int64', 'bool', 'complex64', 'float64'] as const).flatMap((dtype) =>
      (['int32', 'int64'] as const).map((index) => ({
        inputs: [
          { dims: [4, 3], dtype, low: 0, high: 2 },
          { dims: [2, 3], dtype: index, values: [0, 3, 1, 1, 2, 0] },
        ],
      })),
    ),
};

type P = Params & { readonly mode: ScatterMode };
const COMBINE = { update: null, add: 'add', mul: 'mul', min: 'min', max: 'max' } as const;

export const scatterRows: ScatterPrimitive<P> = {
  name: 'scatterRows',
  kind: 'scatter',
  combineOf: ({ mode }) => COMBINE[mode],
  infer: ([x, indices, updates]) => {
    const wanted = [...indices!.dims, ...x!.dims.slice(1)];
    if (
      !isIndex(indices!) ||
      updates!.dtype !== x!.dtype ||
      wanted.length !== updates!.dims.length ||
      wanted.some((n, i) => n !== updates!.dims[i])
    ) {
      throw new ShapeError(
        `scatter: into ${x!.dtype} ${showShape(x!.dims)} by indices ${indices!.dtype} ${showShape(indices!.dims)}: updates are ${updates!.dtype} ${showShape(updates!.dims)}, wanted ${x!.dtype} ${showShape(wanted)}.`,
      );
    }
    return [{ dims: x!.dims, dtype: x!.dtype }];
  },
  evaluate: ([x, indices, updates], { mode }, [out]) => {
    const row = sizeOf(x!.dims.slice(1)) * dtypes[x!.dtype].lanes;
    const [from, to] = [updates!.data as Float64Array, out!.data as Float64Array];
    const times = (
      dtypes[x!.dtype].kind === 'float' || isBig(x!.dtype) ? (a: number, b: number) => a * b : Math.imul
    ) as (a: number, b: number) => number;
    for (let i = 0; i < to.length; i++) to[i] = (x!.data as Float64Array)[i]!;
    checkedIndices('scatter', indices!, x!.dims[0]!).forEach((index, i) => {
      for (let k = 0; k < row; k++) {
        const [old, update] = [to[index * row + k]!, from[i * row + k]!];
        to[index * row + k] =
          mode === 'update'
            ? update
            : mode === 'add'
              ? old + update
              : mode === 'mul'
                ? times(old, update)
                : mode === 'min'
                  ? update < old || Number.isNaN(update)
                    ? update
                    : old
                  : update > old || Number.isNaN(update)
                    ? update
                    : old;
      }
      roundInPlace(out!.dtype, to.subarray(index * row, (index + 1) * row));
    });
  },
  vjp: ({ inputs: [x, indices, updates], outputs: [y], params: { mode }, cotangents: [g], needs }) => {
    if (mode === 'add') return [g!, null, needs[2] ? take(g!, indices!) : null];
    if (mode === 'update')
      return [
        needs[0] ? scatter(g!, indices!, zerosLike(updates!), 'update') : null,
        null,
        needs[2] ? mul(take(g!, indices!), lastWriter(x!, indices!, updates!)) : null,
      ];
    if (mode === 'mul') {
      return [
        needs[0] ? mul(g!, scatter(full(1, x!), indices!, updates!, 'mul')) : null,
        null,
        needs[2] ? mul(take(g!, indices!), otherFactors(x!, indices!, updates!)) : null,
      ];
    }
    // The gradient goes to whoever holds the extreme, in equal shares.
    const keeps = convert(compare('equal', x!, y!), x!.dtype);
    const wins = convert(compare('equal', updates!, take(y!, indices!)), x!.dtype);
    const count = scatter(keeps, indices!, wins, 'add');
    const share = div(g!, select(compare('equal', count, zerosLike(count)), full(1, count), count));
    return [needs[0] ? mul(share, keeps) : null, null, needs[2] ? mul(take(share, indices!), wins) : null];
  },
  samples: () =>
    (['add', 'update', 'max', 'min', 'mul'] as const).flatMap((mode) =>
      (['float32', 'float64', 'int32', 'int64', 'float16', 'bfloat16'] as const).map((dtype) => ({
        inputs: [
          { dims: [5, 2], dtype, low: 1, high: 4 },
          { dims: [3], dtype: 'int32', values: mode === 'update' ? [4, 0, 2] : [4, 0, 4] },
          { dims: [3, 2], dtype, low: 1, high: 4 },
        ],
        params: { mode },
      })),
    ),
};

/** The product of all that meets an update in its row, without the update itself: also where some are 0. */
function otherFactors(x: Value, indices: Value, updates: Value): Value {
  const isZero = (value: Value): Value => compare('equal', value, zerosLike(value));
  const [none, zero] = [isZero(x), isZero(updates)];
  const zeros = scatter(convert(none, x.dtype), indices, convert(zero, x.dtype), 'add');
  const rest = scatter(select(none, full(1, x), x), indices, select(zero, full(1, updates), updates), 'mul');
  const [count, product] = [take(zeros, indices), take(rest, indices)];
  const alone = select(compare('equal', count, full(1, count)), product, zerosLike(product));
  const quotient = div(product, select(zero, full(1, updates), updates));
  return select(zero, alone, select(isZero(count), quotient, zerosLike(product)));
}

/** 1 where an update is the last one written to its row, else 0. */
function lastWriter(x: Spec, indices: Value, updates: Value): Value {
  const order = reshape(iota([sizeOf(indices.dims)], 0, 'int32'), indices.dims);
  const last = scatter(full(0, { dims: [x.dims[0]!], dtype: 'int32' }), indices, order, 'update');
  const mine = convert(compare('equal', take(last, indices), order), updates.dtype);
  return broadcast(
    mine,
    updates.dims,
    indices.dims.map((_, axis) => axis),
  );
}
