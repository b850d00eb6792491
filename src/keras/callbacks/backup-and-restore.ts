// BackupAndRestore: training that was cut off goes on where it was when the program runs again.
// Source: https://keras.io/api/callbacks/backup_and_restore/
// Owns: the backup folder: `latest.weights.h5` (optimizer included) and `training_metadata.json`, as Keras names them.
import { type Class, callable } from '../../base/callable.ts';
import { platform } from '../../platform/platform.ts';
import * as o from '../schema.ts';
import { CallbackBase } from './callback.ts';

const options = o.schema(
  'BackupAndRestore',
  {
    backupDir: o.required(o.string),
    saveFreq: o.optional(o.either(o.oneOf('epoch'), o.integer({ min: 1 })), 'epoch'),
    doubleCheckpoint: o.optional(o.boolean, false),
    deleteCheckpoint: o.optional(o.boolean, true),
  },
  { positional: ['backupDir', 'saveFreq', 'doubleCheckpoint', 'deleteCheckpoint'] },
);
export interface BackupAndRestoreOptions extends o.OptionsOf<typeof options> {}
type Given = Omit<BackupAndRestoreOptions, 'backupDir'>;
type Args = [backupDir: string, options?: Given] | [options: BackupAndRestoreOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class BackupCallback extends CallbackBase {
  #epoch = 0;
  #batches = 0;

  constructor(...args: Args) {
    super();
    options.assign(this, args);
    if (this.saveFreq !== 'epoch')
      Object.defineProperty(this, 'onTrainBatchEnd', { value: (batch: number) => this.#batchEnd(batch) });
  }
  get #weights(): string {
    return `${this.backupDir}/latest.weights.h5`;
  }
  get #previous(): string {
    return `${this.backupDir}/prev.weights.h5`;
  }
  get #metadata(): string {
    return `${this.backupDir}/training_metadata.json`;
  }
  override async onTrainBegin(): Promise<void> {
    this.#batches = 0;
    const files = platform();
    const weights = [this.#weights, this.#previous];
    const found = (await Promise.all(weights.map((path) => files.exists(path)))).indexOf(true);
    if (found < 0 || !(await files.exists(this.#metadata))) return;
    await this.model.loadWeights(weights[found]!);
    const metadata = JSON.parse(new TextDecoder().decode(await files.readFile(this.#metadata))) as { epoch: number };
    this.#epoch = metadata.epoch;
    this.model.trainer.resumeAt = metadata.epoch;
  }
  async #save(batch: number): Promise<void> {
    const files = platform();
    if (this.doubleCheckpoint && (await files.exists(this.#weights))) await files.rename(this.#weights, this.#previous);
    await this.model.saveWeights(this.#weights);
    await files.writeFile(this.#metadata, JSON.stringify({ epoch: this.#epoch, batch }));
  }
  #batchEnd(batch: number): void | Promise<void> {
    this.#batches++;
    if (this.#batches % (this.saveFreq as number) === 0) return this.#save(batch);
  }
  override onEpochEnd(epoch: number): void | Promise<void> {
    this.#epoch = epoch + 1;
    if (this.saveFreq === 'epoch') return this.#save(0);
  }
  override async onTrainEnd(): Promise<void> {
    if (this.deleteCheckpoint) await platform().remove(this.backupDir);
  }
}
interface BackupCallback extends o.ValuesOf<typeof options> {}
export interface BackupAndRestore extends BackupCallback {}
/** @example tf.keras.callbacks.BackupAndRestore('backup') */
export const BackupAndRestore: Class<Args, BackupAndRestore> = callable(BackupCallback, 'BackupAndRestore');
