// The rarer distributions of NumPy's generators: their arguments, checks and shapes; how one deviate is made stands in
// `further-deviates.ts`, the common ones in `distributions.ts`.
import { ShapeError, show, ValueError } from '../base/errors.ts';
import { exp } from '../base/random/c-library/exp-pow.ts';
import { named, notNegative, parameter, positive, sizeArgument } from './arguments.ts';
import { binomialDeviate } from './binomial.ts';
import { betaDeviate, gammaDeviate } from './deviates.ts';
import { Distributions, type Location, type Sized } from './distributions.ts';
import {
  chisquareDeviate,
  fDeviate,
  geometricDeviate,
  gumbelDeviate,
  laplaceDeviate,
  logisticDeviate,
  logseriesDeviate,
  negativeBinomialDeviate,
  paretoDeviate,
  powerDeviate,
  rayleighDeviate,
  standardTDeviate,
  triangularDeviate,
  waldDeviate,
  weibullDeviate,
  zipfDeviate,
} from './further-deviates.ts';
import {
  asNDArray,
  fill,
  type NDArray,
  type NumberArray,
  ndArray,
  type Parameter,
  shapeOf,
  sizeOf,
} from './nd-array.ts';

type Numbers = number | NDArray;
const any = () => true;
const AT_LEAST_ZERO = 'a number ≥ 0';
const ABOVE_ZERO = 'a number > 0';

export abstract class FurtherDistributions extends Distributions {
  /** Deviates whose logarithm is normal with mean `mean` and standard deviation `sigma`. */
  lognormal(mean?: number, sigma?: number): number;
  lognormal(mean: Parameter, sigma: Parameter, size?: Sized['size'] | Sized): NDArray;
  lognormal(options: Partial<Sized> & { readonly mean?: Parameter; readonly sigma?: Parameter }): NDArray;
  lognormal(...args: unknown[]): Numbers {
    const { mean, sigma, size } = named('lognormal', ['mean', 'sigma', 'size'], args);
    const m = parameter('lognormal', 'mean', mean, 0, 'a number', any);
    const s = parameter('lognormal', 'sigma', sigma, 1, AT_LEAST_ZERO, notNegative);
    return fill('lognormal', sizeArgument('lognormal', size), [m, s], (a, b) => exp(a + b * this.nextNormal()));
  }

  /** Two exponential distributions back to back around `loc`. */
  laplace(loc?: number, scale?: number): number;
  laplace(loc: Parameter, scale: Parameter, size?: Sized['size'] | Sized): NDArray;
  laplace(options: Location): NDArray;
  laplace(...args: unknown[]): Numbers {
    return this.#located('laplace', args, (a, b) => laplaceDeviate(this, a, b));
  }

  /** The distribution of the largest of many. */
  gumbel(loc?: number, scale?: number): number;
  gumbel(loc: Parameter, scale: Parameter, size?: Sized['size'] | Sized): NDArray;
  gumbel(options: Location): NDArray;
  gumbel(...args: unknown[]): Numbers {
    return this.#located('gumbel', args, (a, b) => gumbelDeviate(this, a, b));
  }

  /** Deviates whose distribution function is the logistic function. */
  logistic(loc?: number, scale?: number): number;
  logistic(loc: Parameter, scale: Parameter, size?: Sized['size'] | Sized): NDArray;
  logistic(options: Location): NDArray;
  logistic(...args: unknown[]): Numbers {
    return this.#located('logistic', args, (a, b) => logisticDeviate(this, a, b));
  }

