// The operations that are methods of tensors, as types.
// Owns: signatures. src/ops installs the functions on the prototype and is checked against this interface.
import type { DType, TypedArray } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Tensor } from './tensor.ts';

export type Scalar = number | boolean | string | bigint;
export type NestedArray = readonly (Scalar | Tensor | TypedArray | NestedArray)[];
/** Everything that becomes a tensor. */
export type TensorLike = Tensor | Scalar | TypedArray | NestedArray;

/** 'start:stop:step', each part optional. */
export type SliceString = `${number | ''}:${number | ''}` | `${number | ''}:${number | ''}:${number | ''}`;
/** A position, a slice, a new axis (null), the rest ('...'), positions or a mask. */
export type Index = number | SliceString | '...' | null | readonly number[] | Tensor;
export type Axis = number | readonly number[] | null;
/** An options object: everything optional; `undefined` means the default. */
export type Options<T> = { [K in keyof T]?: T[K] | undefined };
export interface ReduceOptions extends Options<{ axis: Axis; keepdims: boolean }> {}

export interface TensorMethods {
  [Symbol.iterator](): IterableIterator<Tensor>;
  at(...indices: Index[]): Tensor;
  slice(begin: readonly number[], size?: readonly number[]): Tensor;
  booleanMask(mask: TensorLike): Tensor;
  reshape(shape: Shape): Tensor;
  flatten(): Tensor;
  expandDims(axis?: number): Tensor;
  squeeze(axis?: Axis): Tensor;
  transpose(permutation?: readonly number[]): Tensor;
  cast(dtype: DType): Tensor;

  add(other: TensorLike): Tensor;
  sub(other: TensorLike): Tensor;
  mul(other: TensorLike): Tensor;
  div(other: TensorLike): Tensor;
  floordiv(other: TensorLike): Tensor;
  mod(other: TensorLike): Tensor;
  pow(other: TensorLike): Tensor;
  matmul(other: TensorLike): Tensor;
  equal(other: TensorLike): Tensor;
  notEqual(other: TensorLike): Tensor;
  greater(other: TensorLike): Tensor;
  greaterEqual(other: TensorLike): Tensor;
  less(other: TensorLike): Tensor;
  lessEqual(other: TensorLike): Tensor;
  maximum(other: TensorLike): Tensor;
  minimum(other: TensorLike): Tensor;
  logicalAnd(other: TensorLike): Tensor;
  logicalOr(other: TensorLike): Tensor;
  logicalNot(): Tensor;
  neg(): Tensor;
  abs(): Tensor;
  square(): Tensor;
  sqrt(): Tensor;
  exp(): Tensor;
  log(): Tensor;
  sigmoid(): Tensor;
  tanh(): Tensor;
  relu(): Tensor;

  sum(axis?: Axis, options?: ReduceOptions): Tensor;
  sum(options: ReduceOptions): Tensor;
  mean(axis?: Axis, options?: ReduceOptions): Tensor;
  mean(options: ReduceOptions): Tensor;
  max(axis?: Axis, options?: ReduceOptions): Tensor;
  max(options: ReduceOptions): Tensor;
  min(axis?: Axis, options?: ReduceOptions): Tensor;
  min(options: ReduceOptions): Tensor;
  prod(axis?: Axis, options?: ReduceOptions): Tensor;
  prod(options: ReduceOptions): Tensor;
  any(axis?: Axis, options?: ReduceOptions): Tensor;
  all(axis?: Axis, options?: ReduceOptions): Tensor;
  argmax(axis?: number): Tensor;
  argmin(axis?: number): Tensor;
}
