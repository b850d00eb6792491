// The methods that NumPy's `RandomState` and `Generator` have in common: distributions, shuffles and permutations, drawn from
// whatever the subclass calls uniform, normal and exponential. Owns arguments, shapes and checks; the two generators differ
// in their bits and in a few methods.
import { ShapeError, show, ValueError } from '../base/errors.ts';
import { finite, named, notNegative, parameter, positive, sizeArgument } from './arguments.ts';
import { binomialDeviate } from './binomial.ts';
import { type BitSource, interval } from './bounded-integers.ts';
import { betaDeviate, type DeviateSource, gammaDeviate, poissonDeviate } from './deviates.ts';
import {
  asNDArray,
  fill,
  type NDArray,
  type NestedNumbers,
  type NumberArray,
  ndArray,
  type Parameter,
  type Size,
  shapeOf,
  sizeOf,
} from './nd-array.ts';
import { rightSingular } from './right-singular.ts';

export interface Sized {
  readonly size: Size;
}
export interface Location extends Partial<Sized> {
  readonly loc?: Parameter;
  readonly scale?: Parameter;
}
export interface Interval extends Partial<Sized> {
  readonly low?: Parameter;
  readonly high?: Parameter;
}
/** Something that can be shuffled in place: its elements, or the rows of an array with a shape. */
export interface Shufflable {
  readonly length: number;
  [index: number]: unknown;
}

const isNDArray = (x: object): x is NDArray => x instanceof Float64Array && 'shape' in x;
const probability = (p: number) => p >= 0 && p <= 1;
const count = (n: number) => Number.isInteger(n) && n >= 0;

export abstract class Distributions implements BitSource, DeviateSource {
  abstract nextUint32(): number;
  abstract nextUint64(): bigint;
  abstract nextDouble(): number;
  abstract nextNormal(): number;
  abstract nextExponential(): number;
  /** Whether binomial deviates are drawn with the mistakes of old. */
  protected abstract readonly legacy: boolean;

  /** Numbers in [0, 1). */
  random(): number;
  random(size: Size): NDArray;
  random(options: Sized): NDArray;
  random(...args: unknown[]): number | NDArray {
    return fill('random', sizeArgument('random', named('random', ['size'], args).size), [], () => this.nextDouble());
  }

  /** Numbers in [low, high). */
  uniform(low?: number, high?: number): number;
  uniform(low: Parameter, high: Parameter, size: Size): NDArray;
  uniform(low: NestedNumbers, high: Parameter): NDArray;
  uniform(...args: [...limits: number[], options: Interval]): NDArray;
  uniform(...args: unknown[]): number | NDArray {
    const { low, high, size } = named('uniform', ['low', 'high', 'size'], args);
    const from = parameter('uniform', 'low', low, 0, 'a finite number', finite);
    const to = parameter('uniform', 'high', high, 1, 'a finite number', finite);
    return fill('uniform', sizeArgument('uniform', size), [from, to], (a, b) => a + (b - a) * this.nextDouble());
  }

  /** Normal deviates with mean 0 and standard deviation 1. */
  standardNormal(): number;
  standardNormal(size: Size): NDArray;
  standardNormal(options: Sized): NDArray;
  standardNormal(...args: unknown[]): number | NDArray {
    const { size } = named('standardNormal', ['size'], args);
    return fill('standardNormal', sizeArgument('standardNormal', size), [], () => this.nextNormal());
  }

  /** Normal deviates with mean `loc` and standard deviation `scale`. */
  normal(loc?: number, scale?: number): number;
  normal(loc: Parameter, scale: Parameter, size: Size): NDArray;
  normal(loc: NestedNumbers, scale: Parameter): NDArray;
  normal(...args: [...parameters: number[], options: Location]): NDArray;
  normal(...args: unknown[]): number | NDArray {
    const { loc, scale, size } = named('normal', ['loc', 'scale', 'size'], args);
    const mean = parameter('normal', 'loc', loc, 0, 'a number', () => true);
    const deviation = parameter('normal', 'scale', scale, 1, 'a number ≥ 0', notNegative);
    return fill('normal', sizeArgument('normal', size), [mean, deviation], (a, b) => a + b * this.nextNormal());
  }

