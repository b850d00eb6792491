// Tensors from nothing: constants, zeros, ranges.
// Owns: tf.constant and the ops that make tensors of given shapes.
import { asDType, type DType, isFloating } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { asDims, asInteger, convertToTensor, makeTensor, type TensorOptions } from './convert.ts';
import { op } from './define.ts';

/**
 * A tensor of numbers, strings or booleans in nested arrays, or of a typed array.
 * Whole numbers become int32 and others float32, as in TensorFlow; without a dtype they take that of what they are combined with.
 */
export const constant = (value: TensorLike, options?: TensorOptions): Tensor => makeTensor(value, options, 'constant');

export interface ShapedOptions extends Options<{ dtype: DType; name: string }> {}
const dtypeOf = (options: ShapedOptions | undefined, fallback: DType): DType =>
  options?.dtype === undefined ? fallback : asDType(options.dtype);

const filled = (value: number, shape: TensorLike | Shape, dtype: DType, name: string): Tensor => {
  const dims = asDims(shape, `${name}: shape`);
  if (dims.some((n) => n < 0)) throw new ValueError(`${name}: shape ${show(dims)} has a negative dimension.`);
  return p.full(value, { dims, dtype }) as Tensor;
};
export const zeros = op(
  'zeros',
  (shape: Shape | TensorLike, options?: ShapedOptions): Tensor =>
    filled(0, shape, dtypeOf(options, 'float32'), 'zeros'),
);
export const ones = op(
  'ones',
  (shape: Shape | TensorLike, options?: ShapedOptions): Tensor => filled(1, shape, dtypeOf(options, 'float32'), 'ones'),
);
export const fill = op(
  'fill',
  (shape: Shape | TensorLike, value: TensorLike): Tensor =>
    p.broadcastTo(convertToTensor(value, undefined, 'fill'), asDims(shape, 'fill: dims')) as Tensor,
);
const like = (value: number, x: TensorLike, options: ShapedOptions | undefined, name: string): Tensor => {
  const tensor = convertToTensor(x, undefined, name);
  if (tensor.dtype === 'string') return eagerTensor(new Array(sizeOf(tensor.dims)).fill(''), tensor.dims, 'string');
  return p.full(value, { dims: tensor.dims, dtype: dtypeOf(options, tensor.dtype) }) as Tensor;
};
export const zerosLike = op(
  'zerosLike',
  (x: TensorLike, options?: ShapedOptions): Tensor => like(0, x, options, 'zerosLike'),
);
export const onesLike = op(
  'onesLike',
  (x: TensorLike, options?: ShapedOptions): Tensor => like(1, x, options, 'onesLike'),
);

/** start, start + delta, … up to but not including limit. Whole numbers give int32, others float32. */
function rangeOf(...args: readonly unknown[]): Tensor {
  const last = args.at(-1);
  const options =
    last !== null && typeof last === 'object' && !(last instanceof Tensor)
      ? (last as ShapedOptions & Options<{ limit: number; delta: number }>)
      : {};
  const numbers = (options === last ? args.slice(0, -1) : args)
    .filter((value) => value !== undefined && value !== null)
    .map((value) => (value instanceof Tensor ? value.item() : Number(value)));
  if (numbers.length === 1 && options.limit === undefined) numbers.unshift(0);
  const [start = 0, limit = options.limit ?? 0, delta = options.delta ?? 1] = numbers;
  if (delta === 0) throw new ValueError('range: delta is 0; wanted a step that leads from start to limit.');
  const floats = (args as unknown[])
    .filter((value): value is Tensor => value instanceof Tensor)
    .map((value) => value.dtype);
  const dtype = dtypeOf(options, floats[0] ?? ([start, limit, delta].every(Number.isInteger) ? 'int32' : 'float32'));
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  const index = p.iota([count], 0, isFloating(dtype) ? 'float64' : dtype);
  return p.convert(p.add(p.mul(index, p.full(delta, index)), p.full(start, index)), dtype) as Tensor;
}
export interface Range {
  (limit: number | Tensor, options?: ShapedOptions & Options<{ limit: number; delta: number }>): Tensor;
  (start: number | Tensor, limit: number | Tensor, delta?: number | Tensor, options?: ShapedOptions): Tensor;
  (start: number | Tensor, limit: number | Tensor, options?: ShapedOptions & Options<{ delta: number }>): Tensor;
}
export const range: Range = op('range', rangeOf as (...args: never[]) => Tensor) as Range;

/** `num` numbers evenly from start to stop, both included. */
export const linspace = op(
  'linspace',
  (start: TensorLike, stop: TensorLike, num: number | Tensor, options: Options<{ axis: number }> = {}): Tensor => {
    const count = asInteger(num, 'linspace: num');
    let [a, b]: Value[] = [convertToTensor(start, undefined, 'linspace'), convertToTensor(stop, undefined, 'linspace')];
    if (!isFloating(a!.dtype)) a = p.convert(a!, 'float32');
    b = p.convert(b!, a!.dtype);
    const rank = a!.dims.length;
    const axis = (options.axis ?? 0) < 0 ? (options.axis ?? 0) + rank + 1 : (options.axis ?? 0);
    const dims = [...a!.dims.slice(0, axis), count, ...a!.dims.slice(axis)];
    const spread = (x: Value): Value =>
      p.broadcast(
        x,
        dims,
        a!.dims.map((_, i) => (i < axis ? i : i + 1)),
      );
    const index = p.convert(p.iota(dims, axis, 'int32'), a!.dtype);
    const steps = Math.max(count - 1, 1);
    const last = p.compare('equal', index, p.full(count - 1, index));
    const between = p.add(spread(a!), p.mul(p.div(spread(p.sub(b, a!)), p.full(steps, index)), index));
    return (count === 1 ? spread(a!) : p.select(last, spread(b), between)) as Tensor;
  },
);

/** Ones on the diagonal. */
export const eye = op(
  'eye',
  (
    numRows: number,
    options: Options<{ numColumns: number; batchShape: readonly number[]; dtype: DType }> = {},
  ): Tensor => {
    const dims = [numRows, options.numColumns ?? numRows];
    const matrix = p.convert(
      p.compare('equal', p.iota(dims, 0, 'int32'), p.iota(dims, 1, 'int32')),
      options.dtype ?? 'float32',
    );
    return p.broadcastTo(matrix, [...(options.batchShape ?? []), ...dims]) as Tensor;
  },
);

export interface OneHotOptions extends Options<{ onValue: number; offValue: number; axis: number; dtype: DType }> {}
/** A new axis of length `depth` with `onValue` where the index points, `offValue` elsewhere (also everywhere for an index out of range). */
export const oneHot = op(
  'oneHot',
  (indices: TensorLike, depth: number | Tensor, options: OneHotOptions = {}): Tensor => {
    const x = convertToTensor(indices, undefined, 'oneHot');
    const n = asInteger(depth, 'oneHot: depth');
    const axis = options.axis === undefined || options.axis === -1 ? x.dims.length : options.axis;
    const dims = [...x.dims.slice(0, axis), n, ...x.dims.slice(axis)];
    const spread = p.broadcast(
      x,
      dims,
      x.dims.map((_, i) => (i < axis ? i : i + 1)),
    );
    const hit = p.compare('equal', spread, p.convert(p.iota(dims, axis, 'int32'), x.dtype));
    const dtype = dtypeOf(options, 'float32');
    return p.select(
      hit,
      p.full(options.onValue ?? 1, { dims, dtype }),
      p.full(options.offValue ?? 0, { dims, dtype }),
    ) as Tensor;
  },
);
