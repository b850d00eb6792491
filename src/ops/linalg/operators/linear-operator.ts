// tf.linalg.LinearOperator: a matrix known by what it does.
// Owns: what all operators can do, by their dense form where they know nothing better, and those made of other operators' whole:
// adjoints, inverses, products, full and triangular matrices. Leaves structure to structured.ts and blocks.ts.
import { type Class, callable } from '../../../base/callable.ts';
import type { DType } from '../../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../../base/errors.ts';
import { type Dims, showShape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { TensorLike } from '../../../runtime/tensor-methods.ts';
import { broadcastTo, concat, split } from '../../core/arrange.ts';
import { convertToTensor } from '../../core/convert.ts';
import { broadcastStaticShape, integersTensor } from '../../core/shapes.ts';
import { bindArguments } from '../../core/signature.ts';
import { add, cast, divide, subtract } from '../../math/elementwise.ts';
import { matmul } from '../../math/matmul.ts';
import { reduceMax, reduceMin } from '../../math/reduce.ts';
import { eigvals } from '../general-eigen.ts';
import { cholesky, det, inv, slogdet, solve, triangularSolve } from '../solve.ts';
import { eigvalsh, svd } from '../spectral.ts';
import { adjoint as adjointOf, bandPart, diagPart, trace } from '../structure.ts';

/** What is known of an operator beforehand; undefined where nothing is. */
export interface Hints {
  readonly isNonSingular?: boolean | undefined;
  readonly isSelfAdjoint?: boolean | undefined;
  readonly isPositiveDefinite?: boolean | undefined;
  readonly isSquare?: boolean | undefined;
  readonly name?: string | undefined;
}
export const HINTS = ['isNonSingular', 'isSelfAdjoint', 'isPositiveDefinite', 'isSquare', 'name'] as const;

/** Arguments by position or name: the operator's own, then the hints. */
export function argumentsOf(
  name: string,
  names: readonly string[],
  args: readonly unknown[],
): { values: unknown[]; hints: Hints } {
  const all = [...names, ...HINTS];
  const bound = bindArguments(name, all, args);
  const hints = Object.fromEntries(HINTS.map((hint, i) => [hint, bound[names.length + i]])) as Hints;
  return { values: names.map((_, i) => bound[i]), hints };
}
/** Hints with what is always so of an operator, which no hint may deny. */
export function always(
  name: string,
  hints: Hints,
  facts: Partial<Record<'isNonSingular' | 'isSelfAdjoint' | 'isPositiveDefinite', boolean>>,
): Hints {
  for (const [fact, value] of Object.entries(facts) as [keyof typeof facts, boolean][])
    if (hints[fact] !== undefined && hints[fact] !== null && hints[fact] !== value)
      throw new ValueError(`${name}: ${fact} is ${hints[fact]}; this operator's is always ${value}.`);
  return { ...hints, ...facts };
}
interface MatmulOptions {
  readonly adjoint?: boolean;
  readonly adjointArg?: boolean;
}
const column = (x: TensorLike): Tensor => convertToTensor(x).expandDims(-1);

export abstract class LinearOperator_ {
  readonly dtype: DType;
  /** (…batch, rows, columns) */
  readonly shape: Dims;
  readonly name: string;
  readonly isNonSingular: boolean | null;
  readonly isSelfAdjoint: boolean | null;
  readonly isPositiveDefinite: boolean | null;
  readonly isSquare: boolean;

  constructor(name: string, shape: Dims, dtype: DType, hints: Hints) {
    this.name = hints.name ?? name;
    this.shape = shape;
    this.dtype = dtype;
    const square = shape.at(-1) === shape.at(-2);
    if (hints.isSquare !== undefined && hints.isSquare !== square)
      throw new ValueError(`${this.name}: isSquare is ${hints.isSquare}, and its shape is ${showShape(shape)}.`);
    this.isSquare = square;
    this.isPositiveDefinite = hints.isPositiveDefinite ?? null;
    this.isSelfAdjoint = hints.isSelfAdjoint ?? null;
    // Positive definite operators are not singular.
    this.isNonSingular = hints.isNonSingular ?? (hints.isPositiveDefinite ? true : null);
    if (!square && (this.isNonSingular || this.isSelfAdjoint || this.isPositiveDefinite))
      throw new ValueError(`${this.name}: an operator of shape ${showShape(shape)} is not square.`);
  }
  /** The matrix. */
  abstract toDense(): Tensor;

  get batchShape(): Dims {
    return this.shape.slice(0, -2);
  }
  get tensorRank(): number {
    return this.shape.length;
  }
  get domainDimension(): number {
    return this.shape.at(-1)!;
  }
  get rangeDimension(): number {
    return this.shape.at(-2)!;
  }
  get H(): LinearOperator_ {
    return this.adjoint();
  }
  shapeTensor(): Tensor {
    return integersTensor([...this.shape], [this.shape.length], 'int32');
  }
  batchShapeTensor(): Tensor {
    return integersTensor([...this.batchShape], [this.batchShape.length], 'int32');
  }
  tensorRankTensor(): Tensor {
    return integersTensor([this.tensorRank], [], 'int32');
  }
  domainDimensionTensor(): Tensor {
    return integersTensor([this.domainDimension], [], 'int32');
  }
  rangeDimensionTensor(): Tensor {
    return integersTensor([this.rangeDimension], [], 'int32');
  }
  adjoint(): LinearOperator_ {
    return this.isSelfAdjoint ? this : new LinearOperatorAdjoint_(this);
  }
  inverse(): LinearOperator_ {
    return new LinearOperatorInversion_(this);
  }
  cholesky(): LinearOperator_ {
    this.#wantSquare('cholesky');
    return new LinearOperatorLowerTriangular_(cholesky(this.toDense()), { isNonSingular: true });
  }
  /** The operator times a matrix (…, columns, n), or another operator. */
  matmul(x: LinearOperator_): LinearOperator_;
  matmul(x: TensorLike, adjoint?: boolean | MatmulOptions, adjointArg?: boolean): Tensor;
  matmul(
    x: TensorLike | LinearOperator_,
    adjoint: boolean | MatmulOptions = false,
    adjointArg: boolean = false,
  ): Tensor | LinearOperator_ {
    const options = typeof adjoint === 'boolean' ? { adjoint, adjointArg } : adjoint;
    if (x instanceof LinearOperator_) {
      const [left, right] = [options.adjoint ? this.adjoint() : this, options.adjointArg ? x.adjoint() : x];
      return new LinearOperatorComposition_([left, right]);
    }
    const given = cast(convertToTensor(x), this.dtype);
    const right = options.adjointArg ? adjointOf(given) : given;
    const wanted = options.adjoint ? this.rangeDimension : this.domainDimension;
    if (right.dims.at(-2) !== wanted)
      throw new ShapeError(
        `${this.name}.matmul: found ${showShape(right.dims)}; wanted ${wanted} rows for an operator of shape ${showShape(this.shape)}.`,
      );
    return options.adjoint ? this.applyAdjoint(right) : this.apply(right);
  }
  /** The operator times vectors (…, columns). */
  matvec(x: TensorLike, adjoint: boolean | MatmulOptions = false): Tensor {
    return this.matmul(column(x), adjoint).squeeze(-1);
  }
  protected apply(x: Tensor): Tensor {
    return matmul(this.toDense(), x);
  }
  protected applyAdjoint(x: Tensor): Tensor {
    return matmul(this.toDense(), x, { adjointA: true });
  }
  /** X with operator · X = rhs. */
  solve(rhs: TensorLike, adjoint: boolean | MatmulOptions = false, adjointArg: boolean = false): Tensor {
    const options = typeof adjoint === 'boolean' ? { adjoint, adjointArg } : adjoint;
    this.#wantSquare('solve');
    if (this.isNonSingular === false) throw new ValueError(`${this.name}.solve: the operator is singular.`);
    const given = cast(convertToTensor(rhs), this.dtype);
    return this.applyInverse(options.adjointArg ? adjointOf(given) : given, options.adjoint ?? false);
  }
  solvevec(rhs: TensorLike, adjoint: boolean | MatmulOptions = false): Tensor {
    return this.solve(column(rhs), adjoint).squeeze(-1);
  }
  protected applyInverse(rhs: Tensor, adjoint: boolean): Tensor {
    return solve(...together(this.toDense(), rhs), adjoint);
  }
  determinant(): Tensor {
    this.#wantSquare('determinant');
    return det(this.toDense());
  }
  logAbsDeterminant(): Tensor {
    this.#wantSquare('logAbsDeterminant');
    return slogdet(this.toDense())[1];
  }
  trace(): Tensor {
    return trace(this.toDense());
  }
  diagPart(): Tensor {
    return diagPart(this.toDense());
  }
  addToTensor(x: TensorLike): Tensor {
    return add(this.toDense(), cast(convertToTensor(x), this.dtype));
  }
  eigvals(): Tensor {
    this.#wantSquare('eigvals');
    return this.isSelfAdjoint ? eigvalsh(this.toDense()) : eigvals(this.toDense());
  }
  /** The largest singular value over the smallest. */
  cond(): Tensor {
    const values = svd(this.toDense(), { computeUv: false });
    return divide(reduceMax(values, { axis: -1 }), reduceMin(values, { axis: -1 }));
  }
  assertNonSingular(): void {
    const least = reduceMin(svd(this.toDense(), { computeUv: false })).item();
    if (!(least > 1e-6 * this.domainDimension)) throw new ValueError(`${this.name}: the operator is singular.`);
  }
  assertSelfAdjoint(): void {
    const dense = this.toDense();
    const off = reduceMax(subtract(dense, adjointOf(dense)).abs()).item();
    if (!(off < 1e-5)) throw new ValueError(`${this.name}: the operator is not self-adjoint; it is off by ${off}.`);
  }
  assertPositiveDefinite(): void {
    const least = reduceMin(eigvalsh(this.toDense())).item();
    if (!(least > 0))
      throw new ValueError(`${this.name}: the operator is not positive definite; it has eigenvalue ${least}.`);
  }
  toString(): string {
    return `<tf.linalg.${this.constructor.name} shape=${showShape(this.shape)} dtype=${this.dtype}>`;
  }
  #wantSquare(method: string): void {
    if (!this.isSquare)
      throw new ShapeError(
        `${this.name}.${method}: the operator has shape ${showShape(this.shape)}; wanted a square one.`,
      );
  }
}
export interface LinearOperator extends LinearOperator_ {}
export const LinearOperator = LinearOperator_;

