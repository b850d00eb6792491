// tf.TensorArray: a list of tensors that a loop writes.
// Owns: the class. Its elements are kept one by one; where a position is known only when a program runs (as in a loop of
// tf.function), they become the rows of one tensor.
import { type Class, callable } from '../../base/callable.ts';
import { asDType, type DType } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { guardMethods } from '../../base/misuse.ts';
import { type Dims, type Shape, sameShape, showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { concat, unstack } from './arrange.ts';
import { asInteger, asIntegers, convertToTensor } from './convert.ts';
import { integersTensor } from './shapes.ts';
import { bindArguments } from './signature.ts';
import { stackTensors } from './stack.ts';

export interface TensorArrayOptions
  extends Options<{
    size: number | Tensor;
    dynamicSize: boolean;
    clearAfterRead: boolean;
    elementShape: readonly (number | null)[];
    inferShape: boolean;
  }> {}

type Arguments =
  | [dtype: DType, options?: TensorArrayOptions]
  | [dtype: DType, size: number | Tensor, options?: Omit<TensorArrayOptions, 'size'>]
  | [
      dtype: DType,
      size: number | Tensor,
      dynamicSize: boolean,
      options?: Omit<TensorArrayOptions, 'size' | 'dynamicSize'>,
    ]
  | [options: TensorArrayOptions & { readonly dtype: DType }];
const NAMES = ['dtype', 'size', 'dynamicSize', 'clearAfterRead', 'elementShape', 'inferShape'] as const;

export class TensorArray_ {
  readonly dtype: DType;
  readonly dynamicSize: boolean;
  /** The shape of the elements; null where neither the options nor an element says it. */
  readonly elementShape: Shape | null;
  #items: readonly (Tensor | undefined)[];
  /** All elements in one tensor, along its first axis; then there are no items. */
  #rows: Tensor | null = null;

  constructor(...args: Arguments) {
    const [dtype, size, dynamicSize, , elementShape] = bindArguments('TensorArray', NAMES, args) as [
      DType,
      (number | Tensor)?,
      boolean?,
      boolean?,
      Shape?,
    ];
    this.dtype = asDType(dtype);
    this.dynamicSize = dynamicSize ?? false;
    this.elementShape = elementShape ?? null;
    this.#items = new Array(size === undefined ? 0 : asInteger(size, 'TensorArray: size')).fill(undefined);
  }
  #with(items: readonly (Tensor | undefined)[]): TensorArray {
    const elementShape = this.elementShape ?? items.find((item) => item !== undefined)?.shape;
    const next = new TensorArray_(this.dtype, { dynamicSize: this.dynamicSize, elementShape });
    next.#items = items;
    return next;
  }
  /** Internal: the array whose elements are the rows of a tensor. */
  withRows(rows: Tensor): TensorArray {
    const next = new TensorArray_(this.dtype, { elementShape: rows.shape.slice(1) });
    next.#rows = rows;
    return next;
  }
  /** Internal: the elements as rows of one tensor; null while nothing says their shape. */
  rows(): Tensor | null {
    if (this.#rows) return this.#rows;
    const known = this.#items.find((item) => item !== undefined);
    const dims = known?.dims ?? this.elementShape;
    if (!dims?.every((n) => n !== null)) return null;
    const zero = known
      ? (p.zerosLike(known) as Tensor)
      : (p.full(0, { dims: dims as Dims, dtype: this.dtype }) as Tensor);
    if (this.#items.length === 0) return p.full(0, { dims: [0, ...(dims as Dims)], dtype: this.dtype }) as Tensor;
    return stackTensors(
      this.#items.map((item) => item ?? zero),
      0,
    );
  }
  /** Internal: refuses an array that may grow, where its size must be known. */
  requireSize(): void {
    if (this.dynamicSize)
      throw new ValueError(
        'TensorArray: an array with dynamicSize cannot be written in a loop of tf.function, whose program is made for known sizes; give { size } without dynamicSize: the largest number of elements.',
      );
  }
  /** Internal: the same, of elements of a shape that nothing has said yet. */
  rowsOfShape(dims: Dims): Tensor {
    return this.rows() ?? (p.full(0, { dims: [this.#items.length, ...dims], dtype: this.dtype }) as Tensor);
  }
  /** A position that is known only when the program runs, as a tensor; null for others. */
  #traced(index: number | Tensor): Tensor | null {
    if (!(index instanceof Tensor)) return null;
    const value = resolve(index);
    return value.elements === null || this.#rows ? (p.reshape(value, [1]) as Tensor) : null;
  }
  #element(value: TensorLike): Tensor {
    const tensor = convertToTensor(value, undefined, 'TensorArray.write');
    return tensor.dtype === this.dtype ? tensor : convertToTensor(tensor, this.dtype, 'TensorArray.write');
  }
  #all(name: string): Tensor[] {
    if (this.#rows) return unstack(this.#rows);
    const known = this.#items.find((item) => item !== undefined);
    return this.#items.map((item, i) => {
      if (item) return item;
      // Places that were never written hold zeros, as in TensorFlow.
      if (known) return p.zerosLike(known) as Tensor;
      throw new ValueError(`TensorArray.${name}: place ${i} was never written.`);
    });
  }
  /** The array with a value at a place. */
  write(index: number | Tensor, value: TensorLike): TensorArray {
    const place =
      this.#traced(index) ??
      (this.#rows ? integersTensor([asInteger(index, 'TensorArray.write: index')], [1], 'int32') : null);
    if (place) {
      this.requireSize();
      const element = this.#element(value);
      const rows = this.rowsOfShape(element.dims);
      if (!sameShape(rows.dims.slice(1), element.dims))
        throw new ShapeError(
          `TensorArray.write: found a value of shape ${showShape(element.dims)}, wanted ${showShape(rows.dims.slice(1))}, as the other elements have.`,
        );
      return this.withRows(p.scatterRows(rows, place, p.reshape(element, [1, ...element.dims]), 'update') as Tensor);
    }
    const at = asInteger(index, 'TensorArray.write: index');
    if (at < 0 || (at >= this.#items.length && !this.dynamicSize))
      throw new ValueError(
        `TensorArray.write: place ${at} of ${this.#items.length}; wanted a smaller one, or { dynamicSize: true }.`,
      );
    const items = this.#items.slice();
    while (items.length <= at) items.push(undefined);
    items[at] = this.#element(value);
    return this.#with(items);
  }
  read(index: number | Tensor): Tensor {
    const place = this.#traced(index);
    if (place) {
      const rows = this.rows();
      if (!rows)
        throw new ValueError(
          'TensorArray.read: nothing was written yet, and nothing says the shape of the elements; give { elementShape }.',
        );
      return p.reshape(p.takeRows(rows, place), rows.dims.slice(1)) as Tensor;
    }
    const at = asInteger(index, 'TensorArray.read: index');
    if (at < 0 || at >= this.#items.length)
      throw new ValueError(`TensorArray.read: place ${at} of ${this.#items.length}.`);
    return this.#all('read')[at]!;
  }
  stack(): Tensor {
    if (this.#rows) return this.#rows;
    return stackTensors(this.#all('stack'), 0);
  }
  concat(): Tensor {
    return concat(this.#all('concat'), 0);
  }
  gather(indices: TensorLike): Tensor {
    const all = this.#all('gather');
    return stackTensors(
      asIntegers(indices, 'TensorArray.gather').map((i) => all[i] ?? outside(i, all.length)),
      0,
    );
  }
  unstack(value: TensorLike): TensorArray {
    return this.#with(unstack(value));
  }
  scatter(indices: TensorLike, value: TensorLike): TensorArray {
    const rows = unstack(value);
    return asIntegers(indices, 'TensorArray.scatter').reduce<TensorArray>(
      (array, at, i) => array.write(at, rows[i]!),
      this,
    );
  }
  size(): Tensor {
    return integersTensor([this.#rows?.dims[0] ?? this.#items.length], [], 'int32');
  }
  /** The array of the parts of a value, cut along axis 0 into pieces of these lengths. */
  split(value: TensorLike, lengths: TensorLike): TensorArray {
    const whole = this.#element(value);
    const sizes = asIntegers(lengths, 'TensorArray.split: lengths');
    const total = sizes.reduce((a, b) => a + b, 0);
    if (whole.dims[0] !== total)
      throw new ShapeError(
        `TensorArray.split: found lengths ${show(sizes)} for a value of shape ${showShape(whole.dims)}; wanted lengths that sum to its first dimension.`,
      );
    let from = 0;
    const parts = sizes.map((n) => {
      const begin = whole.dims.map((_, axis) => (axis === 0 ? from : 0));
      from += n;
      return p.slice(
        whole,
        begin,
        whole.dims.map((m, axis) => (axis === 0 ? from : m)),
      ) as Tensor;
    });
    return this.#with(parts);
  }
  identity(): TensorArray {
    return this;
  }
}
const outside = (i: number, n: number): never => {
  throw new ValueError(`TensorArray.gather: place ${show(i)} of ${n}.`);
};
export interface TensorArray extends TensorArray_ {}
guardMethods(TensorArray_.prototype, 'TensorArray', ['withRows', 'rowsOfShape']);
export const TensorArray: Class<Arguments, TensorArray> = callable(TensorArray_, 'TensorArray');
