// tf.keras.backend: settings, and the functions that Keras 2 computed with, as TensorFlow still gives them.
export * from './backend-arrays.ts';
export * from './backend-nn.ts';
export { backend, epsilon, floatx, imageDataFormat, setEpsilon, setFloatx, setImageDataFormat } from './config.ts';
export { clearSession, getUid } from './session.ts';
export { isKerasTensor } from './symbolic/keras-tensor.ts';
export { isFloatDtype, isIntDtype, resultType, standardizeDtype } from './utils/dtypes.ts';
