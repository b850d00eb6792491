// tf.linalg: operators of a few numbers: diagonals, identities, permutations, reflections, bands, shifts that repeat.
// Owns: their dense forms, and quicker ways where the structure gives one.
import { type Class, callable } from '../../../base/callable.ts';
import { asDType, type DType } from '../../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../../base/errors.ts';
import type { Dims } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { TensorLike } from '../../../runtime/tensor-methods.ts';
import { broadcastTo, concat, gather, reshape, reverse, transpose } from '../../core/arrange.ts';
import { asDims, asInteger, convertToTensor } from '../../core/convert.ts';
import { eye, range, zeros } from '../../core/create.ts';
import { argsort } from '../../core/sorting.ts';
import { conj, real } from '../../math/arithmetic.ts';
import { abs, add, cast, divide, equal, log, multiply, square, subtract } from '../../math/elementwise.ts';
import { reduceProd, reduceSum } from '../../math/reduce.ts';
import { fft, fft2d, fft3d, ifft, ifft2d, ifft3d } from '../../signal/fourier.ts';
import { diag as diagMatrix, diagPart } from '../structure.ts';
import { tridiagonalMatmul, tridiagonalSolve } from '../tridiagonal.ts';
import { always, argumentsOf, floating, LinearOperator_ } from './linear-operator.ts';

class LinearOperatorDiag_ extends LinearOperator_ {
  readonly diag: Tensor;
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorDiag', ['diag'], args);
    const diag = floating(values[0] as TensorLike);
    const facts = diag.dtype === 'complex64' ? {} : { isSelfAdjoint: true };
    const own = always('LinearOperatorDiag', hints, facts);
    super('LinearOperatorDiag', [...diag.dims, diag.dims.at(-1)!], diag.dtype, own);
    this.diag = diag;
  }
  override toDense(): Tensor {
    return diagMatrix(this.diag);
  }
  override diagPart(): Tensor {
    return this.diag;
  }
  override trace(): Tensor {
    return reduceSum(this.diag, { axis: -1 });
  }
  override determinant(): Tensor {
    return this.dtype === 'complex64' ? super.determinant() : reduceProd(this.diag, { axis: -1 });
  }
  override logAbsDeterminant(): Tensor {
    return cast(reduceSum(log(abs(this.diag)), { axis: -1 }), this.dtype);
  }
  protected override apply(x: Tensor): Tensor {
    return multiply(this.diag.expandDims(-1), x);
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    return multiply(conj(this.diag).expandDims(-1), x);
  }
  protected override applyInverse(rhs: Tensor, adjoint: boolean): Tensor {
    return divide(rhs, (adjoint ? conj(this.diag) : this.diag).expandDims(-1));
  }
}
export interface LinearOperatorDiag extends LinearOperatorDiag_ {}
export const LinearOperatorDiag: Class<[diag: TensorLike, ...rest: unknown[]], LinearOperatorDiag> = callable(
  LinearOperatorDiag_,
  'LinearOperatorDiag',
);

class LinearOperatorIdentity_ extends LinearOperator_ {
  constructor(...args: unknown[]) {
    const names = ['numRows', 'batchShape', 'dtype'];
    const { values, hints } = argumentsOf('LinearOperatorIdentity', names, args.map(withoutChecks));
    const rows = asInteger(values[0] as number, 'LinearOperatorIdentity: numRows');
    const batch = values[1] === undefined ? [] : asDims(values[1] as TensorLike, 'LinearOperatorIdentity: batchShape');
    super('LinearOperatorIdentity', [...batch, rows, rows], asDType((values[2] ?? 'float32') as DType), {
      ...always('LinearOperatorIdentity', hints, {
        isNonSingular: true,
        isSelfAdjoint: true,
        isPositiveDefinite: true,
      }),
    });
  }
  override toDense(): Tensor {
    return broadcastTo(eye(this.domainDimension, { dtype: this.dtype }), this.shape as number[]);
  }
  protected override apply(x: Tensor): Tensor {
    return x;
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    return x;
  }
  protected override applyInverse(rhs: Tensor): Tensor {
    return rhs;
  }
}
/** The checks that the original can be asked for are always made. */
const withoutChecks = (arg: unknown): unknown => {
  if (arg === null || typeof arg !== 'object' || !('assertProperShapes' in arg)) return arg;
  const { assertProperShapes: _, ...rest } = arg as Record<string, unknown>;
  return rest;
};
export interface LinearOperatorIdentity extends LinearOperatorIdentity_ {}
export const LinearOperatorIdentity: Class<[numRows: number | Tensor, ...rest: unknown[]], LinearOperatorIdentity> =
  callable(LinearOperatorIdentity_, 'LinearOperatorIdentity');