  #located(what: string, args: readonly unknown[], draw: (loc: number, scale: number) => number): Numbers {
    const { loc, scale, size } = named(what, ['loc', 'scale', 'size'], args);
    const a = parameter(what, 'loc', loc, 0, 'a number', any);
    const b = parameter(what, 'scale', scale, 1, AT_LEAST_ZERO, notNegative);
    return fill(what, sizeArgument(what, size), [a, b], draw);
  }

  /** The length of a vector of two normal components of standard deviation `scale`. */
  rayleigh(scale?: number): number;
  rayleigh(scale: Parameter, size: Sized['size'] | Sized): NDArray;
  rayleigh(...args: unknown[]): Numbers {
    const { scale, size } = named('rayleigh', ['scale', 'size'], args);
    const a = parameter('rayleigh', 'scale', scale, 1, AT_LEAST_ZERO, notNegative);
    return fill('rayleigh', sizeArgument('rayleigh', size), [a], (x) => rayleighDeviate(this, x, this.legacy));
  }

  /** Weibull deviates with scale 1. */
  weibull(a: number): number;
  weibull(a: Parameter, size: Sized['size'] | Sized): NDArray;
  weibull(...args: unknown[]): Numbers {
    return this.#shaped('weibull', AT_LEAST_ZERO, notNegative, args, (a) => weibullDeviate(this, a));
  }

  /** Deviates of [0, 1] with density a·x^(a−1). */
  power(a: number): number;
  power(a: Parameter, size: Sized['size'] | Sized): NDArray;
  power(...args: unknown[]): Numbers {
    return this.#shaped('power', ABOVE_ZERO, positive, args, (a) => powerDeviate(this, a, this.legacy));
  }

  /** Deviates of Pareto's second distribution (Lomax); plus 1, of the first. */
  pareto(a: number): number;
  pareto(a: Parameter, size: Sized['size'] | Sized): NDArray;
  pareto(...args: unknown[]): Numbers {
    return this.#shaped('pareto', ABOVE_ZERO, positive, args, (a) => paretoDeviate(this, a, this.legacy));
  }

  /** Whole numbers k with probability in proportion to k^(−a). */
  zipf(a: number): number;
  zipf(a: Parameter, size: Sized['size'] | Sized): NDArray;
  zipf(...args: unknown[]): Numbers {
    const draw = (a: number) => zipfDeviate(this, a, this.legacy);
    return this.#shaped('zipf', 'a number > 1', (x) => x > 1, args, draw, true);
  }

  #shaped(
    what: string,
    wanted: string,
    allowed: (x: number) => boolean,
    args: readonly unknown[],
    draw: (a: number) => number,
    whole = false,
  ): Numbers {
    const { a, size } = named(what, ['a', 'size'], args);
    const shape = parameter(what, 'a', a, null, wanted, allowed);
    return fill(what, sizeArgument(what, size), [shape], draw, whole ? 'int64' : undefined);
  }

  /** Sums of squares of `df` standard normal deviates. */
  chisquare(df: number): number;
  chisquare(df: Parameter, size: Sized['size'] | Sized): NDArray;
  chisquare(...args: unknown[]): Numbers {
    const { df, size } = named('chisquare', ['df', 'size'], args);
    const degrees = parameter('chisquare', 'df', df, null, ABOVE_ZERO, positive);
    return fill('chisquare', sizeArgument('chisquare', size), [degrees], (a) => chisquareDeviate(this, a));
  }

  /** Fisher's F: the ratio of two mean squares of `dfnum` and `dfden` degrees of freedom. */
  f(dfnum: number, dfden: number): number;
  f(dfnum: Parameter, dfden: Parameter, size: Sized['size'] | Sized): NDArray;
  f(...args: unknown[]): Numbers {
    const { dfnum, dfden, size } = named('f', ['dfnum', 'dfden', 'size'], args);
    const a = parameter('f', 'dfnum', dfnum, null, ABOVE_ZERO, positive);
    const b = parameter('f', 'dfden', dfden, null, ABOVE_ZERO, positive);
    return fill('f', sizeArgument('f', size), [a, b], (x, y) => fDeviate(this, x, y));
  }

  /** Student's t with `df` degrees of freedom. */
  standardT(df: number): number;
  standardT(df: Parameter, size: Sized['size'] | Sized): NDArray;
  standardT(...args: unknown[]): Numbers {
    const { df, size } = named('standardT', ['df', 'size'], args);
    const degrees = parameter('standardT', 'df', df, null, ABOVE_ZERO, positive);
    return fill('standardT', sizeArgument('standardT', size), [degrees], (a) => standardTDeviate(this, a));
  }

  /** Cauchy deviates: ratios of two normal ones. */
  standardCauchy(): number;
  standardCauchy(size: Sized['size'] | Sized): NDArray;
  standardCauchy(...args: unknown[]): Numbers {
    const { size } = named('standardCauchy', ['size'], args);
    return fill(
      'standardCauchy',
      sizeArgument('standardCauchy', size),
      [],
      () => this.nextNormal() / this.nextNormal(),
    );
  }

  /** Deviates whose density rises from `left` to `mode` and falls to `right`. */
  triangular(left: number, mode: number, right: number): number;
  triangular(left: Parameter, mode: Parameter, right: Parameter, size: Sized['size'] | Sized): NDArray;
  triangular(...args: unknown[]): Numbers {
    const { left, mode, right, size } = named('triangular', ['left', 'mode', 'right', 'size'], args);
    const limits = (
      [
        ['left', left],
        ['mode', mode],
        ['right', right],
      ] as const
    ).map(([name, value]) => parameter('triangular', name, value, null, 'a number', any));
    return fill('triangular', sizeArgument('triangular', size), limits, (a, b, c) => {
      if (!(a <= b && b <= c && a < c))
        throw new ValueError(
          `triangular: found left ${a}, mode ${b}, right ${c}, wanted left ≤ mode ≤ right, left < right.`,
        );
      return triangularDeviate(this, a, b, c);
    });
  }

  /** Inverse Gaussian deviates. */
  wald(mean: number, scale: number): number;
  wald(mean: Parameter, scale: Parameter, size: Sized['size'] | Sized): NDArray;
  wald(...args: unknown[]): Numbers {
    const { mean, scale, size } = named('wald', ['mean', 'scale', 'size'], args);
    const a = parameter('wald', 'mean', mean, null, ABOVE_ZERO, positive);
    const b = parameter('wald', 'scale', scale, null, ABOVE_ZERO, positive);
    return fill('wald', sizeArgument('wald', size), [a, b], (x, y) => waldDeviate(this, x, y, this.legacy));
  }

  /** Numbers of trials of probability `p` up to the first success. */
  geometric(p: number): number;
  geometric(p: Parameter, size: Sized['size'] | Sized): NDArray;
  geometric(...args: unknown[]): Numbers {
    const { p, size } = named('geometric', ['p', 'size'], args);
    const chance = parameter('geometric', 'p', p, null, 'a number in (0, 1]', (x) => x > 0 && x <= 1);
    const draw = (a: number) => geometricDeviate(this, a, this.legacy);
    return fill('geometric', sizeArgument('geometric', size), [chance], draw, 'int64');
  }

  /** Numbers of failures before the `n`-th success, each trial of probability `p`. */
  negativeBinomial(n: number, p: number): number;
  negativeBinomial(n: Parameter, p: Parameter, size: Sized['size'] | Sized): NDArray;
  negativeBinomial(...args: unknown[]): Numbers {
    const { n, p, size } = named('negativeBinomial', ['n', 'p', 'size'], args);
    const successes = parameter('negativeBinomial', 'n', n, null, ABOVE_ZERO, positive);
    const chance = parameter('negativeBinomial', 'p', p, null, 'a number in (0, 1]', (x) => x > 0 && x <= 1);
    const draw = (a: number, b: number) => negativeBinomialDeviate(this, a, b);
    return fill('negativeBinomial', sizeArgument('negativeBinomial', size), [successes, chance], draw, 'int64');
  }

  /** Whole numbers k with probability in proportion to p^k / k. */
  logseries(p: number): number;
  logseries(p: Parameter, size: Sized['size'] | Sized): NDArray;
  logseries(...args: unknown[]): Numbers {
    const { p, size } = named('logseries', ['p', 'size'], args);
    const chance = parameter('logseries', 'p', p, null, 'a number in [0, 1)', (x) => x >= 0 && x < 1);
    const draw = (a: number) => logseriesDeviate(this, a, this.legacy);
    return fill('logseries', sizeArgument('logseries', size), [chance], draw, 'int64');
  }

  /** How often each of the outcomes comes in `n` trials, shape (…size, outcomes); the last probability is what is left of 1. */
  multinomial(n: number, pvals: NumberArray, size?: Sized['size'] | Sized): NDArray {
    const what = 'multinomial';
    const given = named(what, ['n', 'pvals', 'size'], size === undefined ? [n, pvals] : [n, pvals, size]);
    if (!Number.isInteger(n) || n < 0) throw new ValueError(`${what}: found n = ${show(n)}, wanted an integer ≥ 0.`);
    const chances = vector(what, 'pvals', pvals);
    const sum = chances.slice(0, -1).reduce((total, p) => total + p, 0);
    if (chances.some((p) => !(p >= 0 && p <= 1)) || sum > 1 + 1e-12)
      throw new ValueError(`${what}: pvals: found ${show(pvals)}, wanted numbers of [0, 1] whose sum is at most 1.`);
    return this.#rows(what, given.size, chances.length, 'int64', (row) => {
      let rest = n;
      let left = 1;
      for (let i = 0; i < row.length - 1 && rest > 0; i++) {
        row[i] = binomialDeviate(this, rest, chances[i]! / left, this.legacy);
        rest -= row[i]!;
        left -= chances[i]!;
      }
      if (rest > 0) row[row.length - 1] = rest;
    });
  }

  /** Vectors of positive numbers whose sum is 1, shape (…size, n), with concentrations `alpha` of shape (n,). */
  dirichlet(alpha: NumberArray, size?: Sized['size'] | Sized): NDArray {
    const given = named('dirichlet', ['alpha', 'size'], size === undefined ? [alpha] : [alpha, size]);
    const weights = vector('dirichlet', 'alpha', alpha);
    const legal = this.legacy ? positive : notNegative;
    if (!weights.every(legal))
      throw new ValueError(
        `dirichlet: alpha: found ${show(alpha)}, wanted ${this.legacy ? ABOVE_ZERO : AT_LEAST_ZERO} each.`,
      );
    // The new generator breaks a stick where gamma deviates would all be 0.
    const breaks = !this.legacy && Math.max(...weights) < 0.1;
    const sums = new Float64Array(weights.length + 1);
    for (let i = weights.length - 1; i >= 0; i--) sums[i] = sums[i + 1]! + weights[i]!;
    return this.#rows('dirichlet', given.size, weights.length, undefined, (row) => {
      if (breaks) {
        let left = 1;
        for (let i = 0; i < row.length - 1 && sums[i + 1]! > 0; i++) {
          const share = betaDeviate(this, weights[i]!, sums[i + 1]!);
          row[i] = left * share;
          left *= 1 - share;
        }
        row[row.length - 1] = left;
        return;
      }
      let sum = 0;
      for (let i = 0; i < row.length; i++) {
        row[i] = gammaDeviate(this, weights[i]!);
        sum += row[i]!;
      }
      const inverse = 1 / sum;
      for (let i = 0; i < row.length; i++) row[i]! *= inverse;
    });
  }

  #rows(
    what: string,
    size: unknown,
    width: number,
    dtype: 'int64' | undefined,
    draw: (row: Float64Array) => void,
  ): NDArray {
    const given = sizeArgument(what, size);
    const shape = [...(given === null ? [] : shapeOf(given, what)), width];
    const data = new Float64Array(sizeOf(shape));
    for (let i = 0; i < data.length; i += width) draw(data.subarray(i, i + width));
    return ndArray(data, shape, dtype);
  }
}

function vector(what: string, name: string, value: NumberArray): Float64Array {
  const array = asNDArray(value, `${what}: ${name}`);
  if (array.shape.length !== 1 || array.length === 0)
    throw new ShapeError(`${what}: found ${name} of shape ${show(array.shape)}, wanted (n,).`);
  return array;
}
