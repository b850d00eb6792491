// tf.random.
export {
  allCandidateSampler,
  type Candidates,
  fixedUnigramCandidateSampler,
  logUniformCandidateSampler,
  uniformCandidateSampler,
} from './candidates.ts';
export * as experimental from './experimental.ts';
export {
  Algorithm,
  createRngState,
  Generator,
  type GeneratorSeed,
  getGlobalGenerator,
  setGlobalGenerator,
} from './generator.ts';
export {
  gamma,
  poisson,
  statelessBinomial,
  statelessGamma,
  statelessParameterizedTruncatedNormal,
  statelessPoisson,
} from './parametric.ts';
export { categorical, normal, setSeed, shuffle, truncatedNormal, uniform } from './stateful.ts';
export {
  foldIn,
  split,
  statelessCategorical,
  statelessNormal,
  statelessTruncatedNormal,
  statelessUniform,
} from './stateless.ts';
