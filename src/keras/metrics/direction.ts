// Whether a metric is better when it is larger or smaller, for callbacks that watch it.
// Owns: what Keras's metrics say about themselves. A metric of the user's own says it with a field `direction`.

/** null: the metric does not say; so do counts such as TruePositives. */
export type Direction = 'up' | 'down' | null;

const UP = new Set([
  'Accuracy',
  'BinaryAccuracy',
  'CategoricalAccuracy',
  'SparseCategoricalAccuracy',
  'TopKCategoricalAccuracy',
  'SparseTopKCategoricalAccuracy',
  'Precision',
  'Recall',
  'SensitivityAtSpecificity',
  'SpecificityAtSensitivity',
  'PrecisionAtRecall',
  'RecallAtPrecision',
  'AUC',
  'PearsonCorrelation',
  'ConcordanceCorrelation',
  'FBetaScore',
  'F1Score',
  'IoU',
  'BinaryIoU',
  'MeanIoU',
  'OneHotIoU',
  'OneHotMeanIoU',
  'CosineSimilarity',
  'R2Score',
]);
const DOWN = new Set([
  'Hinge',
  'SquaredHinge',
  'CategoricalHinge',
  'KLDivergence',
  'Poisson',
  'BinaryCrossentropy',
  'CategoricalCrossentropy',
  'SparseCategoricalCrossentropy',
  'MeanSquaredError',
  'MeanAbsoluteError',
  'MeanAbsolutePercentageError',
  'MeanSquaredLogarithmicError',
  'RootMeanSquaredError',
  'LogCoshError',
]);

export function directionOf(metric: object): Direction {
  const { direction } = metric as { direction?: unknown };
  if (direction === 'up' || direction === 'down') return direction;
  const { name } = metric.constructor;
  return UP.has(name) ? 'up' : DOWN.has(name) ? 'down' : null;
}
