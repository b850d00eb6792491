// tf.keras.config.
export {
  disableTracebackFiltering,
  enableTracebackFiltering,
  isTracebackFilteringEnabled,
} from '../ops/debugging.ts';
export {
  backend,
  disableFlashAttention,
  disableInteractiveLogging,
  enableFlashAttention,
  enableInteractiveLogging,
  enableUnsafeDeserialization,
  epsilon,
  floatx,
  imageDataFormat,
  isFlashAttentionEnabled,
  isInteractiveLoggingEnabled,
  isNnxEnabled,
  maxEpochs,
  maxStepsPerEpoch,
  setBackend,
  setEpsilon,
  setFloatx,
  setImageDataFormat,
  setMaxEpochs,
  setMaxStepsPerEpoch,
} from './config.ts';
export { dtypePolicy, setDtypePolicy } from './dtype-policy.ts';
