// What counts as one value in a nested structure of tensors.
// Owns: that. Walking structures is base/tree.ts's.
import { Tensor } from './tensor.ts';

/** A tensor, or an array of numbers that stands for one. */
export const isLeaf = (value: unknown): boolean => value instanceof Tensor || ArrayBuffer.isView(value);
