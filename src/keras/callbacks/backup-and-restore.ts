// BackupAndRestore: training that was cut off goes on where it was when the program runs again.
// Source: https://keras.io/api/callbacks/backup_and_restore/
// Owns: the backup folder: `latest.weights.h5` (optimizer included) and `training_metadata.json`, as Keras names them.
// A process may end between any two writes: the metadata is written before the weights and after them, and says which
// count of the optimizer's steps belongs to which place in training. Weights and place always fit together.
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

/** A place in training, and how many steps the optimizer had made there. */
interface Place {
  readonly epoch: number;
  readonly batch: number;
  /** Steps of the running epoch that are done. */
  readonly steps: number;
  readonly iterations: number;
}
interface Metadata extends Partial<Place> {
  readonly epoch: number;
  /** What the weights may be by now. */
  readonly next?: Place;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class BackupCallback extends CallbackBase {
  #epoch = 0;
  #batches = 0;
  #kept: Metadata | null = null;

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
  get #iterations(): number {
    return Number(this.model.optimizer.iterations.item());
  }
  override async onTrainBegin(): Promise<void> {
    this.#batches = 0;
    this.#kept = null;
    const files = platform();
    const weights = [this.#weights, this.#previous];
    const found = (await Promise.all(weights.map((path) => files.exists(path)))).indexOf(true);
    if (found < 0 || !(await files.exists(this.#metadata))) return;
    const metadata = JSON.parse(new TextDecoder().decode(await files.readFile(this.#metadata))) as Metadata;
    await this.model.loadWeights(weights[found]!);
    const { next } = metadata;
    const place = next && next.iterations === this.#iterations ? next : metadata;
    this.#kept = place;
    this.#epoch = place.epoch;
    this.model.trainer.resumeAt = { epoch: place.epoch, steps: place.steps ?? 0 };
  }
  async #save(batch: number, steps: number): Promise<void> {
    const files = platform();
    const write = (content: Metadata) => files.writeFile(this.#metadata, JSON.stringify(content));
    const place = { epoch: this.#epoch, batch, steps, iterations: this.#iterations };
    // Before the first save there is no place that other weights could belong to.
    await write({ ...(this.#kept ?? place), next: place });
    if (this.doubleCheckpoint && (await files.exists(this.#weights))) await files.rename(this.#weights, this.#previous);
    await this.model.saveWeights(this.#weights);
    await write(place);
    this.#kept = place;
  }
  #batchEnd(batch: number): void | Promise<void> {
    this.#batches++;
    if (this.#batches % (this.saveFreq as number) === 0) return this.#save(batch, batch + 1);
  }
  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }
  override onEpochEnd(epoch: number): void | Promise<void> {
    this.#epoch = epoch + 1;
    if (this.saveFreq === 'epoch') return this.#save(0, 0);
  }
  override async onTrainEnd(): Promise<void> {
    if (this.deleteCheckpoint) await platform().remove(this.backupDir);
  }
}
interface BackupCallback extends o.ValuesOf<typeof options> {}
export interface BackupAndRestore extends BackupCallback {}
/** @example tf.keras.callbacks.BackupAndRestore('backup') */
export const BackupAndRestore: Class<Args, BackupAndRestore> = callable(BackupCallback, 'BackupAndRestore');