  /** Exponential deviates with mean 1. */
  standardExponential(): number;
  standardExponential(size: Size): NDArray;
  standardExponential(options: Sized): NDArray;
  standardExponential(...args: unknown[]): number | NDArray {
    const { size } = named('standardExponential', ['size'], args);
    return fill('standardExponential', sizeArgument('standardExponential', size), [], () => this.nextExponential());
  }

  /** Exponential deviates with mean `scale`. */
  exponential(scale?: number): number;
  exponential(scale: Parameter, size: Size): NDArray;
  exponential(...args: [...parameters: number[], options: Pick<Location, 'scale' | 'size'>]): NDArray;
  exponential(...args: unknown[]): number | NDArray {
    const { scale, size } = named('exponential', ['scale', 'size'], args);
    const mean = parameter('exponential', 'scale', scale, 1, 'a number ≥ 0', notNegative);
    return fill('exponential', sizeArgument('exponential', size), [mean], (a) => a * this.nextExponential());
  }

  /** Gamma deviates with scale 1. */
  standardGamma(shape: number): number;
  standardGamma(shape: Parameter, size: Size | Sized): NDArray;
  standardGamma(...args: unknown[]): number | NDArray {
    const { shape, size } = named('standardGamma', ['shape', 'size'], args);
    const k = parameter('standardGamma', 'shape', shape, null, 'a number ≥ 0', notNegative);
    return fill('standardGamma', sizeArgument('standardGamma', size), [k], (a) => gammaDeviate(this, a));
  }

  /** Gamma deviates. */
  gamma(shape: number, scale?: number): number;
  gamma(shape: Parameter, scale: Parameter, size: Size): NDArray;
  gamma(shape: Parameter, options: Pick<Location, 'scale' | 'size'>): NDArray;
  gamma(...args: unknown[]): number | NDArray {
    const { shape, scale, size } = named('gamma', ['shape', 'scale', 'size'], args);
    const k = parameter('gamma', 'shape', shape, null, 'a number ≥ 0', notNegative);
    const theta = parameter('gamma', 'scale', scale, 1, 'a number ≥ 0', notNegative);
    return fill('gamma', sizeArgument('gamma', size), [k, theta], (a, b) => b * gammaDeviate(this, a));
  }

  /** Beta deviates. */
  beta(a: number, b: number): number;
  beta(a: Parameter, b: Parameter, size: Size | Sized): NDArray;
  beta(...args: unknown[]): number | NDArray {
    const { a, b, size } = named('beta', ['a', 'b', 'size'], args);
    const alpha = parameter('beta', 'a', a, null, 'a number > 0', positive);
    const beta = parameter('beta', 'b', b, null, 'a number > 0', positive);
    return fill('beta', sizeArgument('beta', size), [alpha, beta], (x, y) => betaDeviate(this, x, y));
  }

  /** Numbers of events with mean `lam`. */
  poisson(lam?: number): number;
  poisson(lam: Parameter, size: Size): NDArray;
  poisson(...args: [...parameters: number[], options: Partial<Sized> & { readonly lam?: Parameter }]): NDArray;
  poisson(...args: unknown[]): number | NDArray {
    const { lam, size } = named('poisson', ['lam', 'size'], args);
    const mean = parameter('poisson', 'lam', lam, 1, 'a number between 0 and 9e15', (x) => x >= 0 && x < 9e15);
    return fill('poisson', sizeArgument('poisson', size), [mean], (x) => poissonDeviate(this, x), 'int64');
  }

  /** Numbers of successes in `n` trials of probability `p`. */
  binomial(n: number, p: number): number;
  binomial(n: Parameter, p: Parameter, size: Size | Sized): NDArray;
  binomial(...args: unknown[]): number | NDArray {
    const { n, p, size } = named('binomial', ['n', 'p', 'size'], args);
    const trials = parameter('binomial', 'n', n, null, 'an integer ≥ 0', count);
    const chance = parameter('binomial', 'p', p, null, 'a number between 0 and 1', probability);
    const draw = (a: number, b: number) => binomialDeviate(this, a, b, this.legacy);
    return fill('binomial', sizeArgument('binomial', size), [trials, chance], draw, 'int64');
  }

