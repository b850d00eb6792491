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
  choice,
  exponential,
  gamma,
  getState,
  multivariateNormal,
  normal,
  permutation,
  poisson,
  rand,
  randint,
  randn,
  random,
  randomSample,
  seed,
  setState,
  shuffle,
  standardExponential,
  standardGamma,
  standardNormal,
  uniform,
} from './global-state.ts';
export type { NDArray, NestedNumbers, NumberArray, Parameter, Size } from './nd-array.ts';
export { type RandintOptions, RandomState, type RandomStateState, type Seed } from './random-state.ts';
export type { Entropy } from './seed-sequence.ts';
