// tf.keras.wrappers.
export {
  type EstimatorArgs,
  type EstimatorOptions,
  type ModelData,
  type ModelSource,
  SKLearnClassifier,
  SKLearnRegressor,
  SKLearnTransformer,
} from './estimators.ts';
