// tf.keras.backend: arithmetic, reductions, shapes, variables and control flow under Keras 2's names, as custom losses and Lambda
// layers of old programs call them. Owns: their names and defaults. Neural network functions stand in backend-nn.ts.
import type { DType } from '../base/dtype.ts';
import { ShapeError, show, ValueError } from '../base/errors.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import { cond } from '../ops/control/branches.ts';
import { foldl as foldLeft, foldr as foldRight, mapFn as mapped } from '../ops/control/loops.ts';
import * as arrange from '../ops/core/arrange.ts';
import * as create from '../ops/core/create.ts';
import type { Structure } from '../ops/core/gradients.ts';
import { gradients as graphGradients } from '../ops/core/graph-gradients.ts';
import { repeat as repeated } from '../ops/core/pad.ts';
import { shape as dynamicShape } from '../ops/core/shapes.ts';
import { Variable } from '../ops/core/variable.ts';
import * as math from '../ops/math/elementwise.ts';
import { matmul } from '../ops/math/matmul.ts';
import * as reduce from '../ops/math/reduce.ts';
import * as scans from '../ops/math/scans.ts';
import * as random from '../ops/random/stateful.ts';
import { nameScope as scoped } from '../ops/scopes.ts';
import { toDense as densely, SparseTensor } from '../ops/sparse/index.ts';
import type { Nested, Tensor } from '../runtime/tensor.ts';
import type { Axis, TensorLike } from '../runtime/tensor-methods.ts';
import { backendFunction, counted, dtypeOr, rankOf, tensorOf } from './backend-define.ts';

// ── Elementwise ─────────────────────────────────────────────────────────────────────────────────────────────────

const unary = <N extends string>(name: N, f: (x: TensorLike) => Tensor) => backendFunction(name, ['x'], f);
const binary = <N extends string>(name: N, f: (x: TensorLike, y: TensorLike) => Tensor) =>
  backendFunction(name, ['x', 'y'], f);
export const abs = unary('abs', (x) => math.abs(x));
export const cos = unary('cos', (x) => math.cos(x));
export const exp = unary('exp', (x) => math.exp(x));
export const log = unary('log', (x) => math.log(x));
export const round = unary('round', (x) => math.round(x));
export const sign = unary('sign', (x) => math.sign(x));
export const sin = unary('sin', (x) => math.sin(x));
export const sqrt = unary('sqrt', (x) => math.sqrt(math.maximum(x, 0)));
export const square = unary('square', (x) => math.square(x));
export const equal = binary('equal', (x, y) => math.equal(x, y));
export const greater = binary('greater', (x, y) => math.greater(x, y));
export const greaterEqual = binary('greaterEqual', (x, y) => math.greaterEqual(x, y));
export const less = binary('less', (x, y) => math.less(x, y));
export const lessEqual = binary('lessEqual', (x, y) => math.lessEqual(x, y));
export const maximum = binary('maximum', (x, y) => math.maximum(x, y));
export const minimum = binary('minimum', (x, y) => math.minimum(x, y));
export const notEqual = binary('notEqual', (x, y) => math.notEqual(x, y));
export const pow = backendFunction('pow', ['x', 'a'], (x: TensorLike, a: TensorLike) => math.pow(x, a));
export const cast = backendFunction('cast', ['x', 'dtype'], (x: TensorLike, dtype: DType) => math.cast(x, dtype));
export const castToFloatx = unary('castToFloatx', (x) => math.cast(x, dtypeOr(undefined)));
/** Values below `minValue` become it, those above `maxValue` that; null for no limit. */
export const clip = backendFunction(
  'clip',
  ['x', 'minValue', 'maxValue'],
  (x: TensorLike, minValue?: TensorLike | null, maxValue?: TensorLike | null): Tensor => {
    const low = minValue ?? Number.NEGATIVE_INFINITY;
    const high = maxValue ?? Number.POSITIVE_INFINITY;
    const crossed = typeof low === 'number' && typeof high === 'number' && high < low;
    return math.clipByValue(x, low, crossed ? low : high);
  },
);
export const stopGradient = backendFunction(
  'stopGradient',
  ['variables'],
  <const V extends Tensor | readonly Tensor[]>(variables: V): V extends Tensor ? Tensor : Tensor[] =>
    (Array.isArray(variables)
      ? variables.map((one) => math.stopGradient(one as Tensor))
      : math.stopGradient(variables as Tensor)) as V extends Tensor ? Tensor : Tensor[],
);

