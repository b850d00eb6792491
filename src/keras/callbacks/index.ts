// tf.keras.callbacks.
export { BackupAndRestore, type BackupAndRestoreOptions } from './backup-and-restore.ts';
export { Callback } from './callback.ts';
export { CallbackList, type CallbackListOptions } from './callback-list.ts';
export { CSVLogger, type CSVLoggerOptions } from './csv-logger.ts';
export { EarlyStopping, type EarlyStoppingOptions } from './early-stopping.ts';
export { History } from './history.ts';
export { LambdaCallback, type LambdaCallbackOptions } from './lambda-callback.ts';
export { LearningRateScheduler, type Schedule } from './learning-rate-scheduler.ts';
export { ModelCheckpoint, type ModelCheckpointOptions } from './model-checkpoint.ts';
export type { Mode, Monitor } from './monitor.ts';
export { ProgbarLogger } from './progbar-logger.ts';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce-lr-on-plateau.ts';
export { RemoteMonitor, type RemoteMonitorOptions } from './remote-monitor.ts';
export { SwapEMAWeights, type SwapEMAWeightsOptions } from './swap-ema-weights.ts';
export { TensorBoard, type TensorBoardOptions } from './tensor-board.ts';
export { TerminateOnNaN } from './terminate-on-nan.ts';
