// What counts as one value in a nested structure of tensors.
// Owns: that, and how objects that are made of tensors are taken apart. Walking structures is base/tree.ts's.
import { Tensor } from './tensor.ts';

export const PARTS = Symbol('parts');
/** An object made of tensors: those, and the same object made of others. */
export interface MadeOfTensors {
  [PARTS](): { readonly tensors: readonly Tensor[]; remake(tensors: readonly Tensor[]): unknown };
}
export const isMadeOfTensors = (value: unknown): value is MadeOfTensors =>
  typeof value === 'object' && value !== null && PARTS in value;

/** A tensor, or an array of numbers that stands for one. */
export const isLeaf = (value: unknown): boolean => value instanceof Tensor || ArrayBuffer.isView(value);