// ── Reductions ──────────────────────────────────────────────────────────────────────────────────────────────────

type Reduce = (x: TensorLike, axis?: Axis | null, keepdims?: boolean) => Tensor;
const reduction = (name: string, f: Reduce, prepare: (x: TensorLike) => TensorLike = (x) => x) =>
  backendFunction(
    name,
    ['x', 'axis', 'keepdims'],
    (x: TensorLike, axis?: Axis, keepdims: boolean = false): Tensor => f(prepare(x), axis, keepdims),
  );
const truth = (x: TensorLike): Tensor => math.cast(x, 'bool');
export const all = reduction('all', (x, axis, keepdims) => reduce.reduceAll(x, axis, keepdims), truth);
export const any = reduction('any', (x, axis, keepdims) => reduce.reduceAny(x, axis, keepdims), truth);
export const max = reduction('max', (x, axis, keepdims) => reduce.reduceMax(x, axis, keepdims));
export const mean = reduction('mean', (x, axis, keepdims) => reduce.reduceMean(x, axis, keepdims), counted);
export const min = reduction('min', (x, axis, keepdims) => reduce.reduceMin(x, axis, keepdims));
export const prod = reduction('prod', (x, axis, keepdims) => reduce.reduceProd(x, axis, keepdims));
export const std = reduction('std', (x, axis, keepdims) => reduce.reduceStd(x, axis, keepdims), counted);
export const sum = reduction('sum', (x, axis, keepdims) => reduce.reduceSum(x, axis, keepdims));
const variance = reduction('var', (x, axis, keepdims) => reduce.reduceVariance(x, axis, keepdims), counted);

export { variance as var };

const alongAxis = (name: string, f: (x: TensorLike, axis: number) => Tensor, axis: number) =>
  backendFunction(name, ['x', 'axis'], (x: TensorLike, at: number = axis): Tensor => f(x, at));
export const argmax = alongAxis('argmax', (x, axis) => reduce.argmax(x, axis), -1);
export const argmin = alongAxis('argmin', (x, axis) => reduce.argmin(x, axis), -1);
export const cumprod = alongAxis('cumprod', (x, axis) => scans.cumprod(x, axis), 0);
export const cumsum = alongAxis('cumsum', (x, axis) => scans.cumsum(x, axis), 0);

// ── Shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Rows as vectors: (batch, …) becomes (batch, rest). */
export const batchFlatten = unary('batchFlatten', (x) => {
  const tensor = tensorOf(x);
  return arrange.reshape(tensor, [-1, sizeOf(tensor.shape.slice(1) as number[])]);
});
export const flatten = unary('flatten', (x) => arrange.reshape(x, [-1]));
export const transpose = unary('transpose', (x) => arrange.transpose(x));
export const expandDims = alongAxis('expandDims', (x, axis) => arrange.expandDims(x, axis), -1);
export const squeeze = backendFunction('squeeze', ['x', 'axis'], (x: TensorLike, axis: number) =>
  arrange.squeeze(x, [axis]),
);
export const concatenate = backendFunction(
  'concatenate',
  ['tensors', 'axis'],
  (tensors: readonly (Tensor | SparseTensor)[], axis: number = -1): Tensor => arrange.concat(tensors.map(dense), axis),
);
export const stack = backendFunction('stack', ['x', 'axis'], (x: readonly TensorLike[], axis: number = 0) =>
  arrange.stack(x, axis),
);
export const reshape = backendFunction('reshape', ['x', 'shape'], (x: TensorLike, shape: readonly number[] | Tensor) =>
  arrange.reshape(x, shape as readonly number[]),
);
export const permuteDimensions = backendFunction(
  'permuteDimensions',
  ['x', 'pattern'],
  (x: TensorLike, pattern: readonly number[]) => arrange.transpose(x, pattern),
);
export const reverse = backendFunction('reverse', ['x', 'axes'], (x: TensorLike, axes: number | readonly number[]) =>
  arrange.reverse(x, typeof axes === 'number' ? [axes] : axes),
);
export const tile = backendFunction('tile', ['x', 'n'], (x: TensorLike, n: number | readonly number[]) =>
  arrange.tile(x, typeof n === 'number' ? [n] : n),
);
export const gather = backendFunction(
  'gather',
  ['reference', 'indices'],
  (reference: TensorLike, indices: TensorLike) => arrange.gather(reference, indices),
);
export const oneHot = backendFunction(
  'oneHot',
  ['indices', 'numClasses'],
  (indices: TensorLike, numClasses: number): Tensor => create.oneHot(indices, numClasses),
);
/** Each row of a matrix `n` times: (batch, size) becomes (batch, n, size). */
export const repeat = backendFunction('repeat', ['x', 'n'], (x: TensorLike, n: number): Tensor => {
  if (rankOf(x) !== 2) throw new ShapeError(`backend.repeat: x: found rank ${rankOf(x)}, wanted 2: (batch, size).`);
  return arrange.tile(arrange.expandDims(x, 1), [1, n, 1]);
});
export const repeatElements = backendFunction(
  'repeatElements',
  ['x', 'rep', 'axis'],
  (x: TensorLike, rep: number, axis: number) => repeated(x, rep, axis),
);
export const shape = backendFunction('shape', ['x'], (x: Tensor) => dynamicShape(x));
export const intShape = backendFunction('intShape', ['x'], (x: Tensor): Shape => tensorOf(x).shape);
export const ndim = backendFunction('ndim', ['x'], (x: TensorLike): number => rankOf(x));
export const dtype = backendFunction('dtype', ['x'], (x: Tensor): DType => tensorOf(x).dtype);
export const countParams = backendFunction('countParams', ['x'], (x: Tensor): number =>
  sizeOf(tensorOf(x).shape as number[]),
);

/** Products of matrices; of more axes, of the last of `x` with the last but one of `y`. */
export const dot = backendFunction('dot', ['x', 'y'], (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = [tensorOf(x), tensorOf(y)];
  // A batch that is not known stays open.
  const [left, right] = [a, b].map((one) => one.shape.map((n) => n ?? -1)) as [number[], number[]];
  if (left.length <= 2 && right.length <= 2) return matmul(a, b);
  const inner = right.length - 2;
  const order = [inner, ...right.map((_, i) => i).filter((i) => i !== inner)];
  const rows = arrange.reshape(a, [-1, left.at(-1)!]);
  const columns = arrange.reshape(arrange.transpose(b, order), [right[inner]!, -1]);
  return arrange.reshape(matmul(rows, columns), [...left.slice(0, -1), ...right.slice(0, -2), right.at(-1)!]);
});

