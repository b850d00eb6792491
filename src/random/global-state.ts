// `numpy.random` itself: one generator for the whole program and its methods as functions. `keras.utils.setRandomSeed` seeds it.
import { RandomState } from './random-state.ts';

/** `object` with its methods tied to it, so that they can be taken from it. */
function tied<T extends object>(object: T): T {
  for (let level = Object.getPrototypeOf(object); level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const name of Object.getOwnPropertyNames(level)) {
      const method: unknown = Reflect.get(object, name);
      if (name !== 'constructor' && typeof method === 'function' && !Object.hasOwn(object, name)) {
        Object.defineProperty(object, name, { value: method.bind(object) });
      }
    }
  }
  return object;
}

/** The generator behind the functions of this module. */
export const globalState: RandomState = /* @__PURE__ */ tied(/* @__PURE__ */ new RandomState());

export const {
  beta,
  binomial,
  chisquare,
  choice,
  dirichlet,
  exponential,
  f,
  gamma,
  geometric,
  getState,
  gumbel,
  laplace,
  logistic,
  lognormal,
  logseries,
  multinomial,
  multivariateNormal,
  negativeBinomial,
  normal,
  pareto,
  permutation,
  poisson,
  power,
  rand,
  randint,
  randn,
  random,
  randomSample,
  rayleigh,
  seed,
  setState,
  shuffle,
  standardCauchy,
  standardExponential,
  standardGamma,
  standardNormal,
  standardT,
  triangular,
  uniform,
  wald,
  weibull,
  zipf,
} = globalState;
