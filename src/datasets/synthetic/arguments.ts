// What the synthetic data sets have in common: checks of options with Python's names in camelCase, the generator that a
// `randomState` stands for, and shuffling samples.
import { show, ValueError } from '../../base/errors.ts';
import { globalState } from '../../random/global-state.ts';
import { type NDArray, ndArray } from '../../random/nd-array.ts';
import { RandomState } from '../../random/random-state.ts';

/** A seed, a generator to go on with, or null for the generator of the whole program. */
export type RandomStateOption = number | RandomState | null;

export function generatorOf(randomState: RandomStateOption | undefined): RandomState {
  if (randomState instanceof RandomState) return randomState;
  return randomState === undefined || randomState === null ? globalState : new RandomState(randomState);
}

export function integerAtLeast(name: string, option: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new ValueError(`${name}: found ${option} = ${show(value)}, wanted an integer of at least ${least}.`);
}

export function numberWhere(
  name: string,
  option: string,
  value: number,
  wanted: string,
  allowed: (x: number) => boolean,
): number {
  if (typeof value === 'number' && allowed(value)) return value;
  throw new ValueError(`${name}: found ${option} = ${show(value)}, wanted ${wanted}.`);
}

/** The rows of `array` in another order: row i of the result is row order[i]. */
export function takeRows(array: NDArray, order: ArrayLike<number>): NDArray {
  const [rows = 0] = array.shape;
  const width = rows === 0 ? 0 : array.length / rows;
  const taken = new Float64Array(order.length * width);
  for (let i = 0; i < order.length; i++) {
    taken.set(array.subarray(order[i]! * width, (order[i]! + 1) * width), i * width);
  }
  return ndArray(taken, [order.length, ...array.shape.slice(1)]);
}

/** The columns of a matrix in another order. */
export function takeColumns(matrix: NDArray, order: ArrayLike<number>): NDArray {
  const [rows = 0, columns = 0] = matrix.shape;
  const taken = new Float64Array(rows * order.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < order.length; j++) taken[i * order.length + j] = matrix[i * columns + order[j]!]!;
  }
  return ndArray(taken, [rows, order.length]);
}

/** A random order of `count` samples. */
export const shuffledOrder = (generator: RandomState, count: number): NDArray => generator.permutation(count);
