// The elementwise primitives that are no arithmetic: select, convert, bitcast, isFinite, stopGradient, complex parts.
// Owns: conversion between dtypes as TensorFlow does it. Leaves arithmetic to rules.ts.
import { type Data, type DType, dtypes, isBig, isComplex, isDifferentiable, roundInPlace } from '../../base/dtype.ts';
import { DTypeError, ShapeError, ValueError } from '../../base/errors.ts';
import { sameShape, showShape } from '../../base/shape.ts';
import * as ir from '../../compiler/loop-ir.ts';
import type { Graph } from '../../graph/graph.ts';
import type { MapPrimitive, Params } from '../../graph/primitive.ts';
import { replay } from '../../graph/replay.ts';
import type { Value } from '../../graph/value.ts';
import {
  complex,
  convert as convertValue,
  full,
  imag as imagOf,
  real as realOf,
  select as selectValue,
  zerosLike,
} from '../functions.ts';
import { storageOf } from '../storage.ts';
import { wrap } from './define.ts';

export const select: MapPrimitive = {
  name: 'select',
  kind: 'map',
  pointwise: true,
  cost: 1,
  infer: ([condition, a, b]) => {
    if (
      condition!.dtype !== 'bool' ||
      a!.dtype !== b!.dtype ||
      !sameShape(condition!.dims, a!.dims) ||
      !sameShape(a!.dims, b!.dims)
    ) {
      throw new ShapeError(
        `select: condition ${condition!.dtype} ${showShape(condition!.dims)}, operands ${a!.dtype} ${showShape(a!.dims)} and ${b!.dtype} ${showShape(b!.dims)}; wanted bool and two of one dtype, all of one shape.`,
      );
    }
    return [{ dims: a!.dims, dtype: a!.dtype }];
  },
  evaluate: ([condition, a, b], _params, [out]) => {
    const lanes = dtypes[out!.dtype].lanes;
    const [c, p, q, y] = [condition!.data, a!.data, b!.data, out!.data] as Float64Array[];
    for (let i = 0; i < y!.length; i++) y![i] = c![lanes === 1 ? i : i >> 1] ? p![i]! : q![i]!;
  },
  lowers: () => true,
  lower: (context, _params, at) => ir.select(context.load(0, at), context.load(1, at), context.load(2, at)),
  monotone: () => true,
  vjp: ({ inputs: [condition, a, b], cotangents: [g], needs }) => [
    null,
    needs[1] ? selectValue(condition!, g!, zerosLike(a!)) : null,
    needs[2] ? selectValue(condition!, zerosLike(b!), g!) : null,
  ],
  samples: () =>
    (['float32', 'float64', 'int32', 'int64', 'uint8', 'bool', 'complex64'] as const).map((dtype) => ({
      inputs: [
        { dims: [3, 5], dtype: 'bool', low: 0, high: 2 },
        { dims: [3, 5], dtype, low: 0, high: 2 },
        { dims: [3, 5], dtype, low: 0, high: 2 },
      ],
    })),
};

/** Element by element, as TensorFlow's CPU casts: floats truncate towards zero, integers wrap. What int32 and int64 cannot hold, NaN
 * too, becomes their least number, as the processor's instruction has it; narrower integers saturate, and NaN becomes 0 there; of
 * negative floats uint32 and uint64 take the two's complement. */
