// tf.linalg: operators made of blocks of others.
// Owns: block diagonals, lower triangles of blocks, Kronecker products, updates of low rank.
import { type Class, callable } from '../../../base/callable.ts';
import { ShapeError, show } from '../../../base/errors.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { TensorLike } from '../../../runtime/tensor-methods.ts';
import { broadcastTo, concat, reshape } from '../../core/arrange.ts';
import { zeros } from '../../core/create.ts';
import { add, cast, multiply } from '../../math/elementwise.ts';
import { matmul } from '../../math/matmul.ts';
import { adjoint } from '../structure.ts';
import { always, argumentsOf, batchOf, floating, joined, LinearOperator_, partsOf } from './linear-operator.ts';

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

/** The operators one after the other along the diagonal. */
class LinearOperatorBlockDiag_ extends LinearOperator_ {
  readonly operators: readonly LinearOperator_[];
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorBlockDiag', ['operators'], args);
    const operators = values[0] as readonly LinearOperator_[];
    const rows = sum(operators.map((operator) => operator.rangeDimension));
    const columns = sum(operators.map((operator) => operator.domainDimension));
    const shape = [...batchOf(operators.map((operator) => operator.shape)), rows, columns];
    super('LinearOperatorBlockDiag', shape, operators[0]!.dtype, {
      ...hints,
      isSquare: hints.isSquare,
      isNonSingular: hints.isNonSingular ?? (operators.every((operator) => operator.isNonSingular) || undefined),
      isSelfAdjoint: hints.isSelfAdjoint ?? (operators.every((operator) => operator.isSelfAdjoint) || undefined),
    });
    this.operators = operators;
  }
  override toDense(): Tensor {
    let before = 0;
    const rows = this.operators.map((operator) => {
      const own = [...this.batchShape, operator.rangeDimension];
      const block = broadcastTo(operator.toDense(), [...own, operator.domainDimension]);
      const left = zeros([...own, before], { dtype: this.dtype });
      before += operator.domainDimension;
      const right = zeros([...own, this.domainDimension - before], { dtype: this.dtype });
      return concat([left, block, right], -1);
    });
    return concat(rows, -2);
  }
  protected override apply(x: Tensor): Tensor {
    const parts = partsOf(
      x,
      this.operators.map((operator) => operator.domainDimension),
    );
    return joined(this.operators.map((operator, i) => operator.matmul(parts[i]!)));
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    const parts = partsOf(
      x,
      this.operators.map((operator) => operator.rangeDimension),
    );
    return joined(this.operators.map((operator, i) => operator.matmul(parts[i]!, true)));
  }
  protected override applyInverse(rhs: Tensor, adjointed: boolean): Tensor {
    if (!this.operators.every((operator) => operator.isSquare)) return super.applyInverse(rhs, adjointed);
    const parts = partsOf(
      rhs,
      this.operators.map((operator) => operator.rangeDimension),
    );
    return joined(this.operators.map((operator, i) => operator.solve(parts[i]!, adjointed)));
  }
}
type ListArguments = [operators: readonly LinearOperator_[], ...rest: unknown[]];
export interface LinearOperatorBlockDiag extends LinearOperatorBlockDiag_ {}
export const LinearOperatorBlockDiag: Class<ListArguments, LinearOperatorBlockDiag> = callable(
  LinearOperatorBlockDiag_,
  'LinearOperatorBlockDiag',
);