/** Products of each sample of `x` with the same sample of `y`, over one axis of each; never over the batch. */
export const batchDot = backendFunction(
  'batchDot',
  ['x', 'y', 'axes'],
  (x: TensorLike, y: TensorLike, axes?: number | readonly number[]): Tensor => {
    let [a, b] = [tensorOf(x), tensorOf(y)];
    const [rankA, rankB] = [a.shape.length, b.shape.length];
    if (rankA < 2 || rankB < 2)
      throw new ShapeError(
        `backend.batchDot: found ranks ${rankA} and ${rankB}, wanted 2 or more: the first axis is the batch.`,
      );
    const given = typeof axes === 'number' ? [axes, axes] : (axes ?? [rankA - 1, rankB === 2 ? 1 : rankB - 2]);
    let [at, other] = [given[0]! < 0 ? given[0]! + rankA : given[0]!, given[1]! < 0 ? given[1]! + rankB : given[1]!];
    if (given.length !== 2 || at < 1 || other < 1 || at >= rankA || other >= rankB)
      throw new ValueError(`backend.batchDot: axes: found ${show(axes)}, wanted one axis of each, not the batch.`);
    if (a.shape[at] !== b.shape[other])
      throw new ShapeError(
        `backend.batchDot: found ${a.shape[at]} and ${b.shape[other]} elements on axes ${at} and ${other}, wanted as many.`,
      );
    if (rankA === 2) {
      a = arrange.expandDims(a, 1);
      at = 2;
    }
    if (rankB === 2) {
      b = arrange.expandDims(b, 2);
      other = 1;
    }
    const others = (rank: number, axis: number) =>
      Array.from({ length: rank }, (_, i) => i).filter((i) => i > 0 && i !== axis);
    const [freeA, freeB] = [others(a.shape.length, at), others(b.shape.length, other)];
    const size = (tensor: Tensor, list: readonly number[]) => list.map((i) => tensor.shape[i] as number);
    const [dimsA, dimsB] = [size(a, freeA), size(b, freeB)];
    const inner = a.shape[at] as number;
    const rows = arrange.reshape(arrange.transpose(a, [0, ...freeA, at]), [-1, sizeOf(dimsA), inner]);
    const columns = arrange.reshape(arrange.transpose(b, [0, other, ...freeB]), [-1, inner, sizeOf(dimsB)]);
    const result = arrange.reshape(matmul(rows, columns), [-1, ...dimsA, ...dimsB]);
    return rankA === 2 ? arrange.squeeze(result, [1]) : rankB === 2 ? arrange.squeeze(result, [-1]) : result;
  },
);

// ── Values and variables ────────────────────────────────────────────────────────────────────────────────────────

type Making = [dtype?: DType, name?: string];
export const variable = backendFunction(
  'variable',
  ['value', 'dtype', 'name', 'constraint'],
  (value: TensorLike, ...[dtype, name, constraint]: [...Making, constraint?: (x: Tensor) => Tensor]): Variable =>
    new Variable(value, { dtype: dtypeOr(dtype), ...(name ? { name } : {}), ...(constraint ? { constraint } : {}) }),
);
export const constant = backendFunction(
  'constant',
  ['value', 'dtype', 'shape', 'name'],
  (value: TensorLike, dtype?: DType, shape?: readonly number[]): Tensor =>
    create.constant(value, shape ? { dtype: dtypeOr(dtype), shape } : { dtype: dtypeOr(dtype) }),
);
export const arange = backendFunction(
  'arange',
  ['start', 'stop', 'step', 'dtype'],
  (start: number, stop?: number, step: number = 1, dtype: DType = 'int32'): Tensor =>
    stop === undefined
      ? create.range(0, Math.max(start, 0), step, { dtype })
      : create.range(start, stop, step, { dtype }),
);
export const eye = backendFunction(
  'eye',
  ['size', 'dtype', 'name'],
  (size: number, ...[dtype, name]: Making): Variable =>
    variable(create.eye(size, { dtype: dtypeOr(dtype) }), dtypeOr(dtype), name),
);
export const ones = backendFunction(
  'ones',
  ['shape', 'dtype', 'name'],
  (shape: readonly number[], ...[dtype, name]: Making): Variable =>
    variable(create.ones(shape, { dtype: dtypeOr(dtype) }), dtypeOr(dtype), name),
);
export const zeros = backendFunction(
  'zeros',
  ['shape', 'dtype', 'name'],
  (shape: readonly number[], ...[dtype, name]: Making): Variable =>
    variable(create.zeros(shape, { dtype: dtypeOr(dtype) }), dtypeOr(dtype), name),
);
export const onesLike = backendFunction(
  'onesLike',
  ['x', 'dtype', 'name'],
  (x: TensorLike, dtype?: DType): Tensor => create.onesLike(x, dtype ? { dtype } : {}),
);
export const zerosLike = backendFunction(
  'zerosLike',
  ['x', 'dtype', 'name'],
  (x: TensorLike, dtype?: DType): Tensor => create.zerosLike(x, dtype ? { dtype } : {}),
);
export const getValue = backendFunction('getValue', ['x'], (x: unknown): Nested => {
  const known = typeof x === 'object' && x !== null && 'numpy' in x ? tensorOf(x as Tensor).numpy() : x;
  return known as Nested;
});
const evaluated = backendFunction('eval', ['x'], (x: Tensor | SparseTensor): Nested => dense(x).numpy());

