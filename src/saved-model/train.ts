// tf.train.
export * from '../ops/train/examples.ts';
export {
  ExponentialMovingAverage,
  type ExponentialMovingAverageOptions,
} from '../ops/train/exponential-moving-average.ts';
export { Checkpoint, type LoadStatus } from './checkpoint.ts';
export {
  type CheckpointFolderState,
  type CheckpointsIteratorOptions,
  checkpointsIterator,
  getCheckpointState,
  type LoadedCheckpoint,
  latestCheckpoint,
  listVariables,
  loadCheckpoint,
  loadVariable,
} from './checkpoint-files.ts';
export { CheckpointManager, type CheckpointManagerOptions, type SaveCheckpointOptions } from './checkpoint-manager.ts';
export { CheckpointOptions } from './checkpoint-options.ts';
export { CheckpointView, TrackableView } from './checkpoint-view.ts';
