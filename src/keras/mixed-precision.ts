// tf.keras.mixedPrecision: dtype policies by their older names.
export {
  DTypePolicy,
  DTypePolicy as Policy,
  dtypePolicy,
  dtypePolicy as globalPolicy,
  setDtypePolicy,
  setDtypePolicy as setGlobalPolicy,
} from './dtype-policy.ts';
export { LossScaleOptimizer } from './optimizers/index.ts';
