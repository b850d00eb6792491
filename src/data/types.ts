// What becomes the elements of data sets, and what they are then.
import type { TypedArray } from '../base/dtype.ts';
import type { Structure } from '../ops/core/gradients.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Scalar, TensorLike } from '../runtime/tensor-methods.ts';

/** Everything that becomes tensors: one, or several in lists and records. */
export type Inputs = TensorLike | readonly Inputs[] | { readonly [name: string]: Inputs };
type Numbers = Scalar | readonly Numbers[];
type Leaves<T> = T extends Tensor | TypedArray | Numbers ? Tensor : { -readonly [K in keyof T]: Leaves<T[K]> };
/** An Inputs type with every leaf made a Tensor. */
export type Tensors<T> = Leaves<T> extends infer S extends Structure ? S : never;