export function convertData(from: DType, to: DType, source: Data, target: Data): void {
  const n = target.length / dtypes[to].lanes;
  const y = target as Float64Array;
  const stride = dtypes[from].lanes; // a complex number gives its real part
  if (isComplex(from) && isComplex(to)) y.set(source as Float64Array);
  else if (to === 'bool') {
    if (isComplex(from))
      for (let i = 0; i < n; i++)
        y[i] = (source as Float64Array)[2 * i] !== 0 || (source as Float64Array)[2 * i + 1] !== 0 ? 1 : 0;
    else for (let i = 0; i < n; i++) y[i] = Number(source[i]) !== 0 ? 1 : 0;
  } else if (isBig(to)) {
    const big = target as BigInt64Array;
    if (isBig(from)) for (let i = 0; i < n; i++) big[i] = source[i] as bigint;
    else if (dtypes[from].kind !== 'float' && !isComplex(from))
      for (let i = 0; i < n; i++) big[i] = BigInt(source[i] as number);
    else for (let i = 0; i < n; i++) big[i] = toBig(source[i * stride] as number, to);
  } else if (dtypes[from].kind === 'float' || isComplex(from)) {
    const x = source as Float64Array;
    if (isComplex(to)) for (let i = 0; i < n; i++) y[2 * i] = x[i * stride]!;
    else if (dtypes[to].kind === 'float') for (let i = 0; i < n; i++) y[i] = x[i * stride]!;
    else {
      const { min, max } = wide(to) ? { min: dtypes.int32.min, max: dtypes[to].max } : dtypes[to];
      const [above, none] = to === 'int32' ? [min, min] : [max, 0];
      for (let i = 0; i < n; i++) {
        const value = Math.trunc(x[i * stride]!);
        y[i] = value > max ? above : value >= min ? value : Number.isNaN(value) ? none : min;
      }
    }
  } else if (isBig(from) && dtypes[to].kind !== 'float' && !isComplex(to)) {
    for (let i = 0; i < n; i++) y[i] = Number(BigInt.asIntN(32, source[i] as bigint));
  } else {
    const lanes = dtypes[to].lanes;
    for (let i = 0; i < n; i++) y[i * lanes] = Number(source[i]);
  }
  roundInPlace(to, target);
}

function toBig(x: number, to: DType): bigint {
  const [low, high] = [-(2n ** 63n), to === 'int64' ? 2n ** 63n - 1n : 2n ** 64n - 1n];
  if (Number.isNaN(x)) return to === 'int64' ? low : 0n;
  const value = Math.trunc(x);
  if (value >= Number(high)) return to === 'int64' ? low : high;
  return value <= Number(low) ? low : BigInt(value);
}
const wide = (dtype: DType): boolean => dtype === 'uint32' || dtype === 'uint64';

export const convert: MapPrimitive<{ readonly dtype: DType }> = {
  name: 'convert',
  kind: 'map',
  pointwise: true,
  cost: 1,
  infer: ([x], { dtype }) => {
    if (x!.dtype === 'string' || dtype === 'string') {
      throw new DTypeError(
        `cast: ${x!.dtype} to ${dtype} is not a conversion of numbers; use tf.strings.toNumber or tf.strings.asString.`,
      );
    }
    return [{ dims: x!.dims, dtype }];
  },
  evaluate: ([x], { dtype }, [out]) => convertData(x!.dtype, dtype, x!.data, out!.data),
  lowers: ([x], { dtype }) => !isComplex(dtype) && !isComplex(x!.dtype),
  // To integers numbers wrap, and to bool everything but 0 is the same.
  monotone: ([x], { dtype }) => x!.dtype === 'bool' || (dtypes[dtype].kind === 'float' && !isComplex(x!.dtype)),
  lower: (context, { dtype }, at) => {
    const from = context.inputs[0]!.dtype;
    let x = context.load(0, at);
    const target = ir.registerOf[storageOf(dtype)];
    const fromSigned = dtypes[from].kind === 'int' || dtypes[from].kind === 'float';
    if (dtypes[from].kind === 'float' && (dtypes[dtype].kind === 'int' || dtypes[dtype].kind === 'uint')) {
      const { min, max, bits } = dtypes[dtype];
      // The registers saturate at 32 or 64 bits; narrower types are clamped first.
      if (bits < 32) x = ir.binary('min', ir.binary('max', x, ir.constant(x.type, min)), ir.constant(x.type, max));
      if (dtype === 'int32' || dtype === 'int64') {
        const holds = ir.compare('lt', x, ir.constant(x.type, 2 ** (bits - 1)));
        const least = ir.constant(target, dtype === 'int64' ? -(2n ** 63n) : min);
        return ir.select(holds, ir.convert(target, x, true), least);
      }
      if (!wide(dtype)) return ir.convert(target, x, true);
      const negative = ir.compare('lt', x, ir.constant(x.type, 0));
      return ir.select(negative, ir.convert(target, x, true), ir.convert(target, x, false));
    }
    return wrap(dtype, ir.convert(target, x, fromSigned));
  },
  vjp: ({ inputs: [x], params, cotangents: [g] }) => [
    isDifferentiable(x!.dtype) && isDifferentiable(params.dtype)
      ? convertValue(isComplex(g!.dtype) && !isComplex(x!.dtype) ? realOf(g!) : g!, x!.dtype)
      : null,
  ],
  samples: () => {
    const list: readonly DType[] = [
      'float32',
      'float64',
      'float16',
      'bfloat16',
      'int8',
      'int16',
      'int32',
      'int64',
      'uint8',
      'uint16',
      'uint32',
      'uint64',
      'bool',
      'complex64',
    ];
    return list.flatMap((from) =>
      list.map((dtype) => ({
        inputs: [
          {
            dims: [3, 7],
            dtype: from,
            low: dtypes[from].kind === 'uint' || from === 'bool' ? 0 : -9,
            high: from === 'bool' ? 2 : 9,
          },
        ],
        params: { dtype },
      })),
    );
  },
};