/** Rows of blocks: row i has i + 1 operators, the last one square. */
class LinearOperatorBlockLowerTriangular_ extends LinearOperator_ {
  readonly operators: readonly (readonly LinearOperator_[])[];
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorBlockLowerTriangular', ['operators'], args);
    const operators = values[0] as readonly (readonly LinearOperator_[])[];
    operators.forEach((row, i) => {
      if (row.length !== i + 1 || !row[i]!.isSquare)
        throw new ShapeError(
          `LinearOperatorBlockLowerTriangular: row ${i} has ${show(row.map((operator) => operator.shape))}; wanted ${i + 1} operators, the last one square.`,
        );
    });
    const n = sum(operators.map((row) => row.at(-1)!.rangeDimension));
    const shape = [...batchOf(operators.flat().map((operator) => operator.shape)), n, n];
    super('LinearOperatorBlockLowerTriangular', shape, operators[0]![0]!.dtype, hints);
    this.operators = operators;
  }
  get #sizes(): number[] {
    return this.operators.map((row) => row.at(-1)!.domainDimension);
  }
  override toDense(): Tensor {
    const rows = this.operators.map((row) => {
      const own = [...this.batchShape, row.at(-1)!.rangeDimension];
      const blocks = row.map((operator) => broadcastTo(operator.toDense(), [...own, operator.domainDimension]));
      const width = sum(row.map((operator) => operator.domainDimension));
      return concat([...blocks, zeros([...own, this.domainDimension - width], { dtype: this.dtype })], -1);
    });
    return concat(rows, -2);
  }
  protected override apply(x: Tensor): Tensor {
    const parts = partsOf(x, this.#sizes);
    return joined(
      this.operators.map((row) => row.map((operator, i) => operator.matmul(parts[i]!)).reduce((a, b) => add(a, b))),
    );
  }
  protected override applyInverse(rhs: Tensor, adjointed: boolean): Tensor {
    if (adjointed) return super.applyInverse(rhs, adjointed);
    const parts = partsOf(rhs, this.#sizes);
    const found: Tensor[] = [];
    this.operators.forEach((row, i) => {
      const rest = row.slice(0, -1).reduce((y, operator, k) => y.sub(operator.matmul(found[k]!)), parts[i]!);
      found.push(row[i]!.solve(rest));
    });
    return joined(found);
  }
}
export interface LinearOperatorBlockLowerTriangular extends LinearOperatorBlockLowerTriangular_ {}
export const LinearOperatorBlockLowerTriangular: Class<
  [operators: readonly (readonly LinearOperator_[])[], ...rest: unknown[]],
  LinearOperatorBlockLowerTriangular
> = callable(LinearOperatorBlockLowerTriangular_, 'LinearOperatorBlockLowerTriangular');

const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
class LinearOperatorKronecker_ extends LinearOperator_ {
  readonly operators: readonly LinearOperator_[];
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorKronecker', ['operators'], args);
    const operators = values[0] as readonly LinearOperator_[];
    const shape = [
      ...batchOf(operators.map((operator) => operator.shape)),
      product(operators.map((operator) => operator.rangeDimension)),
      product(operators.map((operator) => operator.domainDimension)),
    ];
    super('LinearOperatorKronecker', shape, operators[0]!.dtype, {
      ...hints,
      isNonSingular: hints.isNonSingular ?? (operators.every((operator) => operator.isNonSingular) || undefined),
      isSelfAdjoint: hints.isSelfAdjoint ?? (operators.every((operator) => operator.isSelfAdjoint) || undefined),
    });
    this.operators = operators;
  }
  override toDense(): Tensor {
    const dense = this.operators
      .map((operator) => operator.toDense())
      .reduce((a, b) => {
        const [p, q, r, s] = [a.dims.at(-2)!, a.dims.at(-1)!, b.dims.at(-2)!, b.dims.at(-1)!];
        const left = reshape(a, [...a.dims.slice(0, -2), p, 1, q, 1]);
        const all = multiply(left, reshape(b, [...b.dims.slice(0, -2), 1, r, 1, s]));
        return reshape(all, [...all.dims.slice(0, -4), p * r, q * s]);
      });
    return dense;
  }
}
export interface LinearOperatorKronecker extends LinearOperatorKronecker_ {}
export const LinearOperatorKronecker: Class<ListArguments, LinearOperatorKronecker> = callable(
  LinearOperatorKronecker_,
  'LinearOperatorKronecker',
);

/** L + U D Vᴴ. */
class LinearOperatorLowRankUpdate_ extends LinearOperator_ {
  readonly baseOperator: LinearOperator_;
  readonly u: Tensor;
  readonly v: Tensor;
  readonly diagUpdate: Tensor | null;
  readonly isDiagUpdatePositive: boolean | null;
  constructor(...args: unknown[]) {
    const names = ['baseOperator', 'u', 'diagUpdate', 'v', 'isDiagUpdatePositive'];
    const { values, hints } = argumentsOf('LinearOperatorLowRankUpdate', names, args);
    const base = values[0] as LinearOperator_;
    const u = cast(floating(values[1] as TensorLike), base.dtype);
    const v = values[3] === undefined ? u : cast(floating(values[3] as TensorLike), base.dtype);
    if (u.dims.at(-2) !== base.rangeDimension || v.dims.at(-2) !== base.domainDimension)
      throw new ShapeError(
        `LinearOperatorLowRankUpdate: u ${show(u)} and v ${show(v)} do not fit an operator of shape ${show(base.shape)}.`,
      );
    const shape = [...batchOf([base.shape, u.dims, v.dims]), base.rangeDimension, base.domainDimension];
    // L + U D Uᴴ is self-adjoint where L and D are.
    const update = values[2] === undefined ? undefined : floating(values[2] as TensorLike);
    const symmetric = base.isSelfAdjoint && values[3] === undefined && update?.dtype !== 'complex64';
    const own = always('LinearOperatorLowRankUpdate', hints, symmetric ? { isSelfAdjoint: true } : {});
    super('LinearOperatorLowRankUpdate', shape, base.dtype, own);
    [this.baseOperator, this.u, this.v] = [base, u, v];
    this.diagUpdate = values[2] === undefined ? null : cast(floating(values[2] as TensorLike), base.dtype);
    this.isDiagUpdatePositive = (values[4] as boolean | undefined) ?? null;
  }
  #updated(x: Tensor, left: Tensor, right: Tensor): Tensor {
    const inner = matmul(adjoint(right), x);
    return matmul(left, this.diagUpdate ? multiply(this.diagUpdate.expandDims(-1), inner) : inner);
  }
  override toDense(): Tensor {
    const scaled = this.diagUpdate ? multiply(this.u, this.diagUpdate.expandDims(-2)) : this.u;
    return add(this.baseOperator.toDense(), matmul(scaled, adjoint(this.v)));
  }
  protected override apply(x: Tensor): Tensor {
    return add(this.baseOperator.matmul(x), this.#updated(x, this.u, this.v));
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    return add(this.baseOperator.matmul(x, true), this.#updated(x, this.v, this.u));
  }
}
export interface LinearOperatorLowRankUpdate extends LinearOperatorLowRankUpdate_ {}
export const LinearOperatorLowRankUpdate: Class<
  [baseOperator: LinearOperator_, u: TensorLike, ...rest: unknown[]],
  LinearOperatorLowRankUpdate
> = callable(LinearOperatorLowRankUpdate_, 'LinearOperatorLowRankUpdate');
