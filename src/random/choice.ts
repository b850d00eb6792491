// `choice` of both of NumPy's generators: what is chosen from, with which probabilities, with or without replacement. Owns
// the checks and the draws by probability; each generator draws equally probable ones in its own way.
import { ShapeError, show, ValueError } from '../base/errors.ts';
import { firstAbove } from '../base/random/running-sums.ts';
import { named, sizeArgument } from './arguments.ts';
import { asNDArray, type NDArray, ndArray, type Size, shapeOf, sizeOf } from './nd-array.ts';

export interface ChoiceOptions {
  readonly size?: Size | null;
  /** Whether an element may be chosen more than once. */
  readonly replace?: boolean;
  /** The probability of each element; equal by default. */
  readonly p?: ArrayLike<number>;
  /** `Generator` only: whether the order of a choice without replacement is random too. */
  readonly shuffle?: boolean;
}

export interface Choice {
  (a: number | ArrayLike<number>): number;
  (a: number | ArrayLike<number>, size: Size, replace?: boolean, p?: ArrayLike<number>): NDArray;
  (a: number | ArrayLike<number>, size: Size, options: ChoiceOptions): NDArray;
  (a: number | ArrayLike<number>, options: ChoiceOptions & { readonly size: Size }): NDArray;
  (a: number | ArrayLike<number>, options: ChoiceOptions & { readonly size?: null }): number;
  <T>(a: readonly T[]): T;
  <T>(a: readonly T[], size: number, replace?: boolean, p?: ArrayLike<number>): T[];
  <T>(a: readonly T[], size: number, options: ChoiceOptions): T[];
  <T>(a: readonly T[], options: ChoiceOptions & { readonly size: number }): T[];
  <T>(a: readonly T[], options: ChoiceOptions & { readonly size?: null }): T;
}

/** How a generator draws `count` of the integers below `population`, all equally probable. */
export interface EqualChoice {
  nextDouble(): number;
  withReplacement(population: number, count: number): Float64Array;
  withoutReplacement(population: number, count: number, shuffle: boolean): Float64Array;
}

function runningSums(p: Float64Array): Float64Array {
  const sums = new Float64Array(p.length);
  let sum = 0;
  p.forEach((value, i) => {
    sum += value;
    sums[i] = sum;
  });
  return sums.map((value) => value / sum);
}

function checkedProbabilities(p: unknown, population: number): Float64Array {
  const values = asNDArray(p as ArrayLike<number>, 'choice: p');
  if (values.shape.length !== 1 || values.length !== population) {
    throw new ShapeError(
      `choice: found p of shape ${show(values.shape)}, wanted one probability for each of ${population}.`,
    );
  }
  const wrong = values.find((value) => !(value >= 0));
  if (wrong !== undefined) throw new ValueError(`choice: found the probability ${wrong}, wanted numbers ≥ 0.`);
  const sum = values.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) > 1.5e-8) throw new ValueError(`choice: the probabilities p sum to ${sum}, wanted 1.`);
  return Float64Array.from(values);
}

function byProbability(source: EqualChoice, p: Float64Array, count: number, replace: boolean): Float64Array {
  const chosen = new Float64Array(count);
  if (replace) {
    const sums = runningSums(p);
    return chosen.map(() => firstAbove(sums, source.nextDouble()));
  }
  const possible = p.filter((value) => value > 0).length;
  if (possible < count) {
    throw new ValueError(
      `choice: found size ${count} without replacement, but only ${possible} probabilities are above 0.`,
    );
  }
  let done = 0;
  while (done < count) {
    const draws = Float64Array.from({ length: count - done }, () => source.nextDouble());
    for (let i = 0; i < done; i++) p[chosen[i]!] = 0;
    const sums = runningSums(p);
    for (const found of new Set(draws.map((draw) => firstAbove(sums, draw)))) chosen[done++] = found;
  }
  return chosen;
}

/** The body of `choice`, for a generator that knows how to draw equally probable integers. */
export function choose(source: EqualChoice, args: readonly unknown[]): unknown {
  const { a, size, replace, p, shuffle } = named('choice', ['a', 'size', 'replace', 'p', 'shuffle'], args);
  const isList = typeof a === 'object' && a !== null && 'length' in a;
  const population = isList ? (a as ArrayLike<unknown>).length : a;
  if (typeof population !== 'number' || !Number.isInteger(population) || population < 0) {
    throw new ValueError(`choice: found ${show(a)} to choose from, wanted an integer ≥ 0 or a list.`);
  }
  const wanted = sizeArgument('choice', size);
  const shape = wanted === null ? [] : shapeOf(wanted, 'choice');
  const count = sizeOf(shape);
  if (population === 0 && count > 0)
    throw new ValueError('choice: found nothing to choose from, wanted at least one element.');
  const again = replace === undefined ? true : Boolean(replace);
  if (!again && count > population) {
    throw new ValueError(
      `choice: found size ${count} without replacement, wanted at most the ${population} there are.`,
    );
  }
  const equal = p === undefined || p === null;
  const indices = equal
    ? again
      ? source.withReplacement(population, count)
      : source.withoutReplacement(population, count, shuffle === undefined ? true : Boolean(shuffle))
    : byProbability(source, checkedProbabilities(p, population), count, again);
  if (!isList) return wanted === null ? indices[0] : ndArray(indices, shape, 'int64');
  const items = a as ArrayLike<unknown>;
  if (wanted === null) return items[indices[0]!];
  const isNumeric = ArrayBuffer.isView(a) || (Array.isArray(a) && a.every((item) => typeof item === 'number'));
  if (isNumeric) {
    const whole = Array.isArray(a) && a.every(Number.isInteger);
    const dtype = whole ? 'int64' : (a as Partial<NDArray>).dtype;
    const chosen = indices.map((i) => items[i] as number);
    return ndArray(chosen, shape, dtype);
  }
  if (shape.length !== 1)
    throw new ShapeError(`choice: found size ${show(shape)} for a list that is not of numbers, wanted an integer.`);
  return Array.from(indices, (i) => items[i]);
}
