// tf.train.CheckpointOptions: how checkpoints are written and read.
import { type Class, callable } from '../base/callable.ts';
import { ValueError } from '../base/errors.ts';

interface Given {
  /** The machine that writes; there is one. */
  readonly experimentalIoDevice?: string | null | undefined;
  /** Writing never holds the program up here: every call gives a promise. */
  readonly experimentalEnableAsyncCheckpoint?: boolean | undefined;
  /** Called with the prefix when the files are written. */
  readonly experimentalWriteCallbacks?: readonly ((prefix: string) => void | Promise<void>)[] | null | undefined;
  readonly enableAsync?: boolean | undefined;
  /** Leaves what an optimizer keeps for each variable as it is. */
  readonly experimentalSkipSlotVariables?: boolean | undefined;
  /** Checkpoints are written as one data file: null. */
  readonly experimentalShardingCallback?: null | undefined;
}
class CheckpointOptionsBase implements Given {
  readonly experimentalIoDevice: string | null;
  readonly experimentalEnableAsyncCheckpoint: boolean;
  readonly experimentalWriteCallbacks: readonly ((prefix: string) => void | Promise<void>)[] | null;
  readonly enableAsync: boolean;
  readonly experimentalSkipSlotVariables: boolean;
  readonly experimentalShardingCallback: null = null;
  constructor(options: Given = {}) {
    this.experimentalIoDevice = options.experimentalIoDevice ?? null;
    this.experimentalEnableAsyncCheckpoint = options.experimentalEnableAsyncCheckpoint ?? false;
    this.experimentalWriteCallbacks = options.experimentalWriteCallbacks ?? null;
    this.enableAsync = options.enableAsync ?? false;
    this.experimentalSkipSlotVariables = options.experimentalSkipSlotVariables ?? false;
    if ((options.experimentalShardingCallback ?? null) !== null)
      throw new ValueError(
        'CheckpointOptions: experimentalShardingCallback: checkpoints are written as one data file; leave it out.',
      );
  }
}
export interface CheckpointOptions extends Given {}
export const CheckpointOptions: Class<[options?: Given], CheckpointOptions> = callable(
  CheckpointOptionsBase,
  'CheckpointOptions',
);
