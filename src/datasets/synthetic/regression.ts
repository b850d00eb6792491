// `sklearn.datasets.make_regression`: a linear model with normally distributed inputs, of full or of low rank, and noise.
import { refuseUnknown } from '../../base/errors.ts';
import { exp } from '../../base/random/c-library/exp-pow.ts';
import { householderQ } from '../../base/random/householder.ts';
import { type NDArray, ndArray } from '../../random/nd-array.ts';
import type { RandomState } from '../../random/random-state.ts';
import {
  generatorOf,
  integerAtLeast,
  numberWhere,
  type RandomStateOption,
  shuffledOrder,
  takeColumns,
  takeRows,
} from './arguments.ts';
import { matrix, multiply } from './matrix-product.ts';

export interface RegressionOptions {
  readonly nSamples?: number;
  readonly nFeatures?: number;
  /** The number of features that the targets depend on. */
  readonly nInformative?: number;
  readonly nTargets?: number;
  readonly bias?: number;
  /** About how many singular vectors explain the inputs; null for independent inputs. */
  readonly effectiveRank?: number | null;
  /** The share of the noisy tail of singular values, where `effectiveRank` is given. */
  readonly tailStrength?: number;
  /** The standard deviation of the noise added to the targets. */
  readonly noise?: number;
  readonly shuffle?: boolean;
  /** Whether the model's coefficients are returned too. */
  readonly coef?: boolean;
  readonly randomState?: RandomStateOption;
}

const NAME = 'makeRegression';
// biome-ignore format: a list
const NAMES = [
  'nSamples', 'nFeatures', 'nInformative', 'nTargets', 'bias', 'effectiveRank', 'tailStrength', 'noise', 'shuffle', 'coef',
  'randomState',
];

/**
 * A random linear regression problem: X of shape (nSamples, nFeatures), y of shape (nSamples,) or (nSamples, nTargets), and if
 * `coef` the coefficients of shape (nFeatures,) or (nFeatures, nTargets).
 *
 * The numbers are those of `sklearn.datasets.make_regression` for the same arguments; with `effectiveRank`, and in products of
 * large matrices, to rounding.
 *
 * @example
 * const [X, y] = makeRegression({ nSamples: 50, nFeatures: 3, noise: 1, randomState: 42 });
 */
export function makeRegression(
  options: RegressionOptions & { readonly coef: true },
): [X: NDArray, y: NDArray, coef: NDArray];
export function makeRegression(options?: RegressionOptions): [X: NDArray, y: NDArray];
export function makeRegression(options: RegressionOptions = {}): [X: NDArray, y: NDArray, coef?: NDArray] {
  refuseUnknown(NAME, options, NAMES);
  const { bias = 0, effectiveRank = null, tailStrength = 0.5, noise = 0, shuffle = true, coef = false } = options;
  const nSamples = integerAtLeast(NAME, 'nSamples', options.nSamples ?? 100, 1);
  const nFeatures = integerAtLeast(NAME, 'nFeatures', options.nFeatures ?? 100, 1);
  const nInformative = Math.min(nFeatures, integerAtLeast(NAME, 'nInformative', options.nInformative ?? 10, 0));
  const nTargets = integerAtLeast(NAME, 'nTargets', options.nTargets ?? 1, 1);
  numberWhere(NAME, 'bias', bias, 'a number', Number.isFinite);
  numberWhere(NAME, 'noise', noise, 'a number ≥ 0', (x) => x >= 0);
  const generator = generatorOf(options.randomState);
  let X =
    effectiveRank === null
      ? generator.standardNormal([nSamples, nFeatures])
      : lowRankMatrix(
          generator,
          nSamples,
          nFeatures,
          integerAtLeast(NAME, 'effectiveRank', effectiveRank, 1),
          tailStrength,
        );
  let truth = ndArray(new Float64Array(nFeatures * nTargets), [nFeatures, nTargets]);
  truth.set(generator.uniform({ size: nInformative * nTargets }).map((u) => 100 * u));
  let y = ndArray(
    multiply(matrix(X, nSamples, nFeatures), matrix(truth, nFeatures, nTargets)).map((value) => value + bias),
    [nSamples, nTargets],
  );
  if (noise > 0) for (let i = 0; i < y.length; i++) y[i] = y[i]! + generator.normal(0, noise);
  if (shuffle) {
    const order = shuffledOrder(generator, nSamples);
    const features = shuffledOrder(generator, nFeatures);
    X = takeColumns(takeRows(X, order), features);
    y = takeRows(y, order);
    truth = takeRows(truth, features);
  }
  return coef ? [X, squeezed(y), squeezed(truth)] : [X, squeezed(y)];
}

/** Without the dimensions of extent 1. */
const squeezed = (array: NDArray): NDArray =>
  ndArray(
    array.slice(),
    array.shape.filter((extent) => extent !== 1),
  );

/** A matrix whose singular values fall like a bell, with a tail that falls slowly: `sklearn.datasets.make_low_rank_matrix`. */
function lowRankMatrix(
  generator: RandomState,
  rows: number,
  columns: number,
  rank: number,
  tailStrength: number,
): NDArray {
  numberWhere(NAME, 'tailStrength', tailStrength, 'a number from 0 to 1', (x) => x >= 0 && x <= 1);
  const n = Math.min(rows, columns);
  const u = householderQ(generator.standardNormal(rows * n), rows, n, false); // (rows, n)
  const v = householderQ(generator.standardNormal(columns * n), columns, n, false); // (columns, n)
  const singular = Float64Array.from({ length: n }, (_, i) => {
    const low = (1 - tailStrength) * exp(-1 * (i / rank) ** 2);
    return low + tailStrength * exp((-0.1 * i) / rank);
  });
  const scaled = u.map((value, at) => value * singular[at % n]!);
  const transposed = Float64Array.from(
    { length: n * columns },
    (_, at) => v[(at % columns) * n + Math.floor(at / columns)]!,
  );
  return ndArray(multiply(matrix(scaled, rows, n), matrix(transposed, n, columns)), [rows, columns]);
}
