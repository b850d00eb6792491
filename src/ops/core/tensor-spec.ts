// tf.TypeSpec, tf.TensorSpec, tf.TensorShape.
// Owns: descriptions of tensors, and what all descriptions have in common. Those of other values stand in ops/type-specs.ts.
import { type Class, callable } from '../../base/callable.ts';
import { asDType, type DType } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { type Shape, showShape } from '../../base/shape.ts';
import { inspect } from '../../base/short-form.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { bindArguments } from './signature.ts';

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

/** A description of values: what is known of their kind, dtype and shape. */
export abstract class TypeSpec_ {
  /** null where not even the rank is known. */
  abstract readonly shape: Shape | null;
  /** What must be equal besides the shape. */
  protected abstract parts(): readonly unknown[];
  /** The same with another shape. */
  protected abstract withShape(shape: Shape | null): TypeSpec_;
  /** The description of a value of this kind; null for others. */
  protected abstract specOf(value: unknown): TypeSpec_ | null;
  abstract toString(): string;

  #sameKind(other: TypeSpec_): boolean {
    const [own, parts] = [this.parts(), other.parts()];
    return other.constructor === this.constructor && own.every((part, i) => part === parts[i]);
  }
  /** Whether a value, or those of another description, may be of this one. */
  isCompatibleWith(other: unknown): boolean {
    const spec = other instanceof TypeSpec_ ? other : this.specOf(other);
    return spec !== null && this.#sameKind(spec) && compatible(this.shape, spec.shape);
  }
  /** Whether every value of this description is one of `other`. */
  isSubtypeOf(other: TypeSpec_): boolean {
    const [own, wide] = [this.shape, other.shape];
    return (
      this.#sameKind(other) &&
      (wide === null ||
        (own !== null && own.length === wide.length && wide.every((n, i) => n === null || n === own[i])))
    );
  }
  /** The narrowest description of the values of this and of all others; null where there is none. */
  mostSpecificCommonSupertype(others: readonly TypeSpec_[]): TypeSpec_ | null {
    if (!others.every((other) => this.#sameKind(other))) return null;
    const shape = others.reduce<Shape | null>(
      (a, { shape: b }) =>
        a === null || b === null || a.length !== b.length ? null : a.map((n, i) => (n === b[i] ? n : null)),
      this.shape,
    );
    return this.withShape(shape);
  }
  mostSpecificCompatibleType(other: TypeSpec_): TypeSpec_ {
    const common = this.mostSpecificCommonSupertype([other]);
    if (!common) throw new ValueError(`no description fits both ${this} and ${other}.`);
    return common;
  }
  [inspect](): string {
    return this.toString();
  }
}
export interface TypeSpec extends TypeSpec_ {}
/** What all descriptions extend; it makes none itself. */
export const TypeSpec: abstract new () => TypeSpec = TypeSpec_;

export interface TensorSpecOptions extends Options<{ dtype: DType; name: string }> {}
type SpecArguments =
  | [shape: Shape, dtype?: DType | TensorSpecOptions, name?: string | undefined]
  | [options: TensorSpecOptions & { readonly shape: Shape }];
export class TensorSpec_ extends TypeSpec_ {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name?: string;
  constructor(...args: SpecArguments) {
    super();
    const [shape, dtype, name] = bindArguments('TensorSpec', ['shape', 'dtype', 'name'], args, true) as [
      Shape | undefined,
      (DType | null)?,
      (string | null)?,
    ];
    if (shape === undefined)
      throw new ValueError("TensorSpec: shape is missing; wanted a shape, such as TensorSpec([null, 3], 'float32').");
    this.shape = shape;
    this.dtype = asDType(dtype ?? 'float32');
    if (name !== undefined && name !== null) this.name = name;
  }
  static fromTensor(tensor: Tensor, name?: string): TensorSpec {
    return new TensorSpec_(tensor.shape, tensor.dtype, name);
  }
  protected override parts(): readonly unknown[] {
    return [this.dtype];
  }
  protected override withShape(shape: Shape | null): TensorSpec_ {
    return shape === null ? this : new TensorSpec_(shape, this.dtype, this.name);
  }
  protected override specOf(value: unknown): TypeSpec_ | null {
    return value instanceof Tensor ? TensorSpec_.fromTensor(value) : null;
  }
  override toString(): string {
    return `TensorSpec(shape=${showShape(this.shape)}, dtype=tf.${this.dtype}, name=${this.name ? `'${this.name}'` : 'None'})`;
  }
}
export interface TensorSpec extends TensorSpec_ {}
export const TensorSpec: Class<SpecArguments, TensorSpec> & Pick<typeof TensorSpec_, 'fromTensor'> = callable(
  TensorSpec_,
  'TensorSpec',
) as Class<SpecArguments, TensorSpec> & Pick<typeof TensorSpec_, 'fromTensor'>;
export const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;