export const bitcast: MapPrimitive<{ readonly dtype: DType }> = {
  name: 'bitcast',
  kind: 'map',
  pointwise: true,
  cost: 1,
  infer: ([x], { dtype }) => {
    const [from, to] = [dtypes[x!.dtype], dtypes[dtype]];
    if (from.bytes !== to.bytes || from.bits !== to.bits || to.bits === 0) {
      throw new DTypeError(
        `bitcast: ${x!.dtype} has ${from.bits} bits and ${dtype} has ${to.bits}; wanted equal sizes.`,
      );
    }
    return [{ dims: x!.dims, dtype }];
  },
  evaluate: ([x], _params, [out]) => {
    const bytes = (data: Data): Uint8Array => {
      const view = data as Uint8Array;
      return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    };
    bytes(out!.data).set(bytes(x!.data));
  },
  lowers: ([x], { dtype }) => !isComplex(x!.dtype) && !isComplex(dtype) && dtypes[dtype].bits >= 32,
  lower: (context, { dtype }, at) => {
    const x = context.load(0, at);
    const target = ir.registerOf[storageOf(dtype)];
    return x.type === target ? x : ir.bitcast(target, x);
  },
  vjp: null,
  samples: () => [
    { inputs: [{ dims: [6], dtype: 'float32', low: -3, high: 3 }], params: { dtype: 'int32' } },
    { inputs: [{ dims: [6], dtype: 'uint32', low: 0, high: 900 }], params: { dtype: 'float32' } },
    { inputs: [{ dims: [6], dtype: 'float64', low: -3, high: 3 }], params: { dtype: 'int64' } },
  ],
};

export const isFinite: MapPrimitive = {
  name: 'isFinite',
  kind: 'map',
  pointwise: true,
  cost: 2,
  infer: ([x]) => [{ dims: x!.dims, dtype: 'bool' }],
  evaluate: ([x], _params, [out]) => {
    for (let i = 0; i < out!.data.length; i++) out!.data[i] = Number.isFinite(Number(x!.data[i])) ? 1 : 0;
  },
  lowers: () => true,
  lower: (context, _params, at) => {
    const x = context.load(0, at);
    if (x.type !== 'f32' && x.type !== 'f64') return ir.constant('bool', 1);
    return ir.compare('lt', ir.unary('abs', x), ir.constant(x.type, Number.POSITIVE_INFINITY));
  },
  vjp: null,
  samples: () => [{ inputs: [{ dims: [4], dtype: 'float32', values: [1, Number.NaN, Number.POSITIVE_INFINITY, -2] }] }],
};

export type OwnGradientParams = { readonly gradient: Graph; readonly gives: readonly number[] };
/**
 * The identity of operand 0 with a gradient given as a graph. Operands: the value, the inputs it was made of, what the graph captured.
 * The graph takes the cotangent and what it captured, and gives the gradients of the inputs numbered `gives`.
 */
