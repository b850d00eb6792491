// What flows between primitives: something with known dimensions and a dtype.
// Owns: the two smallest types of the engine. Eager tensors, traced tensors and graph values implement them.
import type { DType } from '../base/dtype.ts';
import type { Dims } from '../base/shape.ts';

/** Dimensions and dtype without a value. */
export interface Spec {
  readonly dims: Dims;
  readonly dtype: DType;
}

/** A value that primitives take and give; identity matters, not content. */
export interface Value extends Spec {}

export const specOf = (dtype: DType, dims: Dims): Spec => ({ dtype, dims });
