// The primitives that move elements: reshape, transpose, broadcast, pad, slice, concatenate, reverse; and iota.
// Owns: their shape rules, index maps (forwards for the reference, backwards for the loop IR) and gradients.
import { type DType, dtypes, isBig } from '../../base/dtype.ts';
import { ShapeError } from '../../base/errors.ts';
import { type Dims, showShape, sizeOf, stridesOf } from '../../base/shape.ts';
import * as ir from '../../compiler/loop-ir.ts';
import type { ArrayValue, MapPrimitive, Sample } from '../../graph/primitive.ts';
import {
  concatenate as concatenateValue,
  neg,
  pad as padValue,
  reduceSum,
  reshape as reshapeValue,
  reverse as reverseValue,
  scalar,
  slice as sliceValue,
  transpose as transposeValue,
} from '../functions.ts';
import { storageOf } from '../storage.ts';
import { copyAll, copyStrided } from './strided.ts';

const MOVED: readonly DType[] = ['float32', 'int64', 'bool', 'complex64', 'uint8', 'float64'];
const samplesFor = (dims: readonly Dims[], params: Sample['params']): Sample[] =>
  MOVED.map((dtype) => ({ inputs: dims.map((d) => ({ dims: d, dtype, low: 0, high: 2 })), params: params! }));
/** The axes that are longer than one. */
const longAxes = (dims: Dims): number[] => dims.flatMap((n, axis) => (n > 1 ? [axis] : []));
const zeros = (n: number): number[] => new Array<number>(n).fill(0);

type ReshapeParams = { readonly dims: Dims };
export const reshape: MapPrimitive<ReshapeParams> = {
  name: 'reshape',
  kind: 'map',
  pointwise: false,
  cost: 0,
  infer: ([x], { dims }) => {
    if (sizeOf(x!.dims) !== sizeOf(dims))
      throw new ShapeError(
        `reshape: shape ${showShape(x!.dims)} has ${sizeOf(x!.dims)} elements, which do not fill ${showShape(dims)}.`,
      );
    return [{ dims, dtype: x!.dtype }];
  },
  evaluate: ([x], _params, [out]) => copyAll(x!.data, out!.data),
  lowers: () => true,
  lower: (context, _params, at) => context.load(0, at.reshaped(context.inputs[0]!.dims)),
  axesInResult: ([x], { dims }) => {
    const [from, to] = [longAxes(x!.dims), longAxes(dims)];
    if (from.length !== to.length || from.some((axis, i) => x!.dims[axis] !== dims[to[i]!])) return null;
    return x!.dims.map((n, axis) => (n > 1 ? to[from.indexOf(axis)]! : null));
  },
  vjp: ({ inputs: [x], cotangents: [g] }) => [reshapeValue(g!, x!.dims)],
  samples: () => [
    ...samplesFor([[2, 6]], { dims: [3, 4] }),
    ...samplesFor([[2, 3, 4]], { dims: [6, 1, 4] }),
    ...samplesFor([[1]], { dims: [] }),
  ],
};

type TransposeParams = { readonly permutation: Dims };
export const transpose: MapPrimitive<TransposeParams> = {
  name: 'transpose',
  kind: 'map',
  pointwise: false,
  cost: 0,
  infer: ([x], { permutation }) => {
    const { length } = x!.dims;
    if (permutation.length !== length || [...permutation].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
      throw new ShapeError(
        `transpose: permutation (${permutation.join(', ')}) does not name each axis of shape ${showShape(x!.dims)} once.`,
      );
    }
    return [{ dims: permutation.map((axis) => x!.dims[axis]!), dtype: x!.dtype }];
  },
  evaluate: ([x], { permutation }, [out]) => {
    const strides = stridesOf(x!.dims);
    copyStrided(
      out!.dims,
      x!.data,
      0,
      permutation.map((axis) => strides[axis]!),
      out!.data,
      0,
      stridesOf(out!.dims),
      dtypes[x!.dtype].lanes,
    );
  },
  lowers: () => true,
  lower: (context, { permutation }, at) => {
    const source: ir.Expr[] = [];
    permutation.forEach((axis, i) => {
      source[axis] = at.axes[i]!;
    });
    return context.load(0, source);
  },
  axesInResult: (_inputs, { permutation }) => permutation.map((_, axis) => permutation.indexOf(axis)),
  vjp: ({ params: { permutation }, cotangents: [g] }) => {
    const inverse = zeros(permutation.length);
    permutation.forEach((axis, i) => {
      inverse[axis] = i;
    });
    return [transposeValue(g!, inverse)];
  },
  samples: () => [
    ...samplesFor([[3, 5]], { permutation: [1, 0] }),
    ...samplesFor([[2, 3, 4]], { permutation: [2, 0, 1] }),
  ],
};