export const withGradient: MapPrimitive<OwnGradientParams> = {
  name: 'withGradient',
  kind: 'map',
  pointwise: false,
  cost: 0,
  infer: ([x]) => [{ dims: x!.dims, dtype: x!.dtype }],
  evaluate: ([x], _params, [out]) => {
    for (let i = 0; i < out!.data.length; i++) out!.data[i] = x!.data[i]!;
  },
  lowers: () => true,
  lower: (context, _params, at) => context.load(0, at),
  vjp: ({ inputs, params: { gradient, gives }, cotangents: [cotangent] }) => {
    const captured = inputs.slice(inputs.length - (gradient.parameters.length - 1));
    const values = replay(gradient, [cotangent!, ...captured]);
    const gradients: (Value | null)[] = inputs.map(() => null);
    gives.forEach((input, k) => {
      gradients[1 + input] = values.get(gradient.outputs[k]!)!;
    });
    return gradients;
  },
  samples: () => [],
};

/** The identity, through which no gradient flows. */
export const stopGradient: MapPrimitive = {
  name: 'stopGradient',
  kind: 'map',
  pointwise: true,
  cost: 0,
  infer: ([x]) => [{ dims: x!.dims, dtype: x!.dtype }],
  evaluate: ([x], _params, [out]) => {
    for (let i = 0; i < out!.data.length; i++) out!.data[i] = x!.data[i]!;
  },
  lowers: () => true,
  lower: (context, _params, at) => context.load(0, at),
  vjp: null,
  samples: () => [{ inputs: [{ dims: [4], dtype: 'float32' }] }],
};

const complexPrimitive = (
  name: string,
  part: Omit<MapPrimitive, 'name' | 'kind' | 'pointwise' | 'cost' | 'lowers' | 'lower'>,
): MapPrimitive<Params> => ({
  name,
  kind: 'map',
  pointwise: true,
  cost: 1,
  lowers: () => false,
  lower: () => {
    throw new ValueError(`${name}: complex numbers are evaluated by the reference.`);
  },
  ...part,
});

export const complexPrimitives = {
  complex: complexPrimitive('complex', {
    infer: ([re, im]) => {
      if (re!.dtype !== 'float32' || im!.dtype !== 'float32' || !sameShape(re!.dims, im!.dims)) {
        throw new DTypeError(
          `complex: parts of ${re!.dtype} ${showShape(re!.dims)} and ${im!.dtype} ${showShape(im!.dims)}; wanted two float32 of one shape.`,
        );
      }
      return [{ dims: re!.dims, dtype: 'complex64' }];
    },
    evaluate: ([re, im], _params, [out]) => {
      for (let i = 0; i < re!.data.length; i++) {
        out!.data[2 * i] = re!.data[i]!;
        out!.data[2 * i + 1] = im!.data[i]!;
      }
    },
    vjp: ({ cotangents: [g], needs }) => [needs[0] ? realOf(g!) : null, needs[1] ? imagOf(g!) : null],
    samples: () => [
      {
        inputs: [
          { dims: [5], dtype: 'float32' },
          { dims: [5], dtype: 'float32' },
        ],
      },
    ],
  }),
  real: complexPrimitive('real', {
    infer: ([x]) => [{ dims: x!.dims, dtype: 'float32' }],
    evaluate: ([x], _params, [out]) => {
      for (let i = 0; i < out!.data.length; i++) out!.data[i] = x!.data[2 * i]!;
    },
    vjp: ({ cotangents: [g] }) => [complex(g!, zerosLike(g!))],
    samples: () => [{ inputs: [{ dims: [5], dtype: 'complex64' }] }],
  }),
  imag: complexPrimitive('imag', {
    infer: ([x]) => [{ dims: x!.dims, dtype: 'float32' }],
    evaluate: ([x], _params, [out]) => {
      for (let i = 0; i < out!.data.length; i++) out!.data[i] = x!.data[2 * i + 1]!;
    },
    // TensorFlow's convention: the cotangent g of Im z gives i·g.
    vjp: ({ cotangents: [g] }) => [complex(full(0, g!), g!)],
    samples: () => [{ inputs: [{ dims: [5], dtype: 'complex64' }] }],
  }),
};
