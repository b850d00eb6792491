// Metrics that are means of losses: regression errors, hinges, cross-entropies.
// Owns: the classes and their names. The formulas stand in ../losses.
import { type Class, callable } from '../../base/callable.ts';
import { negative, sqrt, square, subtract } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import * as crossEntropy from '../losses/cross-entropy.ts';
import * as hinges from '../losses/hinge.ts';
import { asDType, squeezeOrExpand } from '../losses/reduction.ts';
import * as regression from '../losses/regression.ts';
import { boolean, integer, nullable, number, optional } from '../schema.ts';
import { type UpdateArguments, updateArguments } from './metric.ts';
import { metricSchema } from './options.ts';
import { MeanBase, metricClass, type NamedArgs, type TwoArguments } from './reduction.ts';

export const MeanSquaredError = metricClass('MeanSquaredError', 'mean_squared_error', {}, regression.meanSquaredError);
export const MeanAbsoluteError = metricClass(
  'MeanAbsoluteError',
  'mean_absolute_error',
  {},
  regression.meanAbsoluteError,
);
export const MeanAbsolutePercentageError = metricClass(
  'MeanAbsolutePercentageError',
  'mean_absolute_percentage_error',
  {},
  regression.meanAbsolutePercentageError,
);
export const MeanSquaredLogarithmicError = metricClass(
  'MeanSquaredLogarithmicError',
  'mean_squared_logarithmic_error',
  {},
  regression.meanSquaredLogarithmicError,
);
export const LogCoshError = metricClass('LogCoshError', 'logcosh', {}, regression.logCosh);
/** 1 where both point the same way: the loss of that name has the other sign. */
export const CosineSimilarity = metricClass(
  'CosineSimilarity',
  'cosine_similarity',
  { axis: optional(integer(), -1, { internal: true }) },
  (yTrue, yPred, options) => negative(regression.cosineSimilarity(yTrue, yPred, options)),
);

const rootOptions = metricSchema('RootMeanSquaredError', 'root_mean_squared_error', {});
class RootMeanSquaredError_ extends MeanBase {
  constructor(...args: NamedArgs) {
    super(rootOptions.parse(args));
  }
  override updateState(...args: UpdateArguments): void {
    const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
    const [t, q] = squeezeOrExpand(asDType(yTrue, this.dtype, 'yTrue'), asDType(yPred, this.dtype, 'yPred'));
    this.accumulate(square(subtract(q, t)), sampleWeight);
  }
  override result(): Tensor {
    return sqrt(super.result());
  }
}
export interface RootMeanSquaredError extends RootMeanSquaredError_, TwoArguments {}
export const RootMeanSquaredError: Class<NamedArgs, RootMeanSquaredError> = callable(
  RootMeanSquaredError_,
  'RootMeanSquaredError',
);

export const Hinge = metricClass('Hinge', 'hinge', {}, hinges.hinge);
export const SquaredHinge = metricClass('SquaredHinge', 'squared_hinge', {}, hinges.squaredHinge);
export const CategoricalHinge = metricClass('CategoricalHinge', 'categorical_hinge', {}, hinges.categoricalHinge);
export const KLDivergence = metricClass('KLDivergence', 'kl_divergence', {}, crossEntropy.klDivergence);
export const Poisson = metricClass('Poisson', 'poisson', {}, regression.poisson);

const fromLogits = optional(boolean, false);
const labelSmoothing = optional(number({ min: 0, max: 1 }), 0);
const axis = optional(integer(), -1);
export const BinaryCrossentropy = metricClass(
  'BinaryCrossentropy',
  'binary_crossentropy',
  { fromLogits, labelSmoothing },
  crossEntropy.binaryCrossentropy,
);
export const CategoricalCrossentropy = metricClass(
  'CategoricalCrossentropy',
  'categorical_crossentropy',
  { fromLogits, labelSmoothing, axis },
  crossEntropy.categoricalCrossentropy,
);
export const SparseCategoricalCrossentropy = metricClass(
  'SparseCategoricalCrossentropy',
  'sparse_categorical_crossentropy',
  { fromLogits, ignoreClass: optional(nullable(integer()), null), axis },
  crossEntropy.sparseCategoricalCrossentropy,
);
