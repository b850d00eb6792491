// tf.keras.distribution.
export { DeviceMesh, getDeviceCount, LayoutMap, listDevices, TensorLayout } from './layout.ts';
export {
  DataParallel,
  type DataParallelOptions,
  Distribution,
  distributeTensor,
  distribution,
  initialize,
  ModelParallel,
  type ModelParallelOptions,
  setDistribution,
} from './strategy.ts';
