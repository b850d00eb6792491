// tf.SparseTensor: a tensor by the elements that are not zero.
// Owns: the class, and helpers on its indices. Rows of gradients are core/indexed-slices.ts.
import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { ShapeError } from '../../base/errors.ts';
import { type Dims, showShape } from '../../base/shape.ts';
import { inspect } from '../../base/short-form.ts';
import * as p from '../../primitives/functions.ts';
import { type MadeOfTensors, PARTS } from '../../runtime/structure.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { CompositeTensor, type OpCall } from '../core/define.ts';
import { integersTensor } from '../core/shapes.ts';
import { bindArguments, type Forms } from '../core/signature.ts';

const NAMES = ['indices', 'values', 'denseShape'] as const;
type Parameters = [indices: TensorLike, values: TensorLike, denseShape: TensorLike];

let rules: ReadonlyMap<string, (call: OpCall) => unknown> = new Map();
/** What ops do with sparse tensors, by their names. */
export const setSparseRules = (installed: typeof rules): void => {
  rules = installed;
};

export class SparseTensor_ extends CompositeTensor {
  /** (count, rank), int64. */
  readonly indices: Tensor;
  readonly values: Tensor;
  /** (rank,), int64. */
  readonly denseShape: Tensor;
  readonly #dims: Dims;

  constructor(...args: Forms<Parameters, typeof NAMES>) {
    super();
    const [indices, values, denseShape] = bindArguments('SparseTensor', NAMES, args) as Parameters;
    const index = convertToTensor(indices, undefined, 'SparseTensor: indices');
    this.values = convertToTensor(values, undefined, 'SparseTensor: values');
    this.#dims = asIntegers(denseShape, 'SparseTensor: denseShape');
    const rank = this.#dims.length;
    const count = this.values.dims[0] ?? 0;
    const fitted = index.size === 0 ? p.reshape(index, [0, rank]) : index;
    if (
      this.values.dims.length !== 1 ||
      fitted.dims.length !== 2 ||
      fitted.dims[0] !== count ||
      fitted.dims[1] !== rank
    )
      throw new ShapeError(
        `SparseTensor: indices ${showShape(index.dims)}, values ${showShape(this.values.dims)}, dense shape of rank ${rank}; wanted (count, ${rank}) and (count,).`,
      );
    this.indices = p.convert(fitted, 'int64') as Tensor;
    this.denseShape = integersTensor(this.#dims, [rank], 'int64');
  }
  [PARTS](): ReturnType<MadeOfTensors[typeof PARTS]> {
    const remake = ([indices, values]: readonly Tensor[]) => new SparseTensor_(indices!, values!, this.#dims);
    return { tensors: [this.indices, this.values], remake };
  }
  override dispatch(call: OpCall): unknown {
    const rule = rules.get(call.name);
    return rule ? rule(call) : call.plain(...call.args);
  }
  get dtype(): DType {
    return this.values.dtype;
  }
  get shape(): Dims {
    return this.#dims;
  }
  get rank(): number {
    return this.#dims.length;
  }
  withValues(values: TensorLike): SparseTensor {
    return new SparseTensor_(this.indices, values, this.#dims);
  }
  override toString(): string {
    return `SparseTensor(indices=${this.indices}, values=${this.values}, dense_shape=${this.denseShape})`;
  }
  [inspect](): string {
    return this.toString();
  }
}
export interface SparseTensor extends SparseTensor_ {}
export const SparseTensor: Class<Forms<Parameters, typeof NAMES>, SparseTensor> = callable(
  SparseTensor_,
  'SparseTensor',
);

/** Rows of numbers in lexicographic order: the positions. */
export function sortedRows(indices: readonly (readonly number[])[]): number[] {
  return indices
    .map((_, i) => i)
    .sort((i, j) => {
      const [a, b] = [indices[i]!, indices[j]!];
      for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k]! - b[k]!;
      return i - j;
    });
}
/** The indices as lists. */
export function indexRows(x: SparseTensor): number[][] {
  const flat = Array.from(x.indices.dataSync() as BigInt64Array, Number);
  return Array.from({ length: x.values.dims[0]! }, (_, i) => flat.slice(i * x.rank, (i + 1) * x.rank));
}
/** A sparse tensor of the values at positions, with other indices. */
export function sparseOf(rows: readonly (readonly number[])[], values: Tensor, dims: Dims): SparseTensor {
  return SparseTensor(integersTensor(rows.flat(), [rows.length, dims.length], 'int64'), values, dims as number[]);
}
export const pick = (values: Tensor, positions: readonly number[]): Tensor =>
  values.dtype === 'string'
    ? convertToTensor(
        positions.map((i) => (values.elements as string[])[i]!),
        'string',
      )
    : (p.takeRows(values, integersTensor(positions, [positions.length], 'int32')) as Tensor);
