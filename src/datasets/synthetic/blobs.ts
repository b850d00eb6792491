// `sklearn.datasets.make_blobs`: normally distributed points about some centers, one class for each.
import { refuseUnknown, ShapeError, show } from '../../base/errors.ts';
import { asNDArray, type NDArray, type NestedNumbers, ndArray } from '../../random/nd-array.ts';
import {
  generatorOf,
  integerAtLeast,
  numberWhere,
  type RandomStateOption,
  shuffledOrder,
  takeRows,
} from './arguments.ts';

export interface BlobsOptions {
  /** The number of samples, or of those of each center. */
  readonly nSamples?: number | readonly number[];
  readonly nFeatures?: number;
  /** The number of centers, or the centers, shape (centers, features). Three by default. */
  readonly centers?: number | NestedNumbers | NDArray | null;
  /** The standard deviation, of all centers or of each. */
  readonly clusterStd?: number | readonly number[];
  /** The box in which random centers lie, in every direction. */
  readonly centerBox?: readonly [low: number, high: number];
  readonly shuffle?: boolean;
  readonly randomState?: RandomStateOption;
  /** Whether the centers are returned too. */
  readonly returnCenters?: boolean;
}

const NAME = 'makeBlobs';
const NAMES = [
  'nSamples',
  'nFeatures',
  'centers',
  'clusterStd',
  'centerBox',
  'shuffle',
  'randomState',
  'returnCenters',
];

/**
 * Points about centers: X of shape (nSamples, nFeatures) and y of shape (nSamples,), the number of the center.
 *
 * The numbers are those of `sklearn.datasets.make_blobs` for the same arguments.
 *
 * @example
 * const [X, y] = makeBlobs({ nSamples: 60, centers: 3, randomState: 42 });
 */
export function makeBlobs(
  options: BlobsOptions & { readonly returnCenters: true },
): [X: NDArray, y: NDArray, centers: NDArray];
export function makeBlobs(options?: BlobsOptions): [X: NDArray, y: NDArray];
export function makeBlobs(options: BlobsOptions = {}): [X: NDArray, y: NDArray, centers?: NDArray] {
  refuseUnknown(NAME, options, NAMES);
  const { nSamples = 100, clusterStd = 1, centerBox = [-10, 10], shuffle = true, returnCenters = false } = options;
  const generator = generatorOf(options.randomState);
  const given = options.centers ?? null;
  const nCenters = typeof nSamples === 'number' ? (given ?? 3) : nSamples.length;
  const nFeatures = integerAtLeast(NAME, 'nFeatures', options.nFeatures ?? 2, 1);
  if (typeof nSamples !== 'number' && typeof given === 'number') {
    throw new ShapeError(
      `${NAME}: found centers = ${given} beside a list of samples, wanted the centers themselves, or null.`,
    );
  }
  const centers =
    typeof given === 'number' || given === null
      ? generator.uniform(centerBox[0], centerBox[1], [integerAtLeast(NAME, 'centers', Number(nCenters), 1), nFeatures])
      : asNDArray(given, `${NAME}: centers`);
  const [count = 0, width = 0] = centers.shape;
  if (centers.shape.length !== 2)
    throw new ShapeError(`${NAME}: found centers of shape ${show(centers.shape)}, wanted (centers, features).`);
  if (typeof nSamples !== 'number' && nSamples.length !== count) {
    throw new ShapeError(`${NAME}: found ${nSamples.length} numbers of samples for ${count} centers.`);
  }
  const deviations = typeof clusterStd === 'number' ? new Array<number>(count).fill(clusterStd) : clusterStd;
  if (deviations.length !== count)
    throw new ShapeError(`${NAME}: found ${deviations.length} values of clusterStd for ${count} centers.`);
  for (const std of deviations) numberWhere(NAME, 'clusterStd', std, 'numbers ≥ 0', (x) => x >= 0);
  const sizes =
    typeof nSamples === 'number'
      ? Array.from({ length: count }, (_, i) => Math.floor(nSamples / count) + (i < nSamples % count ? 1 : 0))
      : nSamples.map((n) => integerAtLeast(NAME, 'nSamples', n, 0));
  if (typeof nSamples === 'number') integerAtLeast(NAME, 'nSamples', nSamples, 1);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let X = ndArray(new Float64Array(total * width), [total, width]);
  let y = ndArray(new Float64Array(total), [total]);
  let row = 0;
  sizes.forEach((size, i) => {
    for (let k = 0; k < size; k++, row++) {
      y[row] = i;
      for (let j = 0; j < width; j++) X[row * width + j] = generator.normal(centers[i * width + j], deviations[i]);
    }
  });
  if (shuffle) {
    const order = shuffledOrder(generator, total);
    X = takeRows(X, order);
    y = takeRows(y, order);
  }
  return returnCenters ? [X, y, centers] : [X, y];
}
