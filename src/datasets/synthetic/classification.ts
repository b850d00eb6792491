// `sklearn.datasets.make_classification`: clusters of normally distributed points about the corners of a hypercube, with features
// that are combinations or copies of others or say nothing, and some labels wrong (Guyon, 2003).
import { refuseUnknown, ShapeError, show, ValueError } from '../../base/errors.ts';
import { asNDArray, type NDArray, ndArray } from '../../random/nd-array.ts';
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

export interface ClassificationOptions {
  readonly nSamples?: number;
  readonly nFeatures?: number;
  readonly nInformative?: number;
  readonly nRedundant?: number;
  readonly nRepeated?: number;
  readonly nClasses?: number;
  readonly nClustersPerClass?: number;
  /** The share of each class; the last may be left out. Equal by default. */
  readonly weights?: readonly number[] | null;
  /** The share of samples whose class is drawn at random. */
  readonly flipY?: number;
  /** Half the length of the hypercube's sides. */
  readonly classSep?: number;
  /** Whether the clusters are at the corners of a hypercube, or of a random box. */
  readonly hypercube?: boolean;
  /** Added to the features; null for random shifts. */
  readonly shift?: number | readonly number[] | null;
  /** Multiplies the features; null for random factors. */
  readonly scale?: number | readonly number[] | null;
  readonly shuffle?: boolean;
  readonly randomState?: RandomStateOption;
}

// biome-ignore format: a list
const NAMES = [
  'nSamples', 'nFeatures', 'nInformative', 'nRedundant', 'nRepeated', 'nClasses', 'nClustersPerClass', 'weights', 'flipY',
  'classSep', 'hypercube', 'shift', 'scale', 'shuffle', 'randomState',
] as const satisfies readonly (keyof ClassificationOptions)[];
const NAME = 'makeClassification';

/**
 * A random classification problem: X of shape (nSamples, nFeatures) and y of shape (nSamples,) with classes from 0 on.
 *
 * The numbers are those of `sklearn.datasets.make_classification` for the same arguments.
 *
 * @example
 * const [X, y] = makeClassification({ nSamples: 100, nFeatures: 2, nRedundant: 0, randomState: 42 });
 */
export function makeClassification(options: ClassificationOptions = {}): [X: NDArray, y: NDArray] {
  refuseUnknown(NAME, options, NAMES);
  const { flipY = 0.01, classSep = 1, hypercube = true, shift = 0, scale = 1, shuffle = true } = options;
  const nSamples = integerAtLeast(NAME, 'nSamples', options.nSamples ?? 100, 1);
  const nFeatures = integerAtLeast(NAME, 'nFeatures', options.nFeatures ?? 20, 1);
  const nInformative = integerAtLeast(NAME, 'nInformative', options.nInformative ?? 2, 1);
  const nRedundant = integerAtLeast(NAME, 'nRedundant', options.nRedundant ?? 2, 0);
  const nRepeated = integerAtLeast(NAME, 'nRepeated', options.nRepeated ?? 0, 0);
  const nClasses = integerAtLeast(NAME, 'nClasses', options.nClasses ?? 2, 1);
  const perClass = integerAtLeast(NAME, 'nClustersPerClass', options.nClustersPerClass ?? 2, 1);
  numberWhere(NAME, 'flipY', flipY, 'a number from 0 to 1', (x) => x >= 0 && x <= 1);
  numberWhere(NAME, 'classSep', classSep, 'a number above 0', (x) => x > 0);
  const nUseful = nInformative + nRedundant + nRepeated;
  if (nUseful > nFeatures) {
    throw new ValueError(
      `${NAME}: found ${nInformative} informative, ${nRedundant} redundant and ${nRepeated} repeated features, wanted at most nFeatures = ${nFeatures} in all.`,
    );
  }
  const nClusters = nClasses * perClass;
  if (nInformative < Math.log2(nClusters)) {
    throw new ValueError(
      `${NAME}: nClasses (${nClasses}) · nClustersPerClass (${perClass}) must be at most 2^nInformative = ${2 ** nInformative}.`,
    );
  }
  const sizes = clusterSizes(nSamples, nClasses, perClass, classWeights(options.weights, nClasses));
  const generator = generatorOf(options.randomState);

  const data = new Float64Array(nSamples * nFeatures); // (samples, features)
  const y = new Float64Array(nSamples);
  const corners = hypercubeCorners(generator, nClusters, nInformative).map((bit) => bit * (2 * classSep) - classSep);
  if (!hypercube) {
    const bySample = generator.uniform({ size: nClusters });
    const byFeature = generator.uniform({ size: nInformative });
    corners.forEach((value, at) => {
      corners[at] = value * bySample[Math.floor(at / nInformative)]! * byFeature[at % nInformative]!;
    });
  }
  const points = generator.standardNormal(nSamples * nInformative);
  for (let k = 0, start = 0; k < nClusters; start += sizes[k++]!) {
    const count = sizes[k]!;
    const mixing = signedUniform(generator, nInformative * nInformative);
    const mixed = multiply(
      matrix(points, count, nInformative, nInformative, start * nInformative),
      matrix(mixing, nInformative, nInformative),
    );
    for (let i = 0; i < count; i++) {
      y[start + i] = k % nClasses;
      for (let j = 0; j < nInformative; j++) {
        data[(start + i) * nFeatures + j] = mixed[i * nInformative + j]! + corners[k * nInformative + j]!;
      }
    }
  }
  const setColumns = (first: number, count: number, value: (row: number, column: number) => number) => {
    for (let i = 0; i < nSamples; i++) for (let j = 0; j < count; j++) data[i * nFeatures + first + j] = value(i, j);
  };
  if (nRedundant > 0) {
    const mixing = signedUniform(generator, nInformative * nRedundant);
    const mixed = multiply(matrix(data, nSamples, nInformative, nFeatures), matrix(mixing, nInformative, nRedundant));
    setColumns(nInformative, nRedundant, (i, j) => mixed[i * nRedundant + j]!);
  }
  const n = nInformative + nRedundant;
  if (nRepeated > 0) {
    const copied = generator.uniform({ size: nRepeated }).map((u) => Math.trunc((n - 1) * u + 0.5));
    setColumns(n, nRepeated, (i, j) => data[i * nFeatures + copied[j]!]!);
  }
  const nRandom = nFeatures - nUseful;
  if (nRandom > 0) {
    const noise = generator.standardNormal(nSamples * nRandom);
    setColumns(nUseful, nRandom, (i, j) => noise[i * nRandom + j]!);
  }
  const flipped = generator.uniform({ size: nSamples }).map((u) => (u < flipY ? 1 : 0));
  const drawn = generator.randint(
    0,
    nClasses,
    flipped.reduce((sum, flag) => sum + flag, 0),
  );
  let used = 0;
  flipped.forEach((flag, i) => {
    if (flag) y[i] = drawn[used++]!;
  });
  const shifts =
    shift === null
      ? signedUniform(generator, nFeatures).map((value) => value * classSep)
      : perFeature('shift', shift, nFeatures);
  const factors =
    scale === null
      ? generator.uniform({ size: nFeatures }).map((u) => 1 + 100 * u)
      : perFeature('scale', scale, nFeatures);
  data.forEach((value, at) => {
    data[at] = (value + shifts[at % nFeatures]!) * factors[at % nFeatures]!;
  });
  const X = ndArray(data, [nSamples, nFeatures]);
  const labels = ndArray(y, [nSamples]);
  if (!shuffle) return [X, labels];
  const order = shuffledOrder(generator, nSamples);
  return [takeColumns(takeRows(X, order), shuffledOrder(generator, nFeatures)), takeRows(labels, order)];
}

