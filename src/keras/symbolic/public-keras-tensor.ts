// The public KerasTensor: a class for `instanceof`, and symbolic tensors that no Input made, for keras.Function; as a type it is any
// tensor, because layers give tensors of one type whether they are symbolic or not.
import { asDType, type DType } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { KerasTensor as SymbolicTensor } from './keras-tensor.ts';

interface Options {
  readonly dtype?: DType | null | undefined;
  readonly sparse?: boolean | null | undefined;
  readonly ragged?: boolean | null | undefined;
  readonly recordHistory?: boolean | null | undefined;
  readonly name?: string | null | undefined;
}
type Arguments = [shape: Shape, options?: Options | DType] | [options: Options & { readonly shape: Shape }];
export type KerasTensor = Tensor;
export interface KerasTensorClass {
  new (...args: Arguments): Tensor;
  (...args: Arguments): Tensor;
  readonly prototype: SymbolicTensor;
  [Symbol.hasInstance](value: unknown): value is SymbolicTensor;
}

const NAMES = ['shape', 'dtype', 'sparse', 'ragged', 'recordHistory', 'name'];
function makeKerasTensor(...args: unknown[]): SymbolicTensor {
  const [shape, dtype = 'float32', sparse, ragged, , name] = bindArguments('KerasTensor', NAMES, args);
  const isSize = (n: unknown): boolean => n === null || (Number.isInteger(n) && (n as number) >= 0);
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw new ValueError(`KerasTensor: shape: found ${show(shape)}, wanted a list of sizes, null for unknown ones.`);
  if (sparse || ragged)
    throw new ValueError('KerasTensor: symbolic tensors are dense here; wanted neither sparse nor ragged.');
  return new SymbolicTensor(shape as Shape, asDType(dtype as DType), (name ?? null) as string | null);
}
Object.defineProperty(makeKerasTensor, 'name', { value: 'KerasTensor' });
Object.defineProperty(makeKerasTensor, 'prototype', { value: SymbolicTensor.prototype });
/** A symbolic tensor of a shape, with null for sizes that are not known. */
export const KerasTensor: KerasTensorClass = makeKerasTensor as object as KerasTensorClass;