type BroadcastParams = { readonly dims: Dims; readonly axes: Dims };
export const broadcast: MapPrimitive<BroadcastParams> = {
  name: 'broadcast',
  kind: 'map',
  pointwise: false,
  cost: 0,
  infer: ([x], { dims, axes }) => {
    const fits =
      axes.length === x!.dims.length &&
      axes.every((axis, i) => (i === 0 || axis > axes[i - 1]!) && (x!.dims[i] === 1 || x!.dims[i] === dims[axis]));
    if (!fits) throw new ShapeError(`broadcast: shape ${showShape(x!.dims)} does not broadcast to ${showShape(dims)}.`);
    return [{ dims, dtype: x!.dtype }];
  },
  evaluate: ([x], { axes }, [out]) => {
    const own = stridesOf(x!.dims);
    const strides = zeros(out!.dims.length);
    axes.forEach((axis, i) => {
      strides[axis] = x!.dims[i] === 1 ? 0 : own[i]!;
    });
    if (x!.data.length === dtypes[x!.dtype].lanes && dtypes[x!.dtype].lanes === 1)
      (out!.data as Float64Array).fill(x!.data[0] as number);
    else copyStrided(out!.dims, x!.data, 0, strides, out!.data, 0, stridesOf(out!.dims), dtypes[x!.dtype].lanes);
  },
  lowers: () => true,
  lower: (context, { axes }, at) =>
    context.load(
      0,
      axes.map((axis, i) => (context.inputs[0]!.dims[i] === 1 ? ir.integer(0) : at.axes[axis]!)),
    ),
  axesInResult: ([x], { dims, axes }) => axes.map((axis, i) => (x!.dims[i] === dims[axis] ? axis : null)),
  vjp: ({ inputs: [x], params: { dims, axes }, cotangents: [g] }) => {
    const kept = new Set(axes.filter((axis, i) => x!.dims[i] === dims[axis]));
    const summed = reduceSum(
      g!,
      dims.map((_, axis) => axis).filter((axis) => !kept.has(axis)),
    );
    return [reshapeValue(summed, x!.dims)];
  },
  samples: () => [
    ...samplesFor([[3]], { dims: [2, 3], axes: [1] }),
    ...samplesFor([[]], { dims: [4], axes: [] }),
    ...samplesFor([[2, 1]], { dims: [2, 3, 5], axes: [0, 1] }),
  ],
};

type PadParams = { readonly low: Dims; readonly high: Dims; readonly interior: Dims };
export const pad: MapPrimitive<PadParams> = {
  name: 'pad',
  kind: 'map',
  pointwise: false,
  cost: 1,
  infer: ([x, value], { low, high, interior }) => {
    if (value!.dims.length !== 0 || value!.dtype !== x!.dtype)
      throw new ShapeError(
        `pad: the value is ${value!.dtype} ${showShape(value!.dims)}; wanted a scalar of ${x!.dtype}.`,
      );
    return [
      {
        dims: x!.dims.map((n, axis) => low[axis]! + n + Math.max(n - 1, 0) * interior[axis]! + high[axis]!),
        dtype: x!.dtype,
      },
    ];
  },
  evaluate: ([x, value], { low, interior }, [out]) => {
    const { lanes } = dtypes[x!.dtype];
    copyStrided(out!.dims, value!.data, 0, zeros(out!.dims.length), out!.data, 0, stridesOf(out!.dims), lanes);
    const strides = stridesOf(out!.dims);
    const offset = low.reduce((sum, n, axis) => sum + n * strides[axis]!, 0);
    copyStrided(
      x!.dims,
      x!.data,
      0,
      stridesOf(x!.dims),
      out!.data,
      offset,
      strides.map((stride, axis) => stride * (interior[axis]! + 1)),
      lanes,
    );
  },
  lowers: () => true,
  lower: (context, { low, high, interior }, at) => {
    const { dims } = context.inputs[0]!;
    let guard: ir.Expr | undefined;
    const require = (condition: ir.Expr): void => {
      guard = guard ? ir.binary('and', guard, condition) : condition;
    };
    const source = at.axes.map((index, axis) => {
      const shifted = ir.plus(index, ir.integer(-low[axis]!));
      const spacing = interior[axis]! + 1;
      if (low[axis]! > 0) require(ir.compare('ge', shifted, ir.integer(0)));
      if (high[axis]! > 0 || spacing > 1)
        require(ir.compare('lt', shifted, ir.integer((dims[axis]! - 1) * spacing + 1)));
      if (spacing === 1) return shifted;
      require(ir.compare('eq', ir.binary('rem', shifted, ir.integer(spacing)), ir.integer(0)));
      return ir.binary('div', shifted, ir.integer(spacing));
    });
    return guard ? context.load(0, source, guard, context.load(1, [])) : context.load(0, source);
  },
  vjp: ({ inputs: [x, value], params: { low, interior }, cotangents: [g], needs }) => {
    const limit = x!.dims.map((n, axis) => low[axis]! + Math.max(n - 1, 0) * (interior[axis]! + 1) + (n > 0 ? 1 : 0));
    const inside = sliceValue(
      g!,
      low,
      limit,
      interior.map((n) => n + 1),
    );
    const all = (v: typeof inside): number[] => v.dims.map((_, axis) => axis);
    // What does not lie inside is the value's share.
    const share = needs[1]
      ? reduceSum(
          concatenateValue(
            [reshapeValue(reduceSum(g!, all(g!)), [1]), reshapeValue(neg(reduceSum(inside, all(inside))), [1])],
            0,
          ),
          [0],
        )
      : null;
    return [inside, share && reshapeValue(share, value!.dims)];
  },
  samples: () =>
    MOVED.flatMap((dtype) => [
      {
        inputs: [
          { dims: [2, 3], dtype, low: 0, high: 2 },
          { dims: [], dtype, low: 1, high: 2 },
        ],
        params: { low: [1, 0], high: [0, 2], interior: [0, 0] },
      },
      {
        inputs: [
          { dims: [4], dtype, low: 0, high: 2 },
          { dims: [], dtype, low: 1, high: 2 },
        ],
        params: { low: [1], high: [2], interior: [2] },
      },
    ]),
};

