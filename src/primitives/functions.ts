// Primitives as plain functions from values to values: the vocabulary in which gradients and ops are written.
// Owns: one thin function for each primitive and a few constants. Operands have equal shapes and dtypes already;
// broadcasting and promotion belong to src/ops.
import { allocate, type Data, type DType, isBig, isComplex } from '../base/dtype.ts';
import { type Dims, sameShape, sizeOf } from '../base/shape.ts';
import { bind, bind1, constantValue } from '../graph/dispatch.ts';
import type { HostFunction } from '../graph/primitive.ts';
import type { Spec, Value } from '../graph/value.ts';
import type { ElementwiseFunction } from './elementwise/call.ts';
import type { BinaryName, CompareName, UnaryName } from './elementwise/rules.ts';
import type { OwnGradientParams } from './elementwise/select-convert.ts';
import { primitive } from './registry.ts';

export const unary = (name: UnaryName, x: Value): Value => bind1(primitive(name), [x], {});
export const binary = (name: BinaryName, a: Value, b: Value): Value => bind1(primitive(name), [a, b], {});
export const compare = (name: CompareName, a: Value, b: Value): Value => bind1(primitive(name), [a, b], {});

export const neg = (x: Value): Value => unary('neg', x);
export const not = (x: Value): Value => unary('not', x);
export const add = (a: Value, b: Value): Value => binary('add', a, b);
export const sub = (a: Value, b: Value): Value => binary('sub', a, b);
export const mul = (a: Value, b: Value): Value => binary('mul', a, b);
export const div = (a: Value, b: Value): Value => binary('div', a, b);

/** The quotient or remainder of integers in a program that ends with an error of the op `operation` where a divisor is zero. */
export const divideRefusingZero = (name: 'div' | 'rem', a: Value, b: Value, operation: string): Value =>
  bind1(primitive(name), [a, b], { refusesZero: operation });

export const select = (condition: Value, a: Value, b: Value): Value =>
  bind1(primitive('select'), [condition, a, b], {});
export const convert = (x: Value, dtype: DType): Value =>
  x.dtype === dtype ? x : bind1(primitive('convert'), [x], { dtype });
export const bitcast = (x: Value, dtype: DType): Value => bind1(primitive('bitcast'), [x], { dtype });
export const isFinite = (x: Value): Value => bind1(primitive('isFinite'), [x], {});
/** The value with a gradient of its own (see the primitive). */
export const withGradient = (
  x: Value,
  inputs: readonly Value[],
  captured: readonly Value[],
  params: OwnGradientParams,
): Value => bind1(primitive<OwnGradientParams>('withGradient'), [x, ...inputs, ...captured], params);
export const stopGradient = (x: Value): Value => bind1(primitive('stopGradient'), [x], {});
export const complex = (real: Value, imag: Value): Value => bind1(primitive('complex'), [real, imag], {});
export const real = (x: Value): Value => bind1(primitive('real'), [x], {});
export const imag = (x: Value): Value => bind1(primitive('imag'), [x], {});
export const conj = (x: Value): Value => (isComplex(x.dtype) ? complex(real(x), neg(imag(x))) : x);

// ── Movement ────────────────────────────────────────────────────────────────────────────────────────────────────

export const reshape = (x: Value, dims: Dims): Value =>
  sameShape(x.dims, dims) ? x : bind1(primitive('reshape'), [x], { dims });
/** Axis i of the result is axis `permutation[i]` of x. */
export const transpose = (x: Value, permutation: Dims): Value =>
  permutation.every((axis, i) => axis === i) ? x : bind1(primitive('transpose'), [x], { permutation });
/** Axis i of x becomes axis `axes[i]` of the result (StableHLO's broadcast_in_dim). */
export const broadcast = (x: Value, dims: Dims, axes: Dims): Value =>
  sameShape(x.dims, dims) && axes.every((axis, i) => axis === i)
    ? x
    : bind1(primitive('broadcast'), [x], { dims, axes });
/** NumPy's rule: axes are aligned at the end. */
export const broadcastTo = (x: Value, dims: Dims): Value =>
  broadcast(
    x,
    dims,
    x.dims.map((_, i) => dims.length - x.dims.length + i),
  );
/** Adds `low` and `high` elements at the ends of each axis and `interior` ones between neighbours, all of the scalar `value`. */
export const pad = (x: Value, value: Value, low: Dims, high: Dims, interior: Dims = low.map(() => 0)): Value =>
  [low, high, interior].every((list) => list.every((n) => n === 0))
    ? x
    : bind1(primitive('pad'), [x, value], { low, high, interior });
export const slice = (x: Value, start: Dims, limit: Dims, strides: Dims = start.map(() => 1)): Value =>
  start.every((n) => n === 0) && sameShape(limit, x.dims) && strides.every((n) => n === 1)
    ? x
    : bind1(primitive('slice'), [x], { start, limit, strides });
export const concatenate = (values: readonly Value[], axis: number): Value =>
  values.length === 1 ? values[0]! : bind1(primitive('concatenate'), values, { axis });
export const reverse = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bind1(primitive('reverse'), [x], { axes });
/** The position along `axis`. */
export const iota = (dims: Dims, axis: number, dtype: DType): Value =>
  bind1(primitive('iota'), [], { dims, axis, dtype });
/** Rows of `x` along axis 0: result dims are `indices.dims` then `x.dims[1…]`. Indices out of range are an error. */
export const takeRows = (x: Value, indices: Value): Value => bind1(primitive('takeRows'), [x, indices], {});
export type ScatterMode = 'update' | 'add' | 'mul' | 'min' | 'max';
/** `x` with rows of `updates` (indices.dims then x.dims[1…]) combined into the rows that `indices` name, in order. */
export const scatterRows = (x: Value, indices: Value, updates: Value, mode: ScatterMode): Value =>
  bind1(primitive('scatterRows'), [x, indices, updates], { mode });

