// tf.TensorArray: a list of tensors that a loop writes.
// Owns: the class. Positions must be known; in tf.function that means loops written out by JavaScript.
import { type Class, callable } from '../../base/callable.ts';
import { asDType, type DType } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
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
  | [options: TensorArrayOptions & { readonly dtype: DType }];
const NAMES = ['dtype', 'size', 'dynamicSize', 'clearAfterRead', 'elementShape', 'inferShape'] as const;

export class TensorArray_ {
  readonly dtype: DType;
  readonly dynamicSize: boolean;
  /** The shape of the elements; null where neither the options nor an element says it. */
  readonly elementShape: Shape | null;
  #items: readonly (Tensor | undefined)[];

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
  #all(name: string): Tensor[] {
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
    const at = asInteger(index, 'TensorArray.write: index');
    if (at < 0 || (at >= this.#items.length && !this.dynamicSize))
      throw new ValueError(
        `TensorArray.write: place ${at} of ${this.#items.length}; wanted a smaller one, or { dynamicSize: true }.`,
      );
    const items = this.#items.slice();
    while (items.length <= at) items.push(undefined);
    const tensor = convertToTensor(value, undefined, 'TensorArray.write');
    items[at] = tensor.dtype === this.dtype ? tensor : convertToTensor(tensor, this.dtype, 'TensorArray.write');
    return this.#with(items);
  }
  read(index: number | Tensor): Tensor {
    const at = asInteger(index, 'TensorArray.read: index');
    if (at < 0 || at >= this.#items.length)
      throw new ValueError(`TensorArray.read: place ${at} of ${this.#items.length}.`);
    return this.#all('read')[at]!;
  }
  stack(): Tensor {
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
    return integersTensor([this.#items.length], [], 'int32');
  }
  identity(): TensorArray {
    return this;
  }
}
const outside = (i: number, n: number): never => {
  throw new ValueError(`TensorArray.gather: place ${show(i)} of ${n}.`);
};
export interface TensorArray extends TensorArray_ {}
export const TensorArray: Class<Arguments, TensorArray> = callable(TensorArray_, 'TensorArray');