export { evaluated as eval };
export const setValue = backendFunction('setValue', ['x', 'value'], (x: Variable, value: TensorLike): void => {
  x.assign(math.cast(tensorOf(value), x.dtype));
});
export const batchGetValue = backendFunction('batchGetValue', ['tensors'], (tensors: readonly Tensor[]): Nested[] =>
  tensors.map((tensor) => tensor.numpy()),
);
export const batchSetValue = backendFunction(
  'batchSetValue',
  ['tuples'],
  (tuples: readonly (readonly [Variable, TensorLike])[]): void => {
    for (const [x, value] of tuples) setValue(x, value);
  },
);
export const update = backendFunction('update', ['x', 'newX'], (x: Variable, newX: TensorLike) => x.assign(newX));
export const updateAdd = backendFunction('updateAdd', ['x', 'increment'], (x: Variable, increment: TensorLike) =>
  x.assignAdd(increment),
);
export const updateSub = backendFunction('updateSub', ['x', 'decrement'], (x: Variable, decrement: TensorLike) =>
  x.assignSub(decrement),
);
/** x ← x · momentum + value · (1 − momentum). */
export const movingAverageUpdate = backendFunction(
  'movingAverageUpdate',
  ['x', 'value', 'momentum'],
  (x: Variable, value: TensorLike, momentum: number) =>
    x.assignSub(math.multiply(math.subtract(x, math.cast(value, x.dtype)), 1 - momentum)),
);
export const isSparse = backendFunction(
  'isSparse',
  ['tensor'],
  (tensor: unknown): boolean => tensor instanceof SparseTensor,
);
const dense = (x: Tensor | SparseTensor): Tensor => (x instanceof SparseTensor ? densely(x) : x);
export const toDense = backendFunction('toDense', ['tensor'], dense);

// ── Random numbers ──────────────────────────────────────────────────────────────────────────────────────────────

