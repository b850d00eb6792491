// Turns what users pass as data (tensors, typed arrays, nested arrays) into one form: a shape and a Float64Array.
// Owns: the structural type of a tensor, so that plots need no engine; the copies that make later changes harmless.
// Leaves to the callers: which ranks they take and how lengths must agree.
import type { TypedArray } from '../base/dtype.ts';
import { ShapeError, show, ValueError } from '../base/errors.ts';

/** What a plot needs of a tensor. */
export interface TensorValue {
  readonly shape: readonly (number | null)[];
  readonly dtype?: string;
  dataSync(): ArrayLike<unknown>;
}

export type NestedNumbers = readonly (number | bigint | boolean | TensorValue | TypedArray | NestedNumbers)[];

/** Numbers in any form: a tensor, a typed array (with or without `shape`), or nested arrays. */
export type Numbers = TensorValue | TypedArray | NestedNumbers;

/** Numbers with their shape. `bytes`: the values were stored as uint8, so 255 is full brightness. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  readonly bytes: boolean;
}

export function isTensorValue(value: unknown): value is TensorValue {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    'shape' in value &&
    'dataSync' in value &&
    typeof value.dataSync === 'function'
  );
}

/** Whether a value can only be meant as data, never as an options object. */
export function isNumbers(value: unknown): value is Numbers {
  return Array.isArray(value) || ArrayBuffer.isView(value) || isTensorValue(value);
}

/** The numbers of `value`, copied. `where` and `name` word the errors: 'plt.plot', 'x'. */
export function toValues(where: string, name: string, value: unknown): Values {
  if (isTensorValue(value)) return fromTensor(where, name, value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const array = value as TypedArray;
    const shape = (array as { readonly shape?: readonly number[] }).shape ?? [array.length];
    return { shape, data: toFloat64(where, name, array), bytes: isBytes(array) };
  }
  if (Array.isArray(value)) return fromNested(where, name, value);
  if (value instanceof Promise) {
    throw new ValueError(`${where}: ${name} is a promise; wanted its result. Write \`await\` before it.`);
  }
  if (typeof value === 'number') {
    throw new ShapeError(`${where}: ${name} is the single number ${value}; wanted a list, such as [${value}].`);
  }
  throw new ValueError(
    `${where}: ${name} is ${show(value)}; wanted a tensor, a typed array or nested arrays of numbers.`,
  );
}

/** The numbers of `value` in one row, whatever its shape: (n), (n, 1) and (rows, columns) alike. */
export function toFlat(where: string, name: string, value: unknown): Float64Array {
  return toValues(where, name, value).data;
}

/** The numbers of `value` as a matrix. */
export function toMatrix(where: string, name: string, value: unknown): Values {
  const values = toValues(where, name, value);
  const { shape } = values;
  if (shape.length === 3 && shape[2] === 1) return { ...values, shape: shape.slice(0, 2) };
  if (shape.length !== 2) {
    throw new ShapeError(
      `${where}: ${name} has shape ${shapeText(shape)}; wanted two dimensions, (rows, columns). ` +
        `Reshape it, for example with .reshape([rows, columns]).`,
    );
  }
  return values;
}

/** A shape as Python writes it: (3,), (2, 4). */
export function shapeText(shape: readonly (number | null)[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.map((size) => size ?? 'None').join(', ')})`;
}

/** Throws unless the two lists are equally long. */
export function sameLength(where: string, x: ArrayLike<number>, y: ArrayLike<number>, names = ['x', 'y']): void {
  if (x.length === y.length) return;
  throw new ShapeError(
    `${where}: ${names[0]} has ${x.length} values and ${names[1]} has ${y.length}; wanted equally many. ` +
      `Cut the longer one, or leave x out to number the values 0, 1, 2, ….`,
  );
}

function isBytes(data: unknown): boolean {
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray;
}

function fromTensor(where: string, name: string, tensor: TensorValue): Values {
  const shape = tensor.shape.map((size) => {
    if (size !== null) return size;
    throw new ShapeError(
      `${where}: ${name} is a symbolic tensor of shape ${shapeText(tensor.shape)}, which has no values yet; ` +
        `wanted an eager tensor. Plot what model.predict(…) returns.`,
    );
  });
  const data = tensor.dataSync();
  return {
    shape,
    data: toFloat64(where, name, data),
    bytes: tensor.dtype === undefined ? isBytes(data) : tensor.dtype === 'uint8',
  };
}

function toFloat64(where: string, name: string, data: ArrayLike<unknown>): Float64Array {
  const numbers = new Float64Array(data.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = toNumber(where, name, data[i]);
  return numbers;
}

function toNumber(where: string, name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  throw new ValueError(`${where}: ${name} holds ${show(value)}; wanted numbers only.`);
}

function fromNested(where: string, name: string, list: readonly unknown[]): Values {
  const first = list[0];
  if (!isNumbers(first)) {
    return { shape: [list.length], data: toFloat64(where, name, list), bytes: false };
  }
  const rows = list.map((row) => (isNumbers(row) ? toValues(where, name, row) : undefined));
  const inner = rows[0]!.shape;
  const size = rows[0]!.data.length;
  const data = new Float64Array(rows.length * size);
  for (const [i, row] of rows.entries()) {
    if (row === undefined || row.shape.length !== inner.length || row.shape.some((length, d) => length !== inner[d])) {
      const found = row === undefined ? show(list[i]) : `shape ${shapeText(row.shape)}`;
      throw new ShapeError(
        `${where}: ${name}[${i}] is ${found} where ${name}[0] is of shape ${shapeText(inner)}; wanted equal rows.`,
      );
    }
    data.set(row.data, i * size);
  }
  return { shape: [rows.length, ...inner], data, bytes: rows.every((row) => row?.bytes) };
}
