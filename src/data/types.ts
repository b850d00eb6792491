// What becomes the elements of data sets, and what they are then.
import type { TypedArray } from '../base/dtype.ts';
import type { Structure, StructureList } from '../ops/core/gradients.ts';
import type { RaggedTensor } from '../ops/ragged/ragged-tensor.ts';
import type { SparseTensor } from '../ops/sparse/sparse-tensor.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Scalar, TensorLike } from '../runtime/tensor-methods.ts';
import type { DatasetBase } from './dataset.ts';

/** An element: tensors, ragged and sparse tensors and data sets, alone or in lists and records. */
export type Element = Tensor | RaggedTensor | SparseTensor | DatasetBase<Element> | ElementList | ElementRecord;
export interface ElementList extends ReadonlyArray<Element> {}
export interface ElementRecord {
  readonly [name: string]: Element;
}

/** Everything that becomes an element: tensors or what they are made of, in lists and records. */
export type Inputs =
  | TensorLike
  | RaggedTensor
  | SparseTensor
  | DatasetBase<Element>
  | readonly Inputs[]
  | { readonly [name: string]: Inputs };
type Numbers = Scalar | readonly Numbers[];
type Leaves<T> = T extends Tensor | TypedArray | Numbers
  ? Tensor
  : T extends RaggedTensor | SparseTensor | DatasetBase<Element>
    ? T
    : StructureList extends T
      ? T
      : { -readonly [K in keyof T]: Leaves<T[K]> };
/** An Inputs type with every leaf made a Tensor: an element. Of a function typed `any` it is not known which. */
export type Elements<T> = Inputs extends T ? Element : Leaves<T> extends infer S extends Element ? S : never;
/** The same of tensors alone. */
export type Tensors<T> = Leaves<T> extends infer S extends Structure ? S : never;

/** As in TensorFlow a function over tuples takes their parts as its arguments. */
export type Arguments<T> = T extends readonly unknown[] ? T : [element: T];
/** Elements of a data set inside an element: tuples become tuples of data sets, as `window` gives them. */
export type Windows<T> = T extends Tensor | RaggedTensor | SparseTensor | DatasetBase<Element>
  ? DatasetBase<T>
  : T extends readonly unknown[]
    ? number extends T['length']
      ? readonly Element[]
      : Parts<T>
    : string extends keyof T
      ? ElementRecord
      : Parts<T>;
type Parts<T> = {
  -readonly [K in keyof T]: T[K] extends Tensor | RaggedTensor | SparseTensor ? DatasetBase<T[K]> : Element;
} extends infer S extends Element
  ? S
  : never;