const signedUniform = (generator: RandomState, count: number) =>
  generator.uniform({ size: count }).map((u) => 2 * u - 1);

function classWeights(weights: readonly number[] | null | undefined, nClasses: number): readonly number[] {
  if (!weights) return new Array<number>(nClasses).fill(1 / nClasses);
  if (weights.length === nClasses) return weights;
  if (weights.length === nClasses - 1) return [...weights, 1 - weights.reduce((sum, w) => sum + w, 0)];
  throw new ShapeError(
    `${NAME}: found ${weights.length} weights, wanted ${nClasses} or ${nClasses - 1} for ${nClasses} classes.`,
  );
}

function clusterSizes(nSamples: number, nClasses: number, perClass: number, weights: readonly number[]): number[] {
  const sizes = Array.from({ length: nClasses * perClass }, (_, k) =>
    Math.trunc((nSamples * weights[k % nClasses]!) / perClass),
  );
  const rest = nSamples - sizes.reduce((sum, size) => sum + size, 0);
  if (rest < 0) throw new ValueError(`${NAME}: found weights ${show(weights)}, wanted numbers that sum to at most 1.`);
  for (let i = 0; i < rest; i++) sizes[i % sizes.length]! += 1;
  return sizes;
}

function perFeature(option: string, value: number | readonly number[], nFeatures: number): Float64Array {
  const array = asNDArray(value, `${NAME}: ${option}`);
  if (array.length === 1) return new Float64Array(nFeatures).fill(array[0]!);
  if (array.length === nFeatures) return array;
  throw new ShapeError(
    `${NAME}: found ${array.length} numbers for ${option}, wanted one, or one for each of ${nFeatures} features.`,
  );
}

/** The corners of the unit cube, `count` different ones, row-major (count, dimensions). */
function hypercubeCorners(generator: RandomState, count: number, dimensions: number): Float64Array {
  if (dimensions > 30) {
    const first = generator.randint(2, { size: count * (dimensions - 30) });
    const rest = hypercubeCorners(generator, count, 30);
    return Float64Array.from({ length: count * dimensions }, (_, at) => {
      const [row, column] = [Math.floor(at / dimensions), at % dimensions];
      return column < dimensions - 30
        ? first[row * (dimensions - 30) + column]!
        : rest[row * 30 + column - dimensions + 30]!;
    });
  }
  const chosen = differentIntegers(generator, 2 ** dimensions, count);
  return Float64Array.from({ length: count * dimensions }, (_, at) => {
    const column = at % dimensions;
    return Math.floor(chosen[Math.floor(at / dimensions)]! / 2 ** (dimensions - 1 - column)) % 2;
  });
}

/** `count` different integers below `population`: scikit-learn's three ways, by the share that is wanted. */
function differentIntegers(generator: RandomState, population: number, count: number): ArrayLike<number> {
  const share = count / population;
  if (share > 0.01 && share < 0.99) return generator.permutation(population).subarray(0, count);
  if (share < 0.2) {
    const taken = new Set<number>();
    while (taken.size < count) taken.add(generator.randint(population));
    return [...taken];
  }
  const chosen = Array.from({ length: count }, (_, i) => i);
  for (let i = count; i < population; i++) {
    const j = generator.randint(0, i + 1);
    if (j < count) chosen[j] = i;
  }
  return chosen;
}
