// tf.keras.losses: classes, functions, and the way from names to them.
// Owns: the table of names. The formulas stand in the files beside it.
import type { Tensor } from '../../runtime/tensor.ts';
import { family } from '../family.ts';
import type { Json } from '../schema.ts';
import type { DeserializeOptions } from '../serialization.ts';
import { Circle, circle } from './circle.ts';
import * as crossEntropy from './cross-entropy.ts';
import { CTC, ctc } from './ctc.ts';
import * as focal from './focal.ts';
import * as hinges from './hinge.ts';
import { Loss, Loss_, type LossFunction, LossFunctionWrapper } from './loss.ts';
import * as overlap from './overlap.ts';
import * as regression from './regression.ts';

export { Circle, circle } from './circle.ts';
export {
  BinaryCrossentropy,
  binaryCrossentropy,
  CategoricalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  categoricalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  KLDivergence,
  klDivergence,
  klDivergence as kld,
  klDivergence as KLD,
  klDivergence as kullbackLeiblerDivergence,
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './cross-entropy.ts';
export { CTC, ctc } from './ctc.ts';
export * from './focal.ts';
export * from './hinge.ts';
export { type CallOptions, Loss, type LossFunction, LossFunctionWrapper, type LossOptions } from './loss.ts';
export * from './overlap.ts';
export { Reduction } from './reduction.ts';
export {
  CosineSimilarity,
  cosineSimilarity,
  Huber,
  huber,
  LogCosh,
  logCosh,
  logCosh as logcosh,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  meanAbsoluteError,
  meanAbsoluteError as mae,
  meanAbsoluteError as MAE,
  meanAbsolutePercentageError,
  meanAbsolutePercentageError as mape,
  meanAbsolutePercentageError as MAPE,
  meanSquaredError,
  meanSquaredError as mse,
  meanSquaredError as MSE,
  meanSquaredLogarithmicError,
  meanSquaredLogarithmicError as msle,
  meanSquaredLogarithmicError as MSLE,
  Poisson,
  poisson,
} from './regression.ts';

const classes = {
  Loss,
  LossFunctionWrapper,
  KLDivergence: crossEntropy.KLDivergence,
  Poisson: regression.Poisson,
  BinaryCrossentropy: crossEntropy.BinaryCrossentropy,
  BinaryFocalCrossentropy: focal.BinaryFocalCrossentropy,
  CategoricalCrossentropy: crossEntropy.CategoricalCrossentropy,
  CategoricalFocalCrossentropy: focal.CategoricalFocalCrossentropy,
  CategoricalGeneralizedCrossEntropy: crossEntropy.CategoricalGeneralizedCrossEntropy,
  SparseCategoricalCrossentropy: crossEntropy.SparseCategoricalCrossentropy,
  MeanSquaredError: regression.MeanSquaredError,
  MeanAbsoluteError: regression.MeanAbsoluteError,
  MeanAbsolutePercentageError: regression.MeanAbsolutePercentageError,
  MeanSquaredLogarithmicError: regression.MeanSquaredLogarithmicError,
  CosineSimilarity: regression.CosineSimilarity,
  LogCosh: regression.LogCosh,
  Huber: regression.Huber,
  Hinge: hinges.Hinge,
  SquaredHinge: hinges.SquaredHinge,
  CategoricalHinge: hinges.CategoricalHinge,
  Dice: overlap.Dice,
  Tversky: overlap.Tversky,
  Circle,
  CTC,
};
/** The functions by their names in files. */
export const functionsByName = {
  kl_divergence: crossEntropy.klDivergence,
  poisson: regression.poisson,
  binary_crossentropy: crossEntropy.binaryCrossentropy,
  binary_focal_crossentropy: focal.binaryFocalCrossentropy,
  categorical_crossentropy: crossEntropy.categoricalCrossentropy,
  categorical_focal_crossentropy: focal.categoricalFocalCrossentropy,
  categorical_generalized_cross_entropy: crossEntropy.categoricalGeneralizedCrossEntropy,
  sparse_categorical_crossentropy: crossEntropy.sparseCategoricalCrossentropy,
  mean_squared_error: regression.meanSquaredError,
  mean_absolute_error: regression.meanAbsoluteError,
  mean_absolute_percentage_error: regression.meanAbsolutePercentageError,
  mean_squared_logarithmic_error: regression.meanSquaredLogarithmicError,
  cosine_similarity: regression.cosineSimilarity,
  log_cosh: regression.logCosh,
  huber: regression.huber,
  hinge: hinges.hinge,
  squared_hinge: hinges.squaredHinge,
  categorical_hinge: hinges.categoricalHinge,
  dice: overlap.dice,
  tversky: overlap.tversky,
  circle,
  ctc,
} as const;
const short = {
  bce: crossEntropy.binaryCrossentropy,
  BCE: crossEntropy.binaryCrossentropy,
  kld: crossEntropy.klDivergence,
  KLD: crossEntropy.klDivergence,
  mae: regression.meanAbsoluteError,
  MAE: regression.meanAbsoluteError,
  mse: regression.meanSquaredError,
  MSE: regression.meanSquaredError,
  mape: regression.meanAbsolutePercentageError,
  MAPE: regression.meanAbsolutePercentageError,
  msle: regression.meanSquaredLogarithmicError,
  MSLE: regression.meanSquaredLogarithmicError,
} as const;
/** Names of Keras 2. */
const former = {
  logcosh: regression.logCosh,
  huber_loss: regression.huber,
  kullback_leibler_divergence: crossEntropy.klDivergence,
} as const;

/** The names that `loss` takes. */
export type Name =
  | keyof typeof functionsByName
  | keyof typeof short
  | keyof typeof former
  | Exclude<keyof typeof classes, 'Loss' | 'LossFunctionWrapper'>;
/** What `loss` takes: a name, a loss, or a function; a Loss is callable, so it is a function too. */
export type Like = Name | LossFunction;

const own = family<LossFunction>({
  what: 'loss',
  module: 'keras.losses',
  base: Loss_,
  members: { ...classes, ...functionsByName },
  aliases: { ...short, ...former },
  functions: true,
});

/** The loss of a name (a function), of a class's name or a config (an instance), or as it is; null for null. */
export function get(identifier: null | undefined): null;
export function get(identifier: Like | string | { [name: string]: Json }): LossFunction;
export function get(identifier: Like | string | Json | null | undefined): LossFunction | null;
export function get(identifier: Like | string | Json | null | undefined): LossFunction | null {
  return own.get(identifier);
}
export const { serialize } = own;
/** The loss of a config or a name. */
export const deserialize = (
  config: Json,
  customObjects?: DeserializeOptions['customObjects'],
): Loss & ((yTrue: Tensor, yPred: Tensor) => Tensor) => own.deserialize(config, customObjects) as Loss;
