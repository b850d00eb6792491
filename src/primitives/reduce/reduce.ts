// Reductions over axes: sum, product, largest, smallest.
// Owns: their shape rule, reference loops with compensated sums, gradients. Means, norms, any and all are compositions.
import { type DType, dtypes, isBig, isComplex, roundInPlace } from '../../base/dtype.ts';
import { DTypeError } from '../../base/errors.ts';
import { type Dims, sizeOf, stridesOf } from '../../base/shape.ts';
import type * as ir from '../../compiler/loop-ir.ts';
import type { ReducePrimitive, Sample } from '../../graph/primitive.ts';
import type { Value } from '../../graph/value.ts';
import {
  broadcast,
  compare,
  concatenate,
  convert,
  cumulative,
  div,
  full,
  mul,
  type ReduceName,
  reduceSum,
  reshape,
  select,
  slice,
  transpose,
  zerosLike,
} from '../functions.ts';

type Params = { readonly axes: readonly number[] };
const keptAxes = (dims: Dims, axes: readonly number[]): number[] =>
  dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis));

/** The reduced value again in the shape of x. */
const spread = (value: Value, x: Value, axes: readonly number[]): Value =>
  broadcast(value, x.dims, keptAxes(x.dims, axes));

interface Rule {
  readonly combine: ir.Combine;
  readonly initial: (dtype: DType) => number | bigint;
  readonly number: (a: number, b: number) => number;
  readonly big: (a: bigint, b: bigint) => bigint;
  readonly vjp: (g: Value, x: Value, y: Value, axes: readonly number[]) => Value;
}

const lowest = (dtype: DType): number | bigint =>
  isBig(dtype)
    ? dtype === 'int64'
      ? -(2n ** 63n)
      : 0n
    : dtypes[dtype].kind === 'float'
      ? Number.NEGATIVE_INFINITY
      : dtypes[dtype].min;
const highest = (dtype: DType): number | bigint =>
  isBig(dtype)
    ? dtype === 'int64'
      ? 2n ** 63n - 1n
      : 2n ** 64n - 1n
    : dtypes[dtype].kind === 'float'
      ? Number.POSITIVE_INFINITY
      : dtypes[dtype].max;
const unit =
  (value: number) =>
  (dtype: DType): number | bigint =>
    isBig(dtype) ? BigInt(value) : value;

/** Where x is extreme the gradient is shared equally, as in TensorFlow. */
function extremeGradient(g: Value, x: Value, y: Value, axes: readonly number[]): Value {
  const winners = compare('equal', x, spread(y, x, axes));
  const share = div(g, convert(reduceSum(convert(winners, 'float32'), axes), g.dtype));
  return select(winners, spread(share, x, axes), zerosLike(x));
}

/** The product of all other elements, without division: exclusive cumulative products from both sides. */
function productGradient(g: Value, x: Value, axes: readonly number[]): Value {
  const kept = keptAxes(x.dims, axes);
  const permutation = [...kept, ...axes];
  const count = axes.reduce((product, axis) => product * x.dims[axis]!, 1);
  if (count === 0) return zerosLike(x);
  const outer = kept.map((axis) => x.dims[axis]!);
  const flat = reshape(transpose(x, permutation), [...outer, count]);
  const shifted = (reverse: boolean): Value => {
    const products = cumulative(flat, 'prod', reverse);
    const from = [...outer.map(() => 0), reverse ? 1 : 0];
    const rest = slice(products, from, [...outer, reverse ? count : count - 1]);
    const one = full(1, { dims: [...outer, 1], dtype: x.dtype });
    return concatenate(reverse ? [rest, one] : [one, rest], outer.length);
  };
  const others = mul(shifted(false), shifted(true));
  const inverse: number[] = [];
  permutation.forEach((axis, i) => {
    inverse[axis] = i;
  });
  return mul(
    spread(g, x, axes),
    transpose(
      reshape(
        others,
        permutation.map((axis) => x.dims[axis]!),
      ),
      inverse,
    ),
  );
}

const rules: Record<ReduceName, Rule> = {
  reduceSum: {
    combine: 'add',
    initial: unit(0),
    number: (a, b) => a + b,
    big: (a, b) => a + b,
    vjp: (g, x, _y, axes) => spread(g, x, axes),
  },
  reduceProd: {
    combine: 'mul',
    initial: unit(1),
    number: (a, b) => a * b,
    big: (a, b) => a * b,
    vjp: (g, x, _y, axes) => productGradient(g, x, axes),
  },
  reduceMax: {
    combine: 'max',
    initial: lowest,
    number: Math.max,
    big: (a, b) => (a > b ? a : b),
    vjp: extremeGradient,
  },
  reduceMin: {
    combine: 'min',
    initial: highest,
    number: Math.min,
    big: (a, b) => (a < b ? a : b),
    vjp: extremeGradient,
  },
};