class LinearOperatorScaledIdentity_ extends LinearOperator_ {
  readonly multiplier: Tensor;
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf(
      'LinearOperatorScaledIdentity',
      ['numRows', 'multiplier'],
      args.map(withoutChecks),
    );
    const rows = asInteger(values[0] as number, 'LinearOperatorScaledIdentity: numRows');
    const multiplier = floating(values[1] as TensorLike);
    const facts = multiplier.dtype === 'complex64' ? {} : { isSelfAdjoint: true };
    const own = always('LinearOperatorScaledIdentity', hints, facts);
    super('LinearOperatorScaledIdentity', [...multiplier.dims, rows, rows], multiplier.dtype, own);
    this.multiplier = multiplier;
  }
  get #factor(): Tensor {
    return this.multiplier.expandDims(-1).expandDims(-1);
  }
  override toDense(): Tensor {
    return multiply(eye(this.domainDimension, { dtype: this.dtype }), this.#factor);
  }
  protected override apply(x: Tensor): Tensor {
    return multiply(x, this.#factor);
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    return multiply(x, conj(this.#factor));
  }
  protected override applyInverse(rhs: Tensor, adjoint: boolean): Tensor {
    return divide(rhs, adjoint ? conj(this.#factor) : this.#factor);
  }
}
export interface LinearOperatorScaledIdentity extends LinearOperatorScaledIdentity_ {}
export const LinearOperatorScaledIdentity: Class<
  [numRows: number | Tensor, multiplier: TensorLike, ...rest: unknown[]],
  LinearOperatorScaledIdentity
> = callable(LinearOperatorScaledIdentity_, 'LinearOperatorScaledIdentity');

class LinearOperatorZeros_ extends LinearOperator_ {
  constructor(...args: unknown[]) {
    const names = ['numRows', 'numColumns', 'batchShape', 'dtype'];
    const { values, hints } = argumentsOf('LinearOperatorZeros', names, args.map(withoutChecks));
    const rows = asInteger(values[0] as number, 'LinearOperatorZeros: numRows');
    const columns = values[1] === undefined ? rows : asInteger(values[1] as number, 'LinearOperatorZeros: numColumns');
    const batch = values[2] === undefined ? [] : asDims(values[2] as TensorLike, 'LinearOperatorZeros: batchShape');
    super('LinearOperatorZeros', [...batch, rows, columns], asDType((values[3] ?? 'float32') as DType), {
      ...always('LinearOperatorZeros', hints, {
        isNonSingular: false,
        isPositiveDefinite: false,
        isSelfAdjoint: rows === columns,
      }),
    });
  }
  override toDense(): Tensor {
    return zeros(this.shape, { dtype: this.dtype });
  }
}
export interface LinearOperatorZeros extends LinearOperatorZeros_ {}
export const LinearOperatorZeros: Class<[numRows: number | Tensor, ...rest: unknown[]], LinearOperatorZeros> = callable(
  LinearOperatorZeros_,
  'LinearOperatorZeros',
);

/** (M x)ᵢ = x at perm[i]. */
class LinearOperatorPermutation_ extends LinearOperator_ {
  readonly perm: Tensor;
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorPermutation', ['perm', 'dtype'], args);
    const perm = convertToTensor(values[0] as TensorLike, undefined, 'LinearOperatorPermutation');
    if (hints.isNonSingular === false)
      throw new ValueError('LinearOperatorPermutation: isNonSingular is false; a permutation is never singular.');
    super('LinearOperatorPermutation', [...perm.dims, perm.dims.at(-1)!], asDType((values[1] ?? 'float32') as DType), {
      ...hints,
    });
    this.perm = perm;
  }
  override toDense(): Tensor {
    const columns = cast(range(this.domainDimension), this.perm.dtype);
    return cast(equal(this.perm.expandDims(-1), columns), this.dtype);
  }
  #moved(x: Tensor, perm: Tensor): Tensor {
    const outer = perm.dims.slice(0, -1);
    if (outer.length === 0) return gather(x, perm, { axis: x.dims.length - 2 });
    return gather(x, perm, { axis: outer.length, batchDims: outer.length });
  }
  protected override apply(x: Tensor): Tensor {
    return this.perm.dims.length === 1 ? this.#moved(x, this.perm) : super.apply(x);
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    return this.perm.dims.length === 1 ? this.#moved(x, argsort(this.perm)) : super.applyAdjoint(x);
  }
  protected override applyInverse(rhs: Tensor, adjoint: boolean): Tensor {
    return adjoint ? this.apply(rhs) : this.applyAdjoint(rhs);
  }
}
export interface LinearOperatorPermutation extends LinearOperatorPermutation_ {}
export const LinearOperatorPermutation: Class<[perm: TensorLike, ...rest: unknown[]], LinearOperatorPermutation> =
  callable(LinearOperatorPermutation_, 'LinearOperatorPermutation');

/** The reflection I − 2vvᴴ/vᴴv. */
class LinearOperatorHouseholder_ extends LinearOperator_ {
  readonly reflectionAxis: Tensor;
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorHouseholder', ['reflectionAxis'], args);
    const axis = floating(values[0] as TensorLike);
    super('LinearOperatorHouseholder', [...axis.dims, axis.dims.at(-1)!], axis.dtype, {
      ...always('LinearOperatorHouseholder', hints, { isSelfAdjoint: true, isPositiveDefinite: false }),
    });
    this.reflectionAxis = axis;
  }
  override toDense(): Tensor {
    return this.apply(broadcastTo(eye(this.domainDimension, { dtype: this.dtype }), this.shape as number[]));
  }
  protected override apply(x: Tensor): Tensor {
    const length = reduceSum(square(abs(this.reflectionAxis)), { axis: -1, keepdims: true });
    const unit = divide(this.reflectionAxis, cast(length.sqrt(), this.dtype)).expandDims(-1);
    const along = reduceSum(multiply(conj(unit), x), { axis: -2, keepdims: true });
    return subtract(x, multiply(multiply(unit, along), 2));
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    return this.apply(x);
  }
  protected override applyInverse(rhs: Tensor): Tensor {
    return this.apply(rhs);
  }
}
export interface LinearOperatorHouseholder extends LinearOperatorHouseholder_ {}
export const LinearOperatorHouseholder: Class<
  [reflectionAxis: TensorLike, ...rest: unknown[]],
  LinearOperatorHouseholder
> = callable(LinearOperatorHouseholder_, 'LinearOperatorHouseholder');

/** A matrix whose diagonals are constant: its first column and first row. */
class LinearOperatorToeplitz_ extends LinearOperator_ {
  readonly col: Tensor;
  readonly row: Tensor;
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorToeplitz', ['col', 'row'], args);
    const [col, row] = [floating(values[0] as TensorLike), floating(values[1] as TensorLike)];
    super('LinearOperatorToeplitz', [...col.dims, row.dims.at(-1)!], col.dtype, hints);
    [this.col, this.row] = [col, row];
  }
  override toDense(): Tensor {
    const n = this.domainDimension;
    const later = reverse(this.row.at('...', '1:'), [-1]);
    const all = concat([later, this.col], -1); // diagonals from the upper right to the lower left
    const place = add(subtract(range(this.rangeDimension).expandDims(1), range(n).expandDims(0)), n - 1);
    return gather(all, place, { axis: all.dims.length - 1 });
  }
}
export interface LinearOperatorToeplitz extends LinearOperatorToeplitz_ {}
export const LinearOperatorToeplitz: Class<
  [col: TensorLike, row: TensorLike, ...rest: unknown[]],
  LinearOperatorToeplitz
> = callable(LinearOperatorToeplitz_, 'LinearOperatorToeplitz');

/** Three diagonals: the upper, the main, the lower one. */
class LinearOperatorTridiag_ extends LinearOperator_ {
  /** (…, 3, n); the last of the upper and the first of the lower are not read. */
  readonly compact: Tensor;
  readonly diagonals: unknown;
  constructor(...args: unknown[]) {
    const { values, hints } = argumentsOf('LinearOperatorTridiag', ['diagonals', 'diagonalsFormat'], args);
    const format = (values[1] ?? 'compact') as string;
    const compact = compacted(values[0], format);
    const n = compact.dims.at(-1)!;
    super('LinearOperatorTridiag', [...compact.dims.slice(0, -2), n, n], compact.dtype, hints);
    this.compact = compact;
    this.diagonals = values[0];
  }
  override toDense(): Tensor {
    const [upper, main, lower] = [0, 1, 2].map((i) => this.compact.at('...', i, ':')) as [Tensor, Tensor, Tensor];
    return add(add(diagMatrix(upper.at('...', ':-1'), 1), diagMatrix(main)), diagMatrix(lower.at('...', '1:'), -1));
  }
  override diagPart(): Tensor {
    return this.compact.at('...', 1, ':');
  }
  protected override apply(x: Tensor): Tensor {
    if (x.dims.length !== this.shape.length) return super.apply(x);
    return tridiagonalMatmul(this.compact, x, { diagonalsFormat: 'compact' });
  }
  protected override applyInverse(rhs: Tensor, adjoint: boolean): Tensor {
    if (adjoint || rhs.dims.length !== this.shape.length) return super.applyInverse(rhs, adjoint);
    return tridiagonalSolve(this.compact, rhs, { diagonalsFormat: 'compact' });
  }
}
function compacted(diagonals: unknown, format: string): Tensor {
  if (format === 'compact') return floating(diagonals as TensorLike);
  if (format === 'matrix') {
    const matrix = floating(diagonals as TensorLike);
    const [upper, main, lower] = [1, 0, -1].map((k) => diagPart(matrix, k)) as [Tensor, Tensor, Tensor];
    return stacked(upper, main, lower);
  }
  if (format !== 'sequence')
    throw new ShapeError(
      `LinearOperatorTridiag: diagonalsFormat '${format}'; wanted 'compact', 'matrix' or 'sequence'.`,
    );
  const [upper, main, lower] = (diagonals as readonly TensorLike[]).map(floating) as [Tensor, Tensor, Tensor];
  const n = main.dims.at(-1)!;
  if (![n, n - 1].includes(upper.dims.at(-1)!))
    throw new ShapeError(
      `LinearOperatorTridiag: diagonals ${show([upper, main, lower])}; wanted n − 1 or n, n, n − 1 or n numbers.`,
    );
  return stacked(upper.at('...', `:${n - 1}`), main, lower.dims.at(-1) === n ? lower.at('...', '1:') : lower);
}
function stacked(upper: Tensor, main: Tensor, lower: Tensor): Tensor {
  const gap = multiply(main.at('...', ':1'), 0);
  const rows = [concat([upper, gap], -1), main, concat([gap, lower], -1)];
  return concat(
    rows.map((row) => row.expandDims(-2)),
    -2,
  );
}
export interface LinearOperatorTridiag extends LinearOperatorTridiag_ {}
export const LinearOperatorTridiag: Class<[diagonals: unknown, ...rest: unknown[]], LinearOperatorTridiag> = callable(
  LinearOperatorTridiag_,
  'LinearOperatorTridiag',
);

const transforms = [
  [fft, ifft],
  [fft2d, ifft2d],
  [fft3d, ifft3d],
] as const;
/** F⁻¹ · spectrum · F, with Fourier's transform over the last `depth` axes of the spectrum. */
abstract class Circulant_ extends LinearOperator_ {
  readonly spectrum: Tensor;
  readonly #depth: number;
  constructor(name: string, depth: number, args: readonly unknown[]) {
    const { values, hints } = argumentsOf(name, ['spectrum', 'inputOutputDtype'], args);
    const spectrum = floating(values[0] as TensorLike);
    const blocks = spectrum.dims.slice(spectrum.dims.length - depth);
    const n = blocks.reduce((a, b) => a * b, 1);
    const outer = spectrum.dims.slice(0, spectrum.dims.length - depth);
    super(name, [...outer, n, n], asDType((values[1] ?? 'complex64') as DType), hints);
    this.spectrum = spectrum;
    this.#depth = depth;
  }
  get blockShape(): Dims {
    return this.spectrum.dims.slice(-this.#depth);
  }
  #through(x: Tensor, change: (transformed: Tensor, spectrum: Tensor) => Tensor): Tensor {
    const [there, back] = transforms[this.#depth - 1]!;
    const rank = x.dims.length;
    const order = [...x.dims.map((_, i) => i).slice(0, -2), rank - 1, rank - 2];
    const columns = transpose(cast(x, 'complex64'), order); // (…, n, elements)
    const grid = reshape(columns, [...columns.dims.slice(0, -1), ...this.blockShape]);
    const outer = this.spectrum.dims.slice(0, -this.#depth);
    const spectrum = reshape(cast(this.spectrum, 'complex64'), [...outer, 1, ...this.blockShape]);
    const result = back(change(there(grid), spectrum));
    const flat = reshape(result, [...result.dims.slice(0, -this.#depth), this.domainDimension]);
    const last = flat.dims.length;
    const moved = transpose(flat, [...flat.dims.map((_, i) => i).slice(0, -2), last - 1, last - 2]);
    return this.dtype === 'complex64' ? moved : cast(real(moved), this.dtype);
  }
  override toDense(): Tensor {
    return this.apply(eye(this.domainDimension, { dtype: this.dtype }));
  }
  protected override apply(x: Tensor): Tensor {
    return this.#through(x, (grid, spectrum) => multiply(grid, spectrum));
  }
  protected override applyAdjoint(x: Tensor): Tensor {
    return this.#through(x, (grid, spectrum) => multiply(grid, conj(spectrum)));
  }
  protected override applyInverse(rhs: Tensor, adjoint: boolean): Tensor {
    return this.#through(rhs, (grid, spectrum) => divide(grid, adjoint ? conj(spectrum) : spectrum));
  }
}
type CirculantArguments = [
  spectrum: TensorLike,
  inputOutputDtype?: DType | Record<string, unknown>,
  ...rest: unknown[],
];
class LinearOperatorCirculant_ extends Circulant_ {
  constructor(...args: unknown[]) {
    super('LinearOperatorCirculant', 1, args);
  }
}
class LinearOperatorCirculant2D_ extends Circulant_ {
  constructor(...args: unknown[]) {
    super('LinearOperatorCirculant2D', 2, args);
  }
}
class LinearOperatorCirculant3D_ extends Circulant_ {
  constructor(...args: unknown[]) {
    super('LinearOperatorCirculant3D', 3, args);
  }
}
export interface LinearOperatorCirculant extends LinearOperatorCirculant_ {}
export const LinearOperatorCirculant: Class<CirculantArguments, LinearOperatorCirculant> = callable(
  LinearOperatorCirculant_,
  'LinearOperatorCirculant',
);
export interface LinearOperatorCirculant2D extends LinearOperatorCirculant2D_ {}
export const LinearOperatorCirculant2D: Class<CirculantArguments, LinearOperatorCirculant2D> = callable(
  LinearOperatorCirculant2D_,
  'LinearOperatorCirculant2D',
);
export interface LinearOperatorCirculant3D extends LinearOperatorCirculant3D_ {}
export const LinearOperatorCirculant3D: Class<CirculantArguments, LinearOperatorCirculant3D> = callable(
  LinearOperatorCirculant3D_,
  'LinearOperatorCirculant3D',
);
