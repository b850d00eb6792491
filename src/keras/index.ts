// The public `tf.keras` namespace.
import './layers/registry.ts';
import './symbolic/mask.ts';

export * as activations from './activations/index.ts';
export * as backend from './backend.ts';
export * as callbacks from './callbacks/index.ts';
export * as config from './public-config.ts';
export * as constraints from './constraints/index.ts';
export * as datasets from '../datasets/built-in.ts';
export { DTypePolicy } from './dtype-policy.ts';
export * as initializers from './initializers/index.ts';
export * as layers from './layers/index.ts';
export * as losses from './losses/index.ts';
export * as metrics from './metrics/index.ts';
export * as models from './models/index.ts';
export * as optimizers from './optimizers/index.ts';
export * as random from './random/index.ts';
export * as regularizers from './regularizers/index.ts';
export * as saving from './saving/index.ts';
export * as utils from './utils/index.ts';
export { Input } from './layers/core/input-layer.ts';
export { Layer } from './layers/public-layer.ts';
export { Model } from './models/functional.ts';
export { Sequential } from './models/sequential.ts';
export { KerasTensor } from './symbolic/keras-tensor.ts';
export type { CallOptions, Inputs, Logs } from './types.ts';
export type { Config, Json } from './schema.ts';
