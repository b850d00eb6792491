// tf.keras.metrics: classes, functions, and the way from names to them.
// Owns: the table of names. The metrics stand in the files beside it.

import { family } from '../family.ts';
import { functionsByName as lossFunctions } from '../losses/index.ts';
import { toSnakeCase } from '../names.ts';
import type { Json } from '../schema.ts';
import type { DeserializeOptions } from '../serialization.ts';
import { registerFunctions } from '../serialization.ts';
import * as accuracies from './accuracy.ts';
import { AUC } from './auc.ts';
import * as confusion from './confusion.ts';
import * as correlation from './correlation.ts';
import { F1Score, FBetaScore } from './f-score.ts';
import * as iou from './iou.ts';
import { MeanRelativeError, MeanTensor } from './mean-tensor.ts';
import { Metric, Metric_ } from './metric.ts';
import * as ofLosses from './of-losses.ts';
import { Mean, MeanMetricWrapper, type MetricFunction, Sum } from './reduction.ts';

export {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalHinge,
  hinge,
  huber,
  KLD,
  klDivergence,
  kld,
  kullbackLeiblerDivergence,
  logCosh,
  logcosh,
  MAE,
  MAPE,
  MSE,
  MSLE,
  mae,
  mape,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  mse,
  msle,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from '../losses/index.ts';
export * from './accuracy.ts';
export { AUC, type AUCOptions } from './auc.ts';
export * from './confusion.ts';
export * from './correlation.ts';
export { F1Score, type F1ScoreOptions, FBetaScore, type FBetaScoreOptions } from './f-score.ts';
export { BinaryIoU, type BinaryIoUOptions, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU } from './iou.ts';
export { MeanRelativeError, MeanTensor } from './mean-tensor.ts';
export { Metric, type MetricOptions, type StateOptions, type UpdateOptions } from './metric.ts';
export * from './of-losses.ts';
export { Mean, MeanMetricWrapper, type MetricFunction, Sum } from './reduction.ts';

const classes = {
  Metric,
  Mean,
  Sum,
  MeanMetricWrapper,
  MeanTensor,
  MeanRelativeError,
  MeanSquaredError: ofLosses.MeanSquaredError,
  RootMeanSquaredError: ofLosses.RootMeanSquaredError,
  MeanAbsoluteError: ofLosses.MeanAbsoluteError,
  MeanAbsolutePercentageError: ofLosses.MeanAbsolutePercentageError,
  MeanSquaredLogarithmicError: ofLosses.MeanSquaredLogarithmicError,
  CosineSimilarity: ofLosses.CosineSimilarity,
  LogCoshError: ofLosses.LogCoshError,
  R2Score: correlation.R2Score,
  AUC,
  FalseNegatives: confusion.FalseNegatives,
  FalsePositives: confusion.FalsePositives,
  Precision: confusion.Precision,
  PrecisionAtRecall: confusion.PrecisionAtRecall,
  Recall: confusion.Recall,
  RecallAtPrecision: confusion.RecallAtPrecision,
  SensitivityAtSpecificity: confusion.SensitivityAtSpecificity,
  SpecificityAtSensitivity: confusion.SpecificityAtSensitivity,
  TrueNegatives: confusion.TrueNegatives,
  TruePositives: confusion.TruePositives,
  ConcordanceCorrelation: correlation.ConcordanceCorrelation,
  PearsonCorrelation: correlation.PearsonCorrelation,
  Hinge: ofLosses.Hinge,
  SquaredHinge: ofLosses.SquaredHinge,
  CategoricalHinge: ofLosses.CategoricalHinge,
  KLDivergence: ofLosses.KLDivergence,
  Poisson: ofLosses.Poisson,
  BinaryCrossentropy: ofLosses.BinaryCrossentropy,
  CategoricalCrossentropy: ofLosses.CategoricalCrossentropy,
  SparseCategoricalCrossentropy: ofLosses.SparseCategoricalCrossentropy,
  Accuracy: accuracies.Accuracy,
  BinaryAccuracy: accuracies.BinaryAccuracy,
  CategoricalAccuracy: accuracies.CategoricalAccuracy,
  SparseCategoricalAccuracy: accuracies.SparseCategoricalAccuracy,
  TopKCategoricalAccuracy: accuracies.TopKCategoricalAccuracy,
  SparseTopKCategoricalAccuracy: accuracies.SparseTopKCategoricalAccuracy,
  F1Score,
  FBetaScore,
  IoU: iou.IoU,
  BinaryIoU: iou.BinaryIoU,
  MeanIoU: iou.MeanIoU,
  OneHotIoU: iou.OneHotIoU,
  OneHotMeanIoU: iou.OneHotMeanIoU,
};
const short = {
  bce: ofLosses.BinaryCrossentropy,
  BCE: ofLosses.BinaryCrossentropy,
  mse: ofLosses.MeanSquaredError,
  MSE: ofLosses.MeanSquaredError,
  mae: ofLosses.MeanAbsoluteError,
  MAE: ofLosses.MeanAbsoluteError,
  mape: ofLosses.MeanAbsolutePercentageError,
  MAPE: ofLosses.MeanAbsolutePercentageError,
  msle: ofLosses.MeanSquaredLogarithmicError,
  MSLE: ofLosses.MeanSquaredLogarithmicError,
};
const functions = {
  accuracy: accuracies.accuracy,
  binary_accuracy: accuracies.binaryAccuracy,
  categorical_accuracy: accuracies.categoricalAccuracy,
  sparse_categorical_accuracy: accuracies.sparseCategoricalAccuracy,
  top_k_categorical_accuracy: accuracies.topKCategoricalAccuracy,
  sparse_top_k_categorical_accuracy: accuracies.sparseTopKCategoricalAccuracy,
  pearson_correlation: correlation.pearsonCorrelation,
  concordance_correlation: correlation.concordanceCorrelation,
};
// Metrics of these names are classes; files that name the functions find them all the same.
registerFunctions('keras.metrics', { ...lossFunctions, ...functions });

type ClassName = Exclude<keyof typeof classes, 'Metric' | 'MeanMetricWrapper'>;
/** The names that `metrics` takes; 'accuracy' and 'crossentropy' mean what fits the model's output. */
export type Name =
  | 'accuracy'
  | 'acc'
  | 'crossentropy'
  | 'ce'
  | ClassName
  | keyof typeof short
  | 'mean'
  | 'sum'
  | 'mean_squared_error'
  | 'root_mean_squared_error'
  | 'mean_absolute_error'
  | 'mean_absolute_percentage_error'
  | 'mean_squared_logarithmic_error'
  | 'cosine_similarity'
  | 'log_cosh_error'
  | 'r2_score'
  | 'auc'
  | 'false_negatives'
  | 'false_positives'
  | 'true_negatives'
  | 'true_positives'
  | 'precision'
  | 'recall'
  | 'concordance_correlation'
  | 'pearson_correlation'
  | 'hinge'
  | 'squared_hinge'
  | 'categorical_hinge'
  | 'kl_divergence'
  | 'poisson'
  | 'binary_crossentropy'
  | 'categorical_crossentropy'
  | 'sparse_categorical_crossentropy'
  | 'binary_accuracy'
  | 'categorical_accuracy'
  | 'sparse_categorical_accuracy'
  | 'top_k_categorical_accuracy'
  | 'sparse_top_k_categorical_accuracy'
  | 'f1_score'
  | 'f_beta_score'
  | 'binary_io_u';
/** What `metrics` takes: a name, a metric, or a function; a Metric is callable, so it is a function too. */
export type Like = Name | MetricFunction;

const own = family<Metric | MetricFunction>({
  what: 'metric',
  module: 'keras.metrics',
  base: Metric_,
  members: classes,
  aliases: {
    ...Object.fromEntries(Object.entries(classes).map(([name, entry]) => [toSnakeCase(name), entry])),
    ...short,
  },
  functions: true,
});

/** The metric of a name or a config, or the metric or function itself; null for null. */
export function get(identifier: null | undefined): null;
export function get(identifier: Like | string | { [name: string]: Json }): Metric | MetricFunction;
export function get(identifier: Like | string | Json | null | undefined): Metric | MetricFunction | null;
export function get(identifier: Like | string | Json | null | undefined): Metric | MetricFunction | null {
  return own.get(identifier);
}
export const { serialize } = own;
/** The metric of a config or a name. */
export const deserialize = (config: Json, customObjects?: DeserializeOptions['customObjects']): Metric =>
  own.deserialize(config, customObjects) as Metric;
