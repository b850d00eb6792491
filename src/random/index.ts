// `cornu/random`: seeded numbers equal to NumPy's and Python's. `RandomState`, `defaultRng` and the functions are
// `numpy.random`'s, `Random` is Python's `random.Random`. TensorFlow's own numbers are `tf.random`.
export type { MersenneTwisterState } from '../base/random/mersenne-twister.ts';
export { type PythonSeed, Random } from '../base/random/python-random.ts';
export type { IntegerDType } from './bounded-integers.ts';
export type { Choice, ChoiceOptions } from './choice.ts';
export { defaultRng, Generator, type IntegersOptions } from './generator.ts';
export {
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
} from './global-state.ts';
export type { NDArray, NestedNumbers, NumberArray, Parameter, Size } from './nd-array.ts';
export { type RandintOptions, RandomState, type RandomStateState, type Seed } from './random-state.ts';
export type { Entropy } from './seed-sequence.ts';
