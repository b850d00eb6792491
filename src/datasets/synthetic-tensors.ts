// scikit-learn's synthetic data sets as tensors: X float64, class numbers int64, as NumPy has them.
// The numbers come from synthetic/, which equals scikit-learn's for the same seed.
import type { Data, DType } from '../base/dtype.ts';
import type { NDArray } from '../random/nd-array.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import type { Options } from '../runtime/tensor-methods.ts';
import * as synthetic from './synthetic/index.ts';

export type ClassificationOptions = Options<synthetic.ClassificationOptions>;
export type MoonsOptions = Options<synthetic.MoonsOptions>;
export type CirclesOptions = Options<synthetic.CirclesOptions>;
export type BlobsOptions = Options<synthetic.BlobsOptions>;
export type RegressionOptions = Options<synthetic.RegressionOptions>;
export type SplitOptions = Options<synthetic.SplitOptions>;

/** The array as a tensor; class numbers become int64, as NumPy has them. */
function tensorOf(array: NDArray, dtype: DType = 'float64'): Tensor {
  const data: Data = dtype === 'int64' ? BigInt64Array.from(array, BigInt) : Float64Array.from(array);
  return eagerTensor(data, array.shape, dtype);
}
/** Options without those that are undefined: the defaults stand in the functions below. */
const given = <T extends object>(options: Options<T>): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;

/** A random classification problem: clusters of points about the corners of a hypercube. X (samples, features), y (samples,). */
export function makeClassification(options: ClassificationOptions = {}): [X: Tensor, y: Tensor] {
  const [X, y] = synthetic.makeClassification(given(options));
  return [tensorOf(X), tensorOf(y, 'int64')];
}
/** Two interleaving half circles. X (samples, 2), y (samples,). */
export function makeMoons(options: MoonsOptions = {}): [X: Tensor, y: Tensor] {
  const [X, y] = synthetic.makeMoons(given(options));
  return [tensorOf(X), tensorOf(y, 'int64')];
}
/** A circle within a circle. X (samples, 2), y (samples,). */
export function makeCircles(options: CirclesOptions = {}): [X: Tensor, y: Tensor] {
  const [X, y] = synthetic.makeCircles(given(options));
  return [tensorOf(X), tensorOf(y, 'int64')];
}
/** Gaussian clusters. X (samples, features), y (samples,); with `returnCenters` the centers too. */
export function makeBlobs(
  options: BlobsOptions & { readonly returnCenters: true },
): [X: Tensor, y: Tensor, centers: Tensor];
export function makeBlobs(options?: BlobsOptions): [X: Tensor, y: Tensor];
export function makeBlobs(options: BlobsOptions = {}): [X: Tensor, y: Tensor, centers?: Tensor] {
  const [X, y, centers]: [NDArray, NDArray, NDArray?] = synthetic.makeBlobs(given(options));
  return centers ? [tensorOf(X), tensorOf(y, 'int64'), tensorOf(centers)] : [tensorOf(X), tensorOf(y, 'int64')];
}
/** A random linear model with noise. X (samples, features), y (samples,); with `coef` its coefficients too. */
export function makeRegression(
  options: RegressionOptions & { readonly coef: true },
): [X: Tensor, y: Tensor, coef: Tensor];
export function makeRegression(options?: RegressionOptions): [X: Tensor, y: Tensor];
export function makeRegression(options: RegressionOptions = {}): [X: Tensor, y: Tensor, coef?: Tensor] {
  const [X, y, coef]: [NDArray, NDArray, NDArray?] = synthetic.makeRegression(given(options));
  return coef ? [tensorOf(X), tensorOf(y), tensorOf(coef)] : [tensorOf(X), tensorOf(y)];
}
