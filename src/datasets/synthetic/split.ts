// `sklearn.model_selection.train_test_split`: which samples are for training and which for testing, and arrays divided so.
import { refuseUnknown, ShapeError, StateError, show, ValueError } from '../../base/errors.ts';
import { type NDArray, ndArray } from '../../random/nd-array.ts';
import type { RandomState } from '../../random/random-state.ts';
import { generatorOf, type RandomStateOption, takeRows } from './arguments.ts';

export interface SplitOptions {
  /** The share, or the number, of the samples for testing; 0.25 where neither size is given. */
  readonly testSize?: number | null;
  /** The share, or the number, of the samples for training; what testing leaves where it is not given. */
  readonly trainSize?: number | null;
  readonly shuffle?: boolean;
  /** Labels whose classes keep their shares in both parts. */
  readonly stratify?: ArrayLike<number | string | bigint> | null;
  readonly randomState?: RandomStateOption;
}

/** The indices of the samples of each part, in the order in which they come. */
export interface SplitIndices {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

const NAME = 'trainTestSplit';
const NAMES = ['testSize', 'trainSize', 'shuffle', 'stratify', 'randomState'];

function checkedSize(option: string, size: number | null, samples: number): number | null {
  if (size === null) return null;
  const isShare = size > 0 && size < 1;
  if (isShare || (Number.isInteger(size) && size >= 1 && size < samples)) return size;
  throw new ValueError(
    `${NAME}: found ${option} = ${show(size)}, wanted a share between 0 and 1, or a number of the ${samples} samples.`,
  );
}

function partSizes(samples: number, options: SplitOptions): readonly [train: number, test: number] {
  const trainSize = checkedSize('trainSize', options.trainSize ?? null, samples);
  const testSize = checkedSize('testSize', options.testSize ?? (trainSize === null ? 0.25 : null), samples);
  const given = {
    test: testSize === null ? null : testSize < 1 ? Math.ceil(testSize * samples) : testSize,
    train: trainSize === null ? null : trainSize < 1 ? Math.floor(trainSize * samples) : trainSize,
  };
  const test = given.test ?? samples - given.train!;
  const train = given.train ?? samples - test;
  if (train + test > samples) {
    throw new ValueError(
      `${NAME}: found ${train} samples for training and ${test} for testing, but there are ${samples}.`,
    );
  }
  if (train === 0) throw new ValueError(`${NAME}: ${samples} samples leave none for training; make testSize smaller.`);
  return [train, test];
}

/** Which of `samples` samples are for training and which for testing, as scikit-learn chooses them. */
export function trainTestIndices(samples: number, options: SplitOptions = {}): SplitIndices {
  refuseUnknown(NAME, options, NAMES);
  const [nTrain, nTest] = partSizes(samples, options);
  const stratify = options.stratify ?? null;
  if (options.shuffle === false) {
    if (stratify) throw new StateError(`${NAME}: stratify needs shuffle: true.`);
    const all = Int32Array.from({ length: nTrain + nTest }, (_, i) => i);
    return { train: all.slice(0, nTrain), test: all.slice(nTrain) };
  }
  const generator = generatorOf(options.randomState);
  if (stratify) return stratified(generator, samples, stratify, nTrain, nTest);
  const order = Int32Array.from(generator.permutation(samples));
  return { train: order.slice(nTest, nTest + nTrain), test: order.slice(0, nTest) };
}

const ordered = (a: number | string | bigint, b: number | string | bigint) => (a < b ? -1 : a > b ? 1 : 0);

function stratified(
  generator: RandomState,
  samples: number,
  labels: ArrayLike<number | string | bigint>,
  nTrain: number,
  nTest: number,
): SplitIndices {
  if (labels.length !== samples)
    throw new ShapeError(`${NAME}: found ${labels.length} labels to stratify by for ${samples} samples.`);
  const classes = new Map<number | string | bigint, number[]>();
  for (let i = 0; i < samples; i++) {
    const members = classes.get(labels[i]!);
    if (members) members.push(i);
    else classes.set(labels[i]!, [i]);
  }
  const names = [...classes.keys()].sort(ordered);
  const members = names.map((name) => classes.get(name)!);
  const lonely = names.filter((_, i) => members[i]!.length < 2);
  if (lonely.length > 0)
    throw new ValueError(`${NAME}: the classes ${show(lonely)} have only one member, wanted at least two.`);
  for (const [part, n] of [['training', nTrain] as const, ['testing', nTest] as const]) {
    if (n < names.length)
      throw new ValueError(
        `${NAME}: found ${n} samples for ${part}, wanted at least one for each of ${names.length} classes.`,
      );
  }
  const counts = members.map((list) => list.length);
  const forTrain = shares(generator, counts, nTrain);
  const forTest = shares(
    generator,
    counts.map((count, i) => count - forTrain[i]!),
    nTest,
  );
  const train: number[] = [];
  const test: number[] = [];
  members.forEach((list, i) => {
    const order = Array.from(generator.permutation(list.length), (k) => list[k]!);
    train.push(...order.slice(0, forTrain[i]));
    test.push(...order.slice(forTrain[i], forTrain[i]! + forTest[i]!));
  });
  return { train: Int32Array.from(generator.permutation(train)), test: Int32Array.from(generator.permutation(test)) };
}

/** `draws` divided among classes in proportion to `counts`: rounded down, the largest remainders up, ties at random. */
function shares(generator: RandomState, counts: readonly number[], draws: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (count / total) * draws);
  const taken = exact.map(Math.floor);
  let missing = Math.trunc(draws - taken.reduce((sum, n) => sum + n, 0));
  const remainders = exact.map((value, i) => value - taken[i]!);
  for (const value of [...new Set(remainders)].sort((a, b) => b - a)) {
    if (missing <= 0) break;
    const candidates = remainders.flatMap((remainder, i) => (remainder === value ? [i] : []));
    const chosen = generator.choice(candidates, Math.min(candidates.length, missing), { replace: false });
    for (const i of chosen) taken[i]! += 1;
    missing -= chosen.length;
  }
  return taken;
}

