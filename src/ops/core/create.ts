// Tensors from nothing: constants, zeros, ranges.
// Owns: tf.constant and the ops that make tensors of given shapes.
import { asDType, type DType, isBig, isFloating, isInteger, roundTo } from '../../base/dtype.ts';
import { DTypeError, refuseUnknown, show, ValueError } from '../../base/errors.ts';
import { broadcastShapes, type Shape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { acceptsRagged } from '../ragged/accepts.ts';
import { asDims, asInteger, convertToTensor, makeTensor, type TensorOptions } from './convert.ts';
import { op } from './define.ts';
import { signature } from './signature.ts';

/**
 * A tensor of numbers, strings or booleans in nested arrays, or of a typed array.
 * Whole numbers become int32 and others float32, as in TensorFlow; without a dtype they take that of what they are combined with.
 */
export const constant = (value: TensorLike, options: TensorOptions | DType = {}): Tensor => {
  const given = typeof options === 'string' ? { dtype: options } : (options ?? {});
  refuseUnknown('constant', given, ['dtype', 'shape', 'name']);
  return makeTensor(value, given, 'constant');
};

export interface ShapedOptions extends Options<{ dtype: DType; name: string }> {}

const filled = (value: number, shape: TensorLike | Shape, dtype: DType, name: string): Tensor => {
  const dims = asDims(shape, `${name}: shape`);
  return p.full(value, { dims, dtype }) as Tensor;
};
// A layout is that of DTensor, over several machines; there is one here.
export const zeros = signature(
  'zeros',
  ['shape', 'dtype', 'layout'],
  (shape: Shape | TensorLike, dtype: DType = 'float32', _layout?: null): Tensor =>
    filled(0, shape, asDType(dtype), 'zeros'),
);
export const ones = signature(
  'ones',
  ['shape', 'dtype', 'layout'],
  (shape: Shape | TensorLike, dtype: DType = 'float32', _layout?: null): Tensor =>
    filled(1, shape, asDType(dtype), 'ones'),
);
export const fill = signature('fill', ['dims', 'value'], (dims: Shape | TensorLike, value: TensorLike): Tensor => {
  const shape = asDims(dims, 'fill: dims');
  return p.broadcastTo(convertToTensor(value, undefined, 'fill'), shape) as Tensor;
});
const like = (value: number, x: TensorLike, dtype: DType | undefined, name: string): Tensor => {
  const tensor = convertToTensor(x, undefined, name);
  const type = dtype === undefined ? tensor.dtype : asDType(dtype);
  if (type === 'string') return eagerTensor(new Array(sizeOf(tensor.dims)).fill(''), tensor.dims, 'string');
  return p.full(value, { dims: tensor.dims, dtype: type }) as Tensor;
};
export const zerosLike = acceptsRagged(
  signature(
    'zerosLike',
    ['input', 'dtype', 'layout'],
    (input: TensorLike, dtype?: DType, _layout?: null): Tensor => like(0, input, dtype, 'zerosLike'),
  ),
);
export const onesLike = acceptsRagged(
  signature(
    'onesLike',
    ['input', 'dtype', 'layout'],
    (input: TensorLike, dtype?: DType, _layout?: null): Tensor => like(1, input, dtype, 'onesLike'),
  ),
);

/** The kinds of numbers that a range is counted in, the widest last. */
const COUNTED: readonly DType[] = ['int32', 'int64', 'float32', 'float64'];
/** What a range counts in when no dtype is given: the widest of what its numbers are, as in TensorFlow. */
function countedIn(parts: readonly unknown[]): DType {
  const types = parts.map((part) => convertToTensor(part as TensorLike, undefined, 'range').dtype);
  return (
    types.find((type) => !COUNTED.includes(type)) ?? COUNTED[Math.max(...types.map((type) => COUNTED.indexOf(type)))]!
  );
}
/** The number that start, limit or delta is; 64-bit integers whole. */
function partOf(given: unknown): number | bigint {
  // JavaScript's −0 is a whole number like others.
  if (typeof given === 'number') return given + 0;
  if (typeof given === 'bigint') return given;
  if (!(given instanceof Tensor))
    throw new ValueError(`range: found ${show(given)}, wanted numbers or scalar tensors: start, limit, delta.`);
  return isBig(given.dtype) && given.elements?.length === 1 ? (given.elements[0] as bigint) : given.item();
}
/** How many steps lead from start to limit: in integers exactly, in floats as numbers of the dtype make them. */
function stepsOf(start: number | bigint, limit: number | bigint, delta: number | bigint, dtype: DType): number {
  if (isInteger(dtype)) {
    const [from, to, by] = [BigInt(start), BigInt(limit), BigInt(delta)];
    const rest = (to - from) % by;
    // Division rounds towards zero: what remains in the direction of delta is one more step.
    return Number((to - from) / by + (rest !== 0n && rest > 0n === by > 0n ? 1n : 0n));
  }
  const own = (value: number | bigint): number => roundTo(dtype, Number(value));
  return Math.ceil(own(own(own(limit) - own(start)) / own(delta)));
}

/** start, start + delta, … up to but not including limit, in the widest of what the three are: int32, int64, float32, float64. */
function rangeOf(...args: readonly unknown[]): Tensor {
  const last = args.at(-1);
  const options =
    last !== null && typeof last === 'object' && !(last instanceof Tensor)
      ? (last as ShapedOptions & Options<{ limit: number; delta: number }>)
      : {};
  const given = options === last ? args.slice(0, -1) : [...args];
  // The dtype may stand last by position.
  const positional = given.length > 1 && typeof given.at(-1) === 'string' ? given.pop() : undefined;
  if (given.length > 3)
    throw new ValueError(`range: found ${given.length} numbers, wanted at most start, limit, delta.`);
  const numbers = given.filter((value) => value !== undefined && value !== null);
  if (numbers.length === 1 && options.limit === undefined) numbers.unshift(0);
  const parts = [numbers[0] ?? 0, numbers[1] ?? options.limit ?? 0, numbers[2] ?? options.delta ?? 1];
  const raw = parts.map(partOf);
  const asked = positional === undefined ? options.dtype : positional;
  const dtype =
    asked === undefined
      ? countedIn(parts.map((part, i) => (part instanceof Tensor ? part : raw[i])))
      : asDType(asked as DType);
  // Floats from tensors are cut to integers, as TensorFlow casts them; plain fractions are refused.
  const [start, limit, delta] = raw.map((value, i) => {
    if (isFloating(dtype)) return Number(value);
    if (typeof value === 'number' && parts[i] instanceof Tensor) return Math.trunc(value);
    if (!(parts[i] instanceof Tensor)) convertToTensor(value, dtype, 'range');
    return value;
  }) as [number | bigint, number | bigint, number | bigint];
  if (Number(delta) === 0) throw new ValueError('range: delta is 0; wanted a step that leads from start to limit.');
  const whole = [start, limit, delta].every((value) => typeof value === 'bigint' || Number.isInteger(value));
  const count = whole || isFloating(dtype) ? stepsOf(start, limit, delta, dtype) : Number.NaN;
  if (!Number.isFinite(count) || count < 0)
    throw new ValueError(
      `range: from ${start} to ${limit} by steps of ${delta} never arrives; wanted finite numbers and a delta that leads from start to limit.`,
    );
  const index = isFloating(dtype) ? p.convert(p.iota([count], 0, 'int32'), dtype) : p.iota([count], 0, dtype);
  const own = (value: number | bigint): number | bigint =>
    isFloating(dtype) ? roundTo(dtype, Number(value)) : isBig(dtype) ? BigInt(value) : Number(value);
  return p.add(p.mul(index, p.full(own(delta), index)), p.full(own(start), index)) as Tensor;
}
type RangePart = number | bigint | Tensor;
export interface Range {
  (limit: RangePart, options?: ShapedOptions & Options<{ limit: number; delta: number }>): Tensor;
  (start: RangePart, limit: RangePart, delta?: RangePart, options?: ShapedOptions | DType): Tensor;
  (start: RangePart, limit: RangePart, options?: ShapedOptions & Options<{ delta: number }>): Tensor;
}
export const range: Range = op('range', rangeOf as (...args: never[]) => Tensor) as Range;

/** `num` numbers evenly from start to stop, both included. */
export const linspace = signature(
  'linspace',
  ['start', 'stop', 'num', 'axis'],
  (start: TensorLike, stop: TensorLike, num: number | Tensor, givenAxis: number = 0): Tensor => {
    const count = asInteger(num, 'linspace: num');
    if (count < 0) throw new ValueError(`linspace: num is ${count}, wanted 0 or more.`);
    let [a, b]: Value[] = [convertToTensor(start, undefined, 'linspace'), convertToTensor(stop, undefined, 'linspace')];
    // Plain whole numbers may mean floats; what is an integer by its dtype is not rounded to float32, as in TensorFlow.
    if (!isFloating(a!.dtype)) a = p.convert(a!, (a as Tensor).weak && a!.dtype === 'int32' ? 'float32' : 'float64');
    b = p.convert(b!, a!.dtype);
    const common = broadcastShapes(a!.dims, b!.dims, 'linspace');
    [a, b] = [p.broadcastTo(a!, common), p.broadcastTo(b!, common)];
    const rank = common.length;
    const axis = givenAxis < 0 ? givenAxis + rank + 1 : givenAxis;
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
    // Both ends are exact, infinite ones too.
    const first = p.compare('equal', index, p.zerosLike(index));
    return (count === 1 ? spread(a!) : p.select(first, spread(a!), p.select(last, spread(b!), between))) as Tensor;
  },
);

/** Ones on the diagonal. */
export const eye = signature(
  'eye',
  ['numRows', 'numColumns', 'batchShape', 'dtype'],
  (
    numRows: number | Tensor,
    numColumns?: number | Tensor,
    batchShape?: TensorLike,
    dtype: DType = 'float32',
  ): Tensor => {
    const rows = asInteger(numRows, 'eye: numRows');
    const columns = numColumns === undefined ? rows : asInteger(numColumns, 'eye: numColumns');
    const dims = asDims([rows, columns], 'eye: shape');
    const matrix = p.convert(p.compare('equal', p.iota(dims, 0, 'int32'), p.iota(dims, 1, 'int32')), asDType(dtype));
    return p.broadcastTo(matrix, [
      ...(batchShape === undefined ? [] : asDims(batchShape, 'eye: batchShape')),
      ...dims,
    ]) as Tensor;
  },
);

/** A new axis of length `depth` with `onValue` where the index points, `offValue` elsewhere (also everywhere for an index out of range). */
export const oneHot = acceptsRagged(
  signature(
    'oneHot',
    ['indices', 'depth', 'onValue', 'offValue', 'axis', 'dtype'],
    (
      indices: TensorLike,
      depth: number | Tensor,
      onValue: TensorLike = 1,
      offValue: TensorLike = 0,
      axis: number = -1,
      dtype?: DType,
    ): Tensor => {
      const given = convertToTensor(indices, undefined, 'oneHot');
      if (!isInteger(given.dtype) && !given.weak)
        throw new DTypeError(
          `oneHot: indices have dtype ${given.dtype}, wanted whole numbers: int32, int64 or uint8; use tf.cast.`,
        );
      const x: Value = isInteger(given.dtype) ? given : p.convert(given, 'int32');
      const n = asInteger(depth, 'oneHot: depth');
      if (n < 0) throw new ValueError(`oneHot: depth is ${n}, wanted 0 or more.`);
      if (!Number.isInteger(axis) || axis < -1 || axis > x.dims.length)
        throw new ValueError(`oneHot: axis is ${show(axis)}; wanted −1, or 0 to ${x.dims.length}.`);
      const at = axis === -1 ? x.dims.length : axis;
      const dims = [...x.dims.slice(0, at), n, ...x.dims.slice(at)];
      const spread = p.broadcast(
        x,
        dims,
        x.dims.map((_, i) => (i < at ? i : i + 1)),
      );
      const hit = p.compare('equal', spread, p.convert(p.iota(dims, at, 'int32'), x.dtype));
      const own = [onValue, offValue].find((value) => value instanceof Tensor) as Tensor | undefined;
      const type =
        dtype === undefined ? (own?.dtype ?? (typeof onValue === 'boolean' ? 'bool' : 'float32')) : asDType(dtype);
      const value = (scalar: TensorLike): Value => {
        const tensor = convertToTensor(scalar, undefined, 'oneHot');
        return p.broadcastTo(tensor.dtype === type ? tensor : p.convert(tensor, type), dims);
      };
      return p.select(hit, value(onValue), value(offValue)) as Tensor;
    },
  ),
);