/** Matrices with one batch shape. */
export function together(a: Tensor, b: Tensor): [Tensor, Tensor] {
  const outer = broadcastStaticShape(a.dims.slice(0, -2), b.dims.slice(0, -2)) as Dims;
  const wide = (x: Tensor): Tensor => broadcastTo(x, [...outer, ...x.dims.slice(-2)]);
  return [wide(a), wide(b)];
}
/** Floating tensors for operators: plain numbers are float32. */
export const floating = (x: TensorLike): Tensor => {
  const t = convertToTensor(x, undefined, 'LinearOperator');
  return t.dtype.includes('float') || t.dtype === 'complex64' ? t : cast(t, 'float32');
};
export const batchOf = (shapes: readonly Dims[]): Dims =>
  shapes.reduce<Dims>((all, shape) => broadcastStaticShape(all, shape.slice(0, -2)) as Dims, []);

class LinearOperatorFullMatrix_ extends LinearOperator_ {
  readonly matrix: Tensor;
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorFullMatrix', ['matrix'], args);
    const matrix = floating(values[0] as TensorLike);
    if (matrix.dims.length < 2)
      throw new ShapeError(`LinearOperatorFullMatrix: found shape ${showShape(matrix.dims)}, wanted matrices.`);
    super('LinearOperatorFullMatrix', matrix.dims, matrix.dtype, hints);
    this.matrix = matrix;
  }
  override toDense(): Tensor {
    return this.matrix;
  }
}
export interface LinearOperatorFullMatrix extends LinearOperatorFullMatrix_ {}
export type MatrixArguments = [matrix: TensorLike, isNonSingular?: boolean | Hints, ...rest: unknown[]];
export const LinearOperatorFullMatrix: Class<MatrixArguments, LinearOperatorFullMatrix> = callable(
  LinearOperatorFullMatrix_,
  'LinearOperatorFullMatrix',
);

