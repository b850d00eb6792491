// cornu/tuner: hyperparameters by search, as KerasTuner has it.
export { HyperParameters, type Sampling, type Value, type Values } from './hyperparameters.ts';
export type { Objective, Trial } from './oracle.ts';
export {
  BayesianOptimization,
  type BayesianOptions,
  GridSearch,
  Hyperband,
  type HyperbandOptions,
  type HyperModel,
  RandomSearch,
  type Tuner,
  type TunerOptions,
} from './tuner.ts';