function define(name: ReduceName): ReducePrimitive<Params> {
  const rule = rules[name];
  const narrow = name === 'reduceMax' || name === 'reduceMin';
  return {
    name,
    kind: 'reduce',
    combine: rule.combine,
    initial: rule.initial,
    infer: ([x], { axes }) => {
      const { kind } = dtypes[x!.dtype];
      if (kind === 'string' || (kind === 'bool' && !narrow) || (kind === 'complex' && name !== 'reduceSum')) {
        throw new DTypeError(`${name}: found dtype ${x!.dtype}, which cannot be reduced so; convert with tf.cast.`);
      }
      return [{ dims: keptAxes(x!.dims, axes).map((axis) => x!.dims[axis]!), dtype: x!.dtype }];
    },
    loops: ([x], { axes }) => axes.map((axis) => x!.dims[axis]!),
    value: (context, { axes }, at, inner) => {
      const source: ir.Expr[] = [];
      keptAxes(context.inputs[0]!.dims, axes).forEach((axis, i) => {
        source[axis] = at.axes[i]!;
      });
      axes.forEach((axis, i) => {
        source[axis] = inner[i]!;
      });
      return context.load(0, source);
    },
    evaluate: ([x], { axes }, [out]) => {
      const dtype = x!.dtype;
      const kept = keptAxes(x!.dims, axes);
      const strides = stridesOf(x!.dims);
      const offsets = (list: readonly number[]): Int32Array => {
        const dims = list.map((axis) => x!.dims[axis]!);
        const result = new Int32Array(sizeOf(dims));
        const own = stridesOf(dims);
        for (let i = 0; i < result.length; i++) {
          let position = 0;
          for (let k = 0; k < dims.length; k++) position += (Math.floor(i / own[k]!) % dims[k]!) * strides[list[k]!]!;
          result[i] = position;
        }
        return result;
      };
      const [outer, inner] = [offsets(kept), offsets(axes)];
      if (isBig(dtype)) {
        const [source, target] = [x!.data as BigInt64Array, out!.data as BigInt64Array];
        for (let i = 0; i < outer.length; i++) {
          let sum = rule.initial(dtype) as bigint;
          for (let k = 0; k < inner.length; k++) sum = rule.big(sum, source[outer[i]! + inner[k]!]!);
          target[i] = sum;
        }
      } else if (isComplex(dtype)) {
        for (let i = 0; i < outer.length; i++) {
          for (let lane = 0; lane < 2; lane++) {
            let sum = 0;
            for (let k = 0; k < inner.length; k++)
              sum += (x!.data as Float32Array)[2 * (outer[i]! + inner[k]!) + lane]!;
            out!.data[2 * i + lane] = sum;
          }
        }
      } else {
        const source = x!.data as Float64Array;
        const target = out!.data as Float64Array;
        const exact = dtypes[dtype].kind !== 'float' && name === 'reduceProd';
        for (let i = 0; i < outer.length; i++) {
          let value = rule.initial(dtype) as number;
          if (name === 'reduceSum') value = compensatedSum(source, outer[i]!, inner);
          else if (exact)
            for (let k = 0; k < inner.length; k++) value = Math.imul(value, source[outer[i]! + inner[k]!]!);
          else for (let k = 0; k < inner.length; k++) value = rule.number(value, source[outer[i]! + inner[k]!]!);
          target[i] = value;
        }
        roundInPlace(dtype, out!.data);
      }
    },
    vjp: ({ inputs: [x], outputs: [y], params: { axes }, cotangents: [g] }) => [rule.vjp(g!, x!, y!, axes)],
    samples: () => {
      const list: readonly DType[] = narrow
        ? ['float32', 'float64', 'int32', 'int64', 'uint8', 'bool', 'float16']
        : ['float32', 'float64', 'int32', 'int64', 'uint8', 'float16', 'bfloat16'];
      return list.flatMap((dtype): Sample[] =>
        [
          [[3, 5], [1]],
          [[3, 5], [0]],
          [
            [2, 3, 4],
            [0, 2],
          ],
          [[7], [0]],
          [[2, 0], [1]],
          [[2, 37], [1]],
        ].map(([dims, axes]) => ({
          inputs: [{ dims: dims!, dtype, low: dtypes[dtype].kind === 'uint' || dtype === 'bool' ? 0 : -2, high: 2 }],
          params: { axes: axes! },
        })),
      );
    },
  };
}

/** Neumaier's sum: in doubles, so float32 results are correctly rounded in all but contrived cases. */
function compensatedSum(source: Float64Array, offset: number, inner: Int32Array): number {
  let sum = 0;
  let rest = 0;
  for (let k = 0; k < inner.length; k++) {
    const x = source[offset + inner[k]!]!;
    const next = sum + x;
    if (Number.isFinite(next)) rest += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    sum = next;
  }
  return sum + rest;
}

export const reducePrimitives = {
  reduceSum: define('reduceSum'),
  reduceProd: define('reduceProd'),
  reduceMax: define('reduceMax'),
  reduceMin: define('reduceMin'),
};