  /**
   * Normal deviates of several variables, shape (…size, n), with means of shape (n,) and covariances of shape (n, n).
   *
   * Equal to NumPy's to rounding; where the covariance has a repeated eigenvalue and n is above 2, its axes are not determined
   * and may differ.
   */
  multivariateNormal(mean: NumberArray, cov: NumberArray, size?: Size | Sized): NDArray {
    const what = 'multivariateNormal';
    const options = named(what, ['mean', 'cov', 'size'], size === undefined ? [mean, cov] : [mean, cov, size]);
    const means = asNDArray(mean, `${what}: mean`);
    const covariance = asNDArray(cov, `${what}: cov`);
    const n = means.length;
    if (means.shape.length !== 1 || covariance.shape.length !== 2 || covariance.shape.some((extent) => extent !== n)) {
      const shapes = `${show(means.shape)} and ${show(covariance.shape)}`;
      throw new ShapeError(`${what}: found mean and cov of shapes ${shapes}, wanted (n,) and (n, n).`);
    }
    const { values, rows } = rightSingular(covariance, n);
    const isCovariance = covariance.every((wanted, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      const found = rows.reduce((sum, row, k) => sum + row[i]! * values[k]! * row[j]!, 0);
      return Math.abs(found - wanted) <= 1e-8 * (1 + Math.abs(wanted));
    });
    if (!isCovariance) throw new ValueError(`${what}: cov is not symmetric and positive semidefinite.`);
    const given = sizeArgument(what, options.size);
    const shape = [...(given === null ? [] : shapeOf(given, what)), n];
    const result = ndArray(new Float64Array(sizeOf(shape)), shape);
    for (let start = 0; start < result.length; start += n) {
      const deviates = values.map((value) => Math.sqrt(value) * this.nextNormal());
      for (let j = 0; j < n; j++) {
        result[start + j] = means[j]! + rows.reduce((sum, row, k) => sum + deviates[k]! * row[j]!, 0);
      }
    }
    return result;
  }

  /** Shuffles `x` in place: the elements of a list, the rows of an array with a shape. */
  shuffle(x: Shufflable): void {
    const rows = isNDArray(x) ? (x.shape[0] ?? 0) : x.length;
    const width = isNDArray(x) && rows > 0 ? x.length / rows : 1;
    for (let i = rows - 1; i > 0; i--) {
      const j = interval(this, i);
      for (let k = 0; k < width; k++) {
        const item = x[i * width + k];
        x[i * width + k] = x[j * width + k];
        x[j * width + k] = item;
      }
    }
  }

  /** The integers below `x` in random order, or a copy of `x` with its elements (or rows) in random order. */
  permutation(x: number | NDArray | ArrayLike<number> | NestedNumbers): NDArray;
  permutation<T>(x: readonly T[]): T[];
  permutation(x: unknown): NDArray | unknown[] {
    if (typeof x === 'number') {
      if (!count(x)) throw new ValueError(`permutation: found ${show(x)}, wanted an integer ≥ 0 or an array.`);
      const numbers = ndArray(
        Float64Array.from({ length: x }, (_, i) => i),
        [x],
        'int64',
      );
      this.shuffle(numbers);
      return numbers;
    }
    if (Array.isArray(x) && !x.flat(8).every((item) => typeof item === 'number')) {
      const copy = [...x];
      this.shuffle(copy);
      return copy;
    }
    if (typeof x !== 'object' || x === null || !('length' in x)) {
      throw new ShapeError(`permutation: found ${show(x)}, wanted an integer ≥ 0 or an array.`);
    }
    const array = asNDArray(x as NestedNumbers, 'permutation');
    const rows = array.shape[0] ?? 0;
    const order = this.permutation(rows);
    const width = rows === 0 ? 0 : array.length / rows;
    const result = new Float64Array(sizeOf(array.shape));
    order.forEach((from, to) => {
      result.set(array.subarray(from * width, (from + 1) * width), to * width);
    });
    return ndArray(result, array.shape, array.dtype);
  }
}
