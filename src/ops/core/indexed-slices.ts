// tf.IndexedSlices: rows of a gradient and the positions they belong to; rows may repeat, and then add up.
// Owns: the class and its dense form.
import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { ShapeError } from '../../base/errors.ts';
import { type Dims, type Shape, sameShape, showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { type MadeOfTensors, PARTS } from '../../runtime/structure.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asDims, convertToTensor } from './convert.ts';
import { bindArguments, type Forms } from './signature.ts';

const NAMES = ['values', 'indices', 'denseShape'] as const;
type Parameters = [values: TensorLike, indices: TensorLike, denseShape?: Shape | TensorLike | null];

export class IndexedSlices_ {
  /** (rows, …) */
  readonly values: Tensor;
  /** (rows,) */
  readonly indices: Tensor;
  readonly denseShape: Dims | null;

  constructor(...args: Forms<Parameters, typeof NAMES>) {
    const [values, indices, denseShape] = bindArguments('IndexedSlices', NAMES, args) as Parameters;
    this.values = convertToTensor(values, undefined, 'IndexedSlices: values');
    const given = convertToTensor(indices, undefined, 'IndexedSlices: indices');
    this.indices = given.weak ? (p.convert(given, 'int32') as Tensor) : given;
    if (!sameShape(this.indices.dims, this.values.dims.slice(0, this.indices.dims.length)))
      throw new ShapeError(
        `IndexedSlices: values have shape ${showShape(this.values.dims)} and indices ${showShape(this.indices.dims)}; wanted an index for each row.`,
      );
    this.denseShape = denseShape ? asDims(denseShape, 'IndexedSlices: denseShape') : null;
  }

  get dtype(): DType {
    return this.values.dtype;
  }
  get shape(): Shape {
    return this.denseShape ?? [null, ...this.values.dims.slice(this.indices.dims.length)];
  }

  [PARTS](): ReturnType<MadeOfTensors[typeof PARTS]> {
    const remake = ([values, indices]: readonly Tensor[]) => new IndexedSlices_(values!, indices!, this.denseShape);
    return { tensors: [this.values, this.indices], remake };
  }

  /** The same rows with other values. */
  map(f: (values: Tensor) => Tensor): IndexedSlices {
    return new IndexedSlices(f(this.values), this.indices, this.denseShape);
  }

  toString(): string {
    const shape = this.denseShape ? `, dense_shape=tf.Tensor([${this.denseShape.join(' ')}])` : '';
    return `IndexedSlices(indices=${this.indices}, values=${this.values}${shape})`;
  }

  /** The tensor of shape `dims`: the rows at their places, 0 elsewhere. */
  toDense(dims: Dims | null = this.denseShape): Tensor {
    if (!dims) throw new ShapeError('IndexedSlices: the shape of the dense tensor is not known; give denseShape.');
    return p.scatterRows(p.zerosLike({ dims, dtype: this.dtype }), this.indices, this.values, 'add') as Tensor;
  }
}
export interface IndexedSlices extends IndexedSlices_ {}
export const IndexedSlices: Class<Forms<Parameters, typeof NAMES>, IndexedSlices> = callable(
  IndexedSlices_,
  'IndexedSlices',
);
