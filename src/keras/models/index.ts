// tf.keras.models.

export { loadModel, saveModel } from '../saving/load-model.ts';
export type {
  CompileOptions,
  EvaluateOptions,
  FitOptions,
  RunOptions,
  Scores,
  Source,
  Training,
  Verbose,
} from '../training/types.ts';
export { cloneModel } from './clone.ts';
export { modelFromConfig, modelFromJSON, modelFromJSON as modelFromJson } from './from-json.ts';
export { FunctionalModel as Functional, Model, type ModelClass } from './functional.ts';
export { Sequential } from './sequential.ts';
export type { SummaryOptions } from './summary-parts.ts';
