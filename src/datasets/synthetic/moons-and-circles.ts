// `sklearn.datasets.make_moons` and `make_circles`: two classes in the plane that no straight line separates.
import { refuseUnknown, ShapeError, show } from '../../base/errors.ts';
import { cos, sin } from '../../base/random/c-library/sin-cos.ts';
import { type NDArray, ndArray } from '../../random/nd-array.ts';
import {
  generatorOf,
  integerAtLeast,
  numberWhere,
  type RandomStateOption,
  shuffledOrder,
  takeRows,
} from './arguments.ts';

export interface MoonsOptions {
  /** The number of samples, or of those of each class. */
  readonly nSamples?: number | readonly [outer: number, inner: number];
  readonly shuffle?: boolean;
  /** The standard deviation of the noise added to the points. */
  readonly noise?: number | null;
  readonly randomState?: RandomStateOption;
}
export interface CirclesOptions extends MoonsOptions {
  /** The radius of the inner circle, the outer one's being 1. */
  readonly factor?: number;
}

/** `count` numbers from 0 to `stop`, the last of them `stop` itself if `endpoint`. */
function linspace(stop: number, count: number, endpoint: boolean): Float64Array {
  const step = stop / Math.max(endpoint ? count - 1 : count, 1);
  const numbers = Float64Array.from({ length: count }, (_, i) => i * step);
  if (endpoint && count > 1) numbers[count - 1] = stop;
  return numbers;
}

function counts(name: string, nSamples: number | readonly number[]): readonly [number, number] {
  if (typeof nSamples === 'number') {
    const all = integerAtLeast(name, 'nSamples', nSamples, 0);
    return [Math.floor(all / 2), all - Math.floor(all / 2)];
  }
  const [outer, inner] = nSamples;
  if (nSamples.length === 2)
    return [integerAtLeast(name, 'nSamples', outer!, 0), integerAtLeast(name, 'nSamples', inner!, 0)];
  throw new ShapeError(
    `${name}: found nSamples = ${show(nSamples)}, wanted one number, or one for each of the two classes.`,
  );
}

type Curve = (angle: number) => readonly [x: number, y: number];

function twoCurves(
  name: string,
  options: MoonsOptions,
  outer: Curve,
  inner: Curve,
  turn: number,
  closed: boolean,
): [NDArray, NDArray] {
  const { shuffle = true, noise = null } = options;
  if (noise !== null) numberWhere(name, 'noise', noise, 'a number ≥ 0, or null', (x) => x >= 0);
  const [outside, inside] = counts(name, options.nSamples ?? 100);
  const generator = generatorOf(options.randomState);
  const points = [
    ...Array.from(linspace(turn, outside, !closed), outer),
    ...Array.from(linspace(turn, inside, !closed), inner),
  ];
  let X = ndArray(Float64Array.from(points.flat()), [points.length, 2]);
  let y = ndArray(
    Float64Array.from(points, (_, i) => (i < outside ? 0 : 1)),
    [points.length],
  );
  if (shuffle) {
    const order = shuffledOrder(generator, points.length);
    X = takeRows(X, order);
    y = takeRows(y, order);
  }
  if (noise !== null) for (let i = 0; i < X.length; i++) X[i] = X[i]! + generator.normal(0, noise);
  return [X, y];
}

/**
 * Two half circles that reach into each other: X of shape (nSamples, 2) and y of shape (nSamples,), 0 or 1.
 *
 * The numbers are those of `sklearn.datasets.make_moons` for the same arguments.
 *
 * @example
 * const [X, y] = makeMoons({ nSamples: 200, noise: 0.1, randomState: 42 });
 */
export function makeMoons(options: MoonsOptions = {}): [X: NDArray, y: NDArray] {
  refuseUnknown('makeMoons', options, ['nSamples', 'shuffle', 'noise', 'randomState']);
  const outer: Curve = (angle) => [cos(angle), sin(angle)];
  const inner: Curve = (angle) => [1 - cos(angle), 1 - sin(angle) - 0.5];
  return twoCurves('makeMoons', options, outer, inner, Math.PI, false);
}

/**
 * A circle within a circle: X of shape (nSamples, 2) and y of shape (nSamples,), 0 outside and 1 inside.
 *
 * The numbers are those of `sklearn.datasets.make_circles` for the same arguments.
 *
 * @example
 * const [X, y] = makeCircles({ nSamples: 200, noise: 0.05, factor: 0.5, randomState: 42 });
 */
export function makeCircles(options: CirclesOptions = {}): [X: NDArray, y: NDArray] {
  refuseUnknown('makeCircles', options, ['nSamples', 'shuffle', 'noise', 'factor', 'randomState']);
  const { factor = 0.8 } = options;
  numberWhere('makeCircles', 'factor', factor, 'a number from 0 to less than 1', (x) => x >= 0 && x < 1);
  const outer: Curve = (angle) => [cos(angle), sin(angle)];
  const inner: Curve = (angle) => [cos(angle) * factor, sin(angle) * factor];
  return twoCurves('makeCircles', options, outer, inner, 2 * Math.PI, true);
}
