// tf.TensorSpec, tf.TensorShape, the dtypes as values.
// Owns: descriptions of tensors.
import { type Class, callable } from '../../base/callable.ts';
import { asDType, type DType } from '../../base/dtype.ts';
import { ShapeError } from '../../base/errors.ts';
import { type Shape, showShape } from '../../base/shape.ts';
import { inspect } from '../../base/short-form.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';

const compatible = (a: Shape | null, b: Shape | null): boolean =>
  a === null || b === null || (a.length === b.length && a.every((n, i) => n === null || b[i] === null || n === b[i]));

export class TensorShape_ {
  /** null where not even the rank is known. */
  readonly dims: Shape | null;
  constructor(dims: Shape | TensorShape_ | null) {
    this.dims = dims instanceof TensorShape_ ? dims.dims : dims;
  }
  get rank(): number | null {
    return this.dims?.length ?? null;
  }
  get ndims(): number | null {
    return this.rank;
  }
  asList(): (number | null)[] {
    if (!this.dims) throw new ShapeError('TensorShape.asList: the rank is not known.');
    return [...this.dims];
  }
  numElements(): number | null {
    return this.isFullyDefined() ? (this.dims as number[]).reduce((a, b) => a * b, 1) : null;
  }
  isFullyDefined(): boolean {
    return this.dims?.every((n) => n !== null) ?? false;
  }
  isCompatibleWith(other: Shape | TensorShape_): boolean {
    return compatible(this.dims, other instanceof TensorShape_ ? other.dims : other);
  }
  assertIsCompatibleWith(other: Shape | TensorShape_): void {
    if (!this.isCompatibleWith(other))
      throw new ShapeError(`shapes ${this} and ${new TensorShape_(other)} are not compatible.`);
  }
  mergeWith(other: Shape | TensorShape_): TensorShape {
    this.assertIsCompatibleWith(other);
    const right = other instanceof TensorShape_ ? other.dims : other;
    return new TensorShape_(this.dims && right ? this.dims.map((n, i) => n ?? right[i]!) : (this.dims ?? right));
  }
  concatenate(other: Shape | TensorShape_): TensorShape {
    const right = other instanceof TensorShape_ ? other.dims : other;
    return new TensorShape_(this.dims && right ? [...this.dims, ...right] : null);
  }
  withRank(rank: number): TensorShape {
    if (this.dims && this.dims.length !== rank)
      throw new ShapeError(`shape ${this} has rank ${this.dims.length}, wanted ${rank}.`);
    return new TensorShape_(this.dims ?? new Array<null>(rank).fill(null));
  }
  toString(): string {
    return this.dims ? showShape(this.dims) : '<unknown>';
  }
}
export interface TensorShape extends TensorShape_ {}
export const TensorShape: Class<[dims: Shape | TensorShape_ | null], TensorShape> = callable(
  TensorShape_,
  'TensorShape',
);

export interface TensorSpecOptions extends Options<{ dtype: DType; name: string }> {}
export class TensorSpec_ {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name?: string;
  constructor(shape: Shape, dtype: DType | TensorSpecOptions = 'float32', name?: string) {
    const options = typeof dtype === 'object' ? dtype : { dtype, name };
    this.shape = shape;
    this.dtype = asDType(options.dtype ?? 'float32');
    if (options.name !== undefined) this.name = options.name;
  }
  static fromTensor(tensor: Tensor, name?: string): TensorSpec {
    return new TensorSpec_(tensor.shape, tensor.dtype, name);
  }
  isCompatibleWith(other: Tensor | TensorSpec_): boolean {
    return this.dtype === other.dtype && compatible(this.shape, other.shape);
  }
  toString(): string {
    return `TensorSpec(shape=${showShape(this.shape)}, dtype=tf.${this.dtype}, name=${this.name ? `'${this.name}'` : 'None'})`;
  }
  [inspect](): string {
    return this.toString();
  }
}
export interface TensorSpec extends TensorSpec_ {}
type Arguments = [shape: Shape, dtype?: DType | TensorSpecOptions, name?: string];
export const TensorSpec: Class<Arguments, TensorSpec> & Pick<typeof TensorSpec_, 'fromTensor'> = callable(
  TensorSpec_,
  'TensorSpec',
) as Class<Arguments, TensorSpec> & Pick<typeof TensorSpec_, 'fromTensor'>;

/** The description of a tensor. */
export const typeSpecFromValue = (value: Tensor): TensorSpec => TensorSpec_.fromTensor(value);
export const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;
