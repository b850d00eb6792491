// tf.train.
export * from '../ops/train/examples.ts';
export {
  Checkpoint,
  CheckpointManager,
  type CheckpointManagerOptions,
  type LoadStatus,
  latestCheckpoint,
  listVariables,
  loadVariable,
} from './checkpoint.ts';