export class LinearOperatorLowerTriangular_ extends LinearOperator_ {
  readonly tril: Tensor;
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorLowerTriangular', ['tril'], args);
    const tril = floating(values[0] as TensorLike);
    super('LinearOperatorLowerTriangular', tril.dims, tril.dtype, hints);
    this.tril = bandPart(tril, -1, 0);
  }
  override toDense(): Tensor {
    return this.tril;
  }
  protected override applyInverse(rhs: Tensor, adjoint: boolean): Tensor {
    return triangularSolve(...together(this.tril, rhs), true, adjoint);
  }
}
export interface LinearOperatorLowerTriangular extends LinearOperatorLowerTriangular_ {}
export const LinearOperatorLowerTriangular: Class<
  [tril: TensorLike, ...rest: unknown[]],
  LinearOperatorLowerTriangular
> = callable(LinearOperatorLowerTriangular_, 'LinearOperatorLowerTriangular');

class LinearOperatorAdjoint_ extends LinearOperator_ {
  readonly operator: LinearOperator_;
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorAdjoint', ['operator'], args);
    const operator = values[0] as LinearOperator_;
    const shape = [...operator.batchShape, operator.domainDimension, operator.rangeDimension];
    super(`${operator.name}_adjoint`, shape, operator.dtype, { ...inherited(operator), ...given(hints) });
    this.operator = operator;
  }
  override toDense(): Tensor {
    return adjointOf(this.operator.toDense());
  }
  override adjoint(): LinearOperator_ {
    return this.operator;
  }
  protected override apply(x: Tensor): Tensor {
    return this.operator.matmul(x, true);
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    return this.operator.matmul(x);
  }
  protected override applyInverse(rhs: Tensor, adjoint: boolean): Tensor {
    return this.operator.solve(rhs, !adjoint);
  }
}
const given = (hints: Hints): Hints =>
  Object.fromEntries(Object.entries(hints).filter(([, value]) => value !== undefined));