/** Something with samples: an array with a shape is divided by rows, any other list by elements. */
export type Samples = NDArray | readonly unknown[] | ArrayLike<number>;

const isNDArray = (x: Samples): x is NDArray => x instanceof Float64Array && 'shape' in x;

function part(samples: Samples, indices: Int32Array): unknown {
  if (isNDArray(samples)) return takeRows(samples, indices);
  const chosen = Array.from(indices, (i) => samples[i]);
  return Array.isArray(samples) ? chosen : ndArray(Float64Array.from(chosen as number[]), [chosen.length]);
}

/**
 * Each of the arrays divided in two: for training and for testing, the same samples of all.
 *
 * @example
 * const [xTrain, xTest, yTrain, yTest] = trainTestSplit(X, y, { testSize: 0.2, randomState: 42 });
 */
export function trainTestSplit<A extends Samples>(x: A, options?: SplitOptions): [train: A, test: A];
export function trainTestSplit<A extends Samples, B extends Samples>(
  x: A,
  y: B,
  options?: SplitOptions,
): [xTrain: A, xTest: A, yTrain: B, yTest: B];
export function trainTestSplit<A extends Samples>(...args: [...arrays: A[], options: SplitOptions]): A[];
export function trainTestSplit(...args: unknown[]): unknown {
  const last = args.at(-1);
  const hasOptions = typeof last === 'object' && last !== null && !('length' in last);
  const arrays = (hasOptions ? args.slice(0, -1) : args) as Samples[];
  if (arrays.length === 0) throw new ValueError(`${NAME}: found no arrays, wanted at least one.`);
  const counts = arrays.map((array) => (isNDArray(array) ? (array.shape[0] ?? 0) : array.length));
  if (counts.some((count) => count !== counts[0])) {
    throw new ShapeError(`${NAME}: found arrays of ${counts.join(', ')} samples, wanted as many in each.`);
  }
  const { train, test } = trainTestIndices(counts[0]!, hasOptions ? (last as SplitOptions) : {});
  return arrays.flatMap((array) => [part(array, train), part(array, test)]);
}