type SliceParams = { readonly start: Dims; readonly limit: Dims; readonly strides: Dims };
export const slice: MapPrimitive<SliceParams> = {
  name: 'slice',
  kind: 'map',
  pointwise: false,
  cost: 0,
  infer: ([x], { start, limit, strides }) => {
    const fits = x!.dims.every(
      (n, axis) => start[axis]! >= 0 && start[axis]! <= limit[axis]! && limit[axis]! <= n && strides[axis]! > 0,
    );
    if (!fits || start.length !== x!.dims.length) {
      throw new ShapeError(
        `slice: from (${start.join(', ')}) to (${limit.join(', ')}) does not lie in shape ${showShape(x!.dims)}.`,
      );
    }
    return [{ dims: start.map((from, axis) => Math.ceil((limit[axis]! - from) / strides[axis]!)), dtype: x!.dtype }];
  },
  evaluate: ([x], { start, strides }, [out]) => {
    const own = stridesOf(x!.dims);
    const offset = start.reduce((sum, n, axis) => sum + n * own[axis]!, 0);
    copyStrided(
      out!.dims,
      x!.data,
      offset,
      own.map((stride, axis) => stride * strides[axis]!),
      out!.data,
      0,
      stridesOf(out!.dims),
      dtypes[x!.dtype].lanes,
    );
  },
  lowers: () => true,
  lower: (context, { start, strides }, at) =>
    context.load(
      0,
      at.axes.map((index, axis) => ir.plus(ir.times(index, strides[axis]!), ir.integer(start[axis]!))),
    ),
  vjp: ({ inputs: [x], outputs: [y], params: { start, strides }, cotangents: [g] }) => {
    const used = y!.dims.map((n, axis) => (n === 0 ? 0 : (n - 1) * strides[axis]! + 1));
    const high = x!.dims.map((n, axis) => n - start[axis]! - used[axis]!);
    return [
      padValue(
        g!,
        scalar(0, g!.dtype),
        start,
        high,
        strides.map((n) => n - 1),
      ),
    ];
  },
  samples: () => [
    ...samplesFor([[4, 7]], { start: [1, 0], limit: [3, 7], strides: [1, 3] }),
    ...samplesFor([[5]], { start: [2], limit: [2], strides: [1] }),
  ],
};

