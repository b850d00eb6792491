// tf.train.
export {
  Checkpoint,
  CheckpointManager,
  type CheckpointManagerOptions,
  type LoadStatus,
  latestCheckpoint,
  listVariables,
  loadVariable,
} from './checkpoint.ts';
