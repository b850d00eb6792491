// tf.keras.backend: what is left of it.
export { backend, epsilon, floatx, imageDataFormat, setEpsilon, setFloatx, setImageDataFormat } from './config.ts';
export { clearSession, getUid } from './session.ts';
export { isKerasTensor } from './symbolic/keras-tensor.ts';
export { isFloatDtype, isIntDtype, resultType, standardizeDtype } from './utils/dtypes.ts';