export const concatenate: MapPrimitive<{ readonly axis: number }> = {
  name: 'concatenate',
  kind: 'map',
  pointwise: false,
  cost: 1,
  infer: (inputs, { axis }) => {
    const first = inputs[0]!;
    for (const input of inputs) {
      const fits =
        input.dtype === first.dtype &&
        input.dims.length === first.dims.length &&
        input.dims.every((n, i) => i === axis || n === first.dims[i]);
      if (!fits) {
        throw new ShapeError(
          `concat: ${input.dtype} ${showShape(input.dims)} beside ${first.dtype} ${showShape(first.dims)} along axis ${axis}; dtypes and all other dimensions must be equal.`,
        );
      }
    }
    return [
      {
        dims: first.dims.map((n, i) => (i === axis ? inputs.reduce((sum, input) => sum + input.dims[axis]!, 0) : n)),
        dtype: first.dtype,
      },
    ];
  },
  evaluate: (inputs, { axis }, [out]) => {
    const strides = stridesOf(out!.dims);
    let offset = 0;
    for (const input of inputs) {
      copyStrided(
        input.dims,
        input.data,
        0,
        stridesOf(input.dims),
        out!.data,
        offset * strides[axis]!,
        strides,
        dtypes[out!.dtype].lanes,
      );
      offset += input.dims[axis]!;
    }
  },
  parts: (inputs, { axis }) => {
    let offset = 0;
    return inputs.map(({ dims }) => {
      const start = dims.map((_, i) => (i === axis ? offset : 0));
      offset += dims[axis]!;
      return start;
    });
  },
  lowers: () => true,
  lower: (context, { axis }, at) => {
    const ends: number[] = [];
    context.inputs.reduce((sum, input) => (ends.push(sum + input.dims[axis]!), sum + input.dims[axis]!), 0);
    const part = (operand: number): ir.Expr => {
      const begin = ends[operand - 1] ?? 0;
      const index = at.axes.map((expression, i) => (i === axis ? ir.plus(expression, ir.integer(-begin)) : expression));
      if (operand === context.inputs.length - 1)
        return context.load(
          operand,
          index,
          operand === 0 ? undefined : ir.compare('ge', at.axes[axis]!, ir.integer(begin)),
          undefined,
        );
      const inside = ir.compare('lt', at.axes[axis]!, ir.integer(ends[operand]!));
      const guard =
        operand === 0 ? inside : ir.binary('and', inside, ir.compare('ge', at.axes[axis]!, ir.integer(begin)));
      return ir.select(inside, context.load(operand, index, guard), part(operand + 1));
    };
    return part(0);
  },
  vjp: ({ inputs, params: { axis }, cotangents: [g], needs }) => {
    let offset = 0;
    return inputs.map((input, i) => {
      const start = g!.dims.map((_, a) => (a === axis ? offset : 0));
      offset += input.dims[axis]!;
      return needs[i]
        ? sliceValue(
            g!,
            start,
            g!.dims.map((n, a) => (a === axis ? offset : n)),
          )
        : null;
    });
  },
  samples: () => [
    ...samplesFor(
      [
        [2, 3],
        [2, 1],
        [2, 4],
      ],
      { axis: 1 },
    ),
    ...samplesFor([[2], [3]], { axis: 0 }),
  ],
};

export const reverse: MapPrimitive<{ readonly axes: readonly number[] }> = {
  name: 'reverse',
  kind: 'map',
  pointwise: false,
  cost: 0,
  infer: ([x]) => [{ dims: x!.dims, dtype: x!.dtype }],
  evaluate: ([x], { axes }, [out]) => {
    const strides = stridesOf(x!.dims);
    const offset = axes.reduce((sum, axis) => sum + (x!.dims[axis]! - 1) * strides[axis]!, 0);
    copyStrided(
      x!.dims,
      x!.data,
      offset,
      strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
      out!.data,
      0,
      strides,
      dtypes[x!.dtype].lanes,
    );
  },
  lowers: () => true,
  lower: (context, { axes }, at) => {
    const { dims } = context.inputs[0]!;
    return context.load(
      0,
      at.axes.map((index, axis) =>
        axes.includes(axis) ? ir.binary('sub', ir.integer(dims[axis]! - 1), index) : index,
      ),
    );
  },
  vjp: ({ params: { axes }, cotangents: [g] }) => [reverseValue(g!, axes)],
  samples: () => samplesFor([[3, 4]], { axes: [0, 1] }),
};

export const iota: MapPrimitive<{ readonly dims: Dims; readonly axis: number; readonly dtype: DType }> = {
  name: 'iota',
  kind: 'map',
  pointwise: false,
  cost: 0,
  infer: (_inputs, { dims, dtype }) => [{ dims, dtype }],
  evaluate: (_inputs, { dims, axis, dtype }, [out]) => {
    const inner = stridesOf(dims)[axis]!;
    const y = out as ArrayValue;
    for (let i = 0; i < y.data.length; i++) {
      const position = Math.floor(i / inner) % dims[axis]!;
      (y.data as (number | bigint)[] | BigInt64Array)[i] = (isBig(dtype) ? BigInt(position) : position) as never;
    }
  },
  lowers: (_inputs, { dtype }) => dtypes[dtype].kind !== 'complex',
  countsAlong: ({ axis }) => axis,
  lower: (_context, { axis, dtype }, at) => {
    const register = ir.registerOf[storageOf(dtype)];
    return ir.convert(register, at.axes[axis]!);
  },
  vjp: null,
  samples: () =>
    (['float32', 'int32', 'int64', 'float64', 'uint8'] as const).map((dtype) => ({
      inputs: [],
      params: { dims: [3, 4], axis: 1, dtype },
    })),
};

export const movementPrimitives = { reshape, transpose, broadcast, pad, slice, concatenate, reverse, iota };