export const randomNormal = backendFunction(
  'randomNormal',
  ['shape', 'mean', 'stddev', 'dtype', 'seed'],
  (shape: readonly number[], mean: number = 0, stddev: number = 1, dtype?: DType, seed?: number): Tensor =>
    random.normal(shape, mean, stddev, dtypeOr(dtype), seed),
);
export const randomUniform = backendFunction(
  'randomUniform',
  ['shape', 'minval', 'maxval', 'dtype', 'seed'],
  (shape: readonly number[], minval: number = 0, maxval: number = 1, dtype?: DType, seed?: number): Tensor =>
    random.uniform(shape, minval, maxval, dtypeOr(dtype), seed),
);
export const truncatedNormal = backendFunction(
  'truncatedNormal',
  ['shape', 'mean', 'stddev', 'dtype', 'seed'],
  (shape: readonly number[], mean: number = 0, stddev: number = 1, dtype?: DType, seed?: number): Tensor =>
    random.truncatedNormal(shape, mean, stddev, dtypeOr(dtype), seed),
);
/** Ones with probability `p`, zeros otherwise. */
export const randomBernoulli = backendFunction(
  'randomBernoulli',
  ['shape', 'p', 'dtype', 'seed'],
  (shape: readonly number[], p: number = 0, dtype?: DType, seed?: number): Tensor =>
    math.cast(math.lessEqual(random.uniform(shape, 0, 1, dtypeOr(dtype), seed), p), dtypeOr(dtype)),
);
export const randomNormalVariable = backendFunction(
  'randomNormalVariable',
  ['shape', 'mean', 'scale', 'dtype', 'name', 'seed'],
  (shape: readonly number[], mean: number, scale: number, dtype?: DType, name?: string, seed?: number): Variable =>
    variable(randomNormal(shape, mean, scale, dtypeOr(dtype), seed), dtypeOr(dtype), name),
);
export const randomUniformVariable = backendFunction(
  'randomUniformVariable',
  ['shape', 'low', 'high', 'dtype', 'name', 'seed'],
  (shape: readonly number[], low: number, high: number, dtype?: DType, name?: string, seed?: number): Variable =>
    variable(randomUniform(shape, low, high, dtypeOr(dtype), seed), dtypeOr(dtype), name),
);

// ── Control ─────────────────────────────────────────────────────────────────────────────────────────────────────

type Branch = Tensor | (() => Tensor);
/** One or the other: by a scalar condition as branches, by one of more axes element by element. */
export const switchOf = backendFunction(
  'switch',
  ['condition', 'thenExpression', 'elseExpression'],
  (condition: TensorLike, thenExpression: Branch, elseExpression: Branch): Tensor => {
    const chosen = math.cast(tensorOf(condition), 'bool');
    const called = (branch: Branch): Tensor => (isCall(branch) ? branch() : branch);
    const rank = chosen.shape.length;
    if (rank === 0)
      return cond(
        chosen,
        () => called(thenExpression),
        () => called(elseExpression),
      ) as Tensor;
    const [yes, no] = [called(thenExpression), called(elseExpression)];
    if (rank > yes.shape.length)
      throw new ShapeError(
        `backend.switch: found a condition of rank ${rank} and expressions of rank ${yes.shape.length}, wanted at most that.`,
      );
    const wide = arrange.reshape(chosen, [
      ...(chosen.shape as number[]),
      ...new Array<number>(yes.shape.length - rank).fill(1),
    ]);
    return math.where(wide, yes, no);
  },
);
export { switchOf as switch };

// A variable is an object, a layer's output a tensor: only functions are called.
const isCall = (branch: Branch): branch is () => Tensor => typeof branch === 'function';

/** The derivatives of `loss` by each of `variables`, inside a tf.function. */
export const gradients = backendFunction('gradients', ['loss', 'variables'], (loss: Structure, variables: Structure) =>
  graphGradients(loss, variables),
);
type Fold = (accumulated: Tensor, element: Tensor) => Tensor;
export const foldl = backendFunction(
  'foldl',
  ['fn', 'elems', 'initializer', 'name'],
  (fn: Fold, elems: Tensor, initializer?: Tensor): Tensor => foldLeft(fn, elems, initializer) as Tensor,
);
export const foldr = backendFunction(
  'foldr',
  ['fn', 'elems', 'initializer', 'name'],
  (fn: Fold, elems: Tensor, initializer?: Tensor): Tensor => foldRight(fn, elems, initializer) as Tensor,
);
export const mapFn = backendFunction(
  'mapFn',
  ['fn', 'elems', 'name', 'dtype'],
  (fn: (x: Tensor) => Tensor, elems: Tensor): Tensor => mapped(fn, elems) as Tensor,
);
/** Runs `f` so that what it makes is named after the scope. */
export const nameScope = <T>(name: string, f: () => T): T => scoped(name, f);