// ── Reductions and contractions ─────────────────────────────────────────────────────────────────────────────────

export type ReduceName = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin';
export const reduce = (name: ReduceName, x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bind1(primitive(name), [x], { axes });
export const reduceSum = (x: Value, axes: readonly number[]): Value => reduce('reduceSum', x, axes);
export const reduceMax = (x: Value, axes: readonly number[]): Value => reduce('reduceMax', x, axes);

export interface DotDimensions {
  readonly lhsBatch: readonly number[];
  readonly rhsBatch: readonly number[];
  readonly lhsContract: readonly number[];
  readonly rhsContract: readonly number[];
}
/** Batch dimensions, then the free ones of a, then those of b. */
export const dotGeneral = (a: Value, b: Value, dimensions: DotDimensions): Value =>
  bind1(primitive('dotGeneral'), [a, b], { ...dimensions });

/** All lists have one entry for each spatial axis. Layout: (batch, …spatial, channels), filters (…spatial, channels / groups, outputs). */
export interface ConvolutionParams {
  readonly strides: Dims;
  readonly dilation: Dims;
  readonly low: Dims;
  readonly high: Dims;
  readonly groups: number;
}
export const convolution = (x: Value, filter: Value, params: ConvolutionParams): Value =>
  bind1(primitive('convolution'), [x, filter], { ...params });
/** The gradient by x: what a transposed convolution computes. */
export const convolutionInputGradient = (dy: Value, filter: Value, params: ConvolutionParams, spatial: Dims): Value =>
  bind1(primitive('convolutionInputGradient'), [dy, filter], { ...params, spatial });
export const convolutionFilterGradient = (x: Value, dy: Value, params: ConvolutionParams, window: Dims): Value =>
  bind1(primitive('convolutionFilterGradient'), [x, dy], { ...params, window });

/** One entry for every axis of x. */
export interface WindowParams {
  readonly window: Dims;
  readonly strides: Dims;
  readonly dilation: Dims;
  readonly low: Dims;
  readonly high: Dims;
}
export const windowSum = (x: Value, params: WindowParams): Value => bind1(primitive('windowSum'), [x], { ...params });
export const windowMax = (x: Value, params: WindowParams): Value => bind1(primitive('windowMax'), [x], { ...params });
/** The number of each window's largest tap (int32). */
export const windowArgMax = (x: Value, params: WindowParams): Value =>
  bind1(primitive('windowArgMax'), [x], { ...params });
/** Adds each element of `y` to the element that is tap number `numbers` of its window, in an array of shape `dims`. */
export const windowSpread = (numbers: Value, y: Value, params: WindowParams, dims: Dims): Value =>
  bind1(primitive('windowSpread'), [numbers, y], { ...params, dims });
/** The element of `t` that is tap number `numbers` of each window. */
export const windowPick = (numbers: Value, t: Value, { window, strides, dilation, low, high }: WindowParams): Value =>
  bind1(primitive('windowPick'), [numbers, t], { window, strides, dilation, low, high });
/** Adds each element of `y` to the position in x's shape where its window has the maximum of x (the first one). */
export const windowMaxScatter = (x: Value, y: Value, params: WindowParams): Value =>
  windowSpread(windowArgMax(x, params), y, params, x.dims);

/** Sorts along the last axis, stably: the values and where they came from (int32). */
export const sort = (x: Value, descending: boolean): Value[] => bind(primitive('sort'), [x], { descending });
export type CumulativeKind = 'sum' | 'prod' | 'max' | 'min';
/** Inclusive, along the last axis. */
export const cumulative = (x: Value, combine: CumulativeKind, reverse: boolean): Value =>
  bind1(primitive('cumulative'), [x], { combine, reverse });
/** Philox bits as uint32, from the beginning of a stream on; key (2,) and counter (4,) are uint32. */
export const randomBits = (key: Value, counter: Value, dims: Dims): Value =>
  bind1(primitive('randomBits'), [key, counter, scalar(0n, 'uint64')], { dims });
/** A function in JavaScript as a primitive. */
export const customCall = (call: HostFunction, inputs: readonly Value[]): Value[] =>
  bind(primitive('customCall'), inputs, { call });

/** A function of numbers, element by element; compiled where it has an expression for its dtype. */
export const elementwiseCall = (call: ElementwiseFunction, inputs: readonly Value[]): Value =>
  bind1(primitive('elementwiseCall'), inputs, { call });

// ── Constants ───────────────────────────────────────────────────────────────────────────────────────────────────

/** A rank-0 value. */
export function scalar(value: number | bigint, dtype: DType): Value {
  const data = allocate(dtype, 1);
  setElement(data, dtype, value);
  return constantValue(data, [], dtype);
}

function setElement(data: Data, dtype: DType, value: number | bigint): void {
  if (isBig(dtype)) (data as BigInt64Array)[0] = BigInt(value);
  else (data as Float64Array)[0] = Number(value);
}

/** A value of those dims, the same number everywhere. */
export const full = (value: number | bigint, spec: Spec): Value => broadcast(scalar(value, spec.dtype), spec.dims, []);
export const zerosLike = (spec: Spec): Value => full(0, spec);
export const onesLike = (spec: Spec): Value => full(1, spec);

/** x times a number. */
export const scale = (x: Value, factor: number): Value => mul(x, full(factor, x));
/** x plus a number. */
export const offset = (x: Value, term: number): Value => add(x, full(term, x));
export const square = (x: Value): Value => mul(x, x);
export const reciprocal = (x: Value): Value => div(onesLike(x), x);
export const size = (x: Value): number => sizeOf(x.dims);