const inherited = (operator: LinearOperator_): Hints => ({
  isNonSingular: operator.isNonSingular ?? undefined,
  isSelfAdjoint: operator.isSelfAdjoint ?? undefined,
  isPositiveDefinite: operator.isPositiveDefinite ?? undefined,
});
type OperatorArguments = [operator: LinearOperator_, ...rest: unknown[]];
export interface LinearOperatorAdjoint extends LinearOperatorAdjoint_ {}
export const LinearOperatorAdjoint: Class<OperatorArguments, LinearOperatorAdjoint> = callable(
  LinearOperatorAdjoint_,
  'LinearOperatorAdjoint',
);

class LinearOperatorInversion_ extends LinearOperator_ {
  readonly operator: LinearOperator_;
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorInversion', ['operator'], args);
    const operator = values[0] as LinearOperator_;
    if (!operator.isSquare)
      throw new ShapeError(`LinearOperatorInversion: found an operator of shape ${showShape(operator.shape)}.`);
    if (hints.isNonSingular === false)
      throw new ValueError('LinearOperatorInversion: isNonSingular is false; an inverse is never singular.');
    super(`${operator.name}_inv`, operator.shape, operator.dtype, { ...inherited(operator), ...given(hints) });
    this.operator = operator;
  }
  override toDense(): Tensor {
    return inv(this.operator.toDense());
  }
  override inverse(): LinearOperator_ {
    return this.operator;
  }
  protected override apply(x: Tensor): Tensor {
    return this.operator.solve(x);
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    return this.operator.solve(x, true);
  }
  protected override applyInverse(rhs: Tensor, adjoint: boolean): Tensor {
    return this.operator.matmul(rhs, adjoint);
  }
}
export interface LinearOperatorInversion extends LinearOperatorInversion_ {}
export const LinearOperatorInversion: Class<OperatorArguments, LinearOperatorInversion> = callable(
  LinearOperatorInversion_,
  'LinearOperatorInversion',
);

/** The first operator applied last. */
class LinearOperatorComposition_ extends LinearOperator_ {
  readonly operators: readonly LinearOperator_[];
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorComposition', ['operators'], args);
    const operators = values[0] as readonly LinearOperator_[];
    operators.slice(1).forEach((operator, i) => {
      if (operators[i]!.domainDimension !== operator.rangeDimension)
        throw new ShapeError(
          `LinearOperatorComposition: operators of shapes ${show(operators.map((each) => each.shape))} do not fit together.`,
        );
    });
    const shape = [
      ...batchOf(operators.map((operator) => operator.shape)),
      operators[0]!.rangeDimension,
      operators.at(-1)!.domainDimension,
    ];
    super('LinearOperatorComposition', shape, operators[0]!.dtype, {
      isNonSingular: operators.every((operator) => operator.isNonSingular) ? true : undefined,
      ...given(hints),
    });
    this.operators = operators;
  }
  override toDense(): Tensor {
    return this.operators
      .slice(0, -1)
      .reduceRight((x, operator) => operator.matmul(x), this.operators.at(-1)!.toDense());
  }
  protected override apply(x: Tensor): Tensor {
    return this.operators.reduceRight((y, operator) => operator.matmul(y), x);
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    return this.operators.reduce((y, operator) => operator.matmul(y, true), x);
  }
  protected override applyInverse(rhs: Tensor, adjoint: boolean): Tensor {
    if (!this.operators.every((operator) => operator.isSquare)) return super.applyInverse(rhs, adjoint);
    return adjoint
      ? this.operators.reduceRight((y, operator) => operator.solve(y, true), rhs)
      : this.operators.reduce((y, operator) => operator.solve(y), rhs);
  }
}
export interface LinearOperatorComposition extends LinearOperatorComposition_ {}
export const LinearOperatorComposition: Class<
  [operators: readonly LinearOperator_[], ...rest: unknown[]],
  LinearOperatorComposition
> = callable(LinearOperatorComposition_, 'LinearOperatorComposition');

/** Parts of an argument for blocks: rows of each length. */
export const partsOf = (x: Tensor, lengths: readonly number[]): Tensor[] => split(x, lengths, -2);
export const joined = (parts: readonly Tensor[]): Tensor => concat(parts, -2);
