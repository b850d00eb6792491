// Arrays as NumPy's generators return them: numbers that know their shape. Owns the type, sizes, and spreading parameters
// over a shape as NumPy broadcasts. Leaves tensors to those who make them from these.
import { ShapeError, show, ValueError } from '../base/errors.ts';
import type { IntegerDType } from './bounded-integers.ts';

/** Numbers in row-major order with their shape; whole numbers with the dtype that NumPy gives them, which tensors made of them take. */
export type NDArray = Float64Array & { readonly shape: readonly number[]; readonly dtype?: IntegerDType };

/** How many numbers to draw: a count, or the shape of the array to fill. */
export type Size = number | readonly number[];

export type NestedNumbers = readonly (number | NestedNumbers)[];
/** What may stand where NumPy takes an array of numbers. */
export type NumberArray = ArrayLike<number> | NestedNumbers;
/** A parameter of a distribution: one for all numbers drawn, or an array of them that is broadcast. */
export type Parameter = number | NumberArray;

export const ndArray = (data: Float64Array, shape: readonly number[], dtype?: IntegerDType): NDArray =>
  Object.assign(data, dtype === undefined ? { shape } : { shape, dtype });

export const sizeOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

/** The shape that `size` stands for. */
export function shapeOf(size: Size, what: string): readonly number[] {
  const shape = typeof size === 'number' ? [size] : Array.from(size);
  if (shape.every((n) => Number.isSafeInteger(n) && n >= 0)) return shape;
  throw new ShapeError(`${what}: found size ${show(size)}, wanted an integer ≥ 0 or a list of them.`);
}

const isNested = (value: NumberArray): value is NestedNumbers => Array.isArray(value);
const hasShape = (value: object): value is Pick<NDArray, 'shape' | 'dtype'> =>
  'shape' in value && Array.isArray(value.shape);

/** Nested arrays, a typed array or one with a shape, as numbers and shape; every number is checked to be one. */
export function asNDArray(value: Parameter, what: string): NDArray {
  if (typeof value === 'number') return ndArray(Float64Array.of(value), []);
  if (!isNested(value)) {
    if (!hasShape(value)) return ndArray(Float64Array.from(value), [value.length]);
    return ndArray(Float64Array.from(value), value.shape, value.dtype);
  }
  const shape: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const data: number[] = [];
  const visit = (item: unknown, depth: number) => {
    if (depth === shape.length) {
      if (typeof item !== 'number') throw new ValueError(`${what}: found ${show(item)}, wanted a number.`);
      data.push(item);
      return;
    }
    if (!Array.isArray(item) || item.length !== shape[depth]) {
      throw new ShapeError(`${what}: found rows of different lengths, wanted a rectangular array.`);
    }
    for (const part of item) visit(part, depth + 1);
  };
  visit(value, 0);
  return ndArray(Float64Array.from(data), shape);
}

/** The shape to which all of `shapes` broadcast. */
function broadcastShapes(shapes: readonly (readonly number[])[], what: string): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let extent = 1;
    for (const shape of shapes) {
      const n = shape[axis - rank + shape.length] ?? 1;
      if (n === 1) continue;
      if (extent !== 1 && extent !== n) {
        throw new ShapeError(`${what}: shapes ${shapes.map((s) => show(s)).join(' and ')} do not broadcast together.`);
      }
      extent = n;
    }
    return extent;
  });
}

/** For each position of `shape`, the position in an array of shape `from` that is broadcast to it. */
function broadcastIndex(from: readonly number[], shape: readonly number[]): (position: number) => number {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let axis = from.length - 1; axis >= 0; axis--) {
    strides[axis + shape.length - from.length] = from[axis] === 1 ? 0 : stride;
    stride *= from[axis]!;
  }
  return (position) => {
    let index = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index += (position % shape[axis]!) * strides[axis]!;
      position = Math.floor(position / shape[axis]!);
    }
    return index;
  };
}

/** Draws one number, or fills an array of the given size, with parameters that are numbers or broadcast arrays. */
export function fill(
  what: string,
  size: Size | null | undefined,
  parameters: readonly Parameter[],
  draw: (a: number, b: number, c: number) => number,
  dtype?: IntegerDType,
): number | NDArray {
  const given = size === null || size === undefined ? null : shapeOf(size, what);
  if (parameters.every((p) => typeof p === 'number')) {
    const [a = 0, b = 0, c = 0] = parameters as number[];
    if (!given) return draw(a, b, c);
    const data = new Float64Array(sizeOf(given));
    for (let i = 0; i < data.length; i++) data[i] = draw(a, b, c);
    return ndArray(data, given, dtype);
  }
  const arrays = parameters.map((p) => asNDArray(p, what));
  const joint = broadcastShapes([...(given ? [given] : []), ...arrays.map((array) => array.shape)], what);
  if (given && sizeOf(joint) !== sizeOf(given)) {
    throw new ShapeError(`${what}: parameters of shape ${show(joint)} do not broadcast to size ${show(given)}.`);
  }
  const places = arrays.map((array) => broadcastIndex(array.shape, joint));
  const at = (k: number, i: number): number => (k < arrays.length ? arrays[k]![places[k]!(i)]! : 0);
  const data = new Float64Array(sizeOf(joint));
  for (let i = 0; i < data.length; i++) data[i] = draw(at(0, i), at(1, i), at(2, i));
  return ndArray(data, joint, dtype);
}
