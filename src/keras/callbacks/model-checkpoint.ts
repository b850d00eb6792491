// ModelCheckpoint: writes the model, or its weights, at the ends of epochs or every so many batches.
// Source: https://keras.io/api/callbacks/model_checkpoint/
import { type Class, callable } from '../../base/callable.ts';
import { ValueError } from '../../base/errors.ts';
import { toFixed } from '../../base/python-format.ts';
import { platform } from '../../platform/platform.ts';
import * as o from '../schema.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';
import { fillName } from './file-names.ts';
import { improves, type Monitor, mode, monitor, watched } from './monitor.ts';

const options = o.schema(
  'ModelCheckpoint',
  {
    filepath: o.required(o.string),
    monitor: o.optional(monitor, 'val_loss'),
    verbose: o.optional(o.integer({ min: 0, max: 1 }), 0),
    saveBestOnly: o.optional(o.boolean, false),
    saveWeightsOnly: o.optional(o.boolean, false),
    mode: o.optional(mode, 'auto'),
    saveFreq: o.optional(o.either(o.oneOf('epoch'), o.integer({ min: 1 })), 'epoch'),
    initialValueThreshold: o.optional(o.nullable(o.number()), null),
  },
  {
    positional: [
      'filepath',
      'monitor',
      'verbose',
      'saveBestOnly',
      'saveWeightsOnly',
      'mode',
      'saveFreq',
      'initialValueThreshold',
    ],
  },
);
export interface ModelCheckpointOptions extends o.OptionsOf<typeof options> {
  monitor?: Monitor | undefined;
}
type Given = Omit<ModelCheckpointOptions, 'filepath'>;
type Args =
  | [filepath: string, options?: Given]
  | [filepath: string, monitor: Monitor, options?: Given]
  | [options: ModelCheckpointOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class CheckpointCallback extends CallbackBase {
  #best: number | null = null;
  #epoch = 0;
  #seen = 0;
  #lastBatch = 0;

  constructor(...args: Args) {
    super();
    options.assign(this, args);
    this.#best = this.initialValueThreshold;
    const wanted = this.saveWeightsOnly ? /\.weights\.h5$/ : /\.(keras|h5)$/;
    if (!wanted.test(this.filepath))
      throw new ValueError(
        `ModelCheckpoint: filepath: found '${this.filepath}', wanted a name that ends in ${this.saveWeightsOnly ? "'.weights.h5', for saveWeightsOnly is true" : "'.keras'"}.`,
      );
    // Logs of batches are read out of the engine only for those who listen.
    if (this.saveFreq !== 'epoch')
      Object.defineProperty(this, 'onTrainBatchEnd', {
        value: (batch: number, logs: Logs = {}) => this.#batchEnd(batch, logs),
      });
  }
  /** The best value of the log so far. */
  get best(): number | null {
    return this.#best;
  }
  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }
  #batchEnd(batch: number, logs: Logs): void | Promise<void> {
    this.#seen += batch <= this.#lastBatch ? batch + 1 : batch - this.#lastBatch;
    this.#lastBatch = batch;
    if (this.#seen < (this.saveFreq as number)) return;
    this.#seen = 0;
    return this.#save(this.#epoch, { batch: batch + 1, ...logs });
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void | Promise<void> {
    if (this.saveFreq === 'epoch') return this.#save(epoch, logs);
  }
  async #save(epoch: number, logs: Logs): Promise<void> {
    const file = fillName(this.filepath, { epoch: epoch + 1, ...logs }, 'ModelCheckpoint');
    const say = (text: string): void => {
      if (this.verbose > 0) platform().print(`\nEpoch ${epoch + 1}: ${text}\n`);
    };
    if (this.saveBestOnly) {
      const value = watched('ModelCheckpoint', this.monitor, logs);
      // Better one file too many than none at all.
      if (value !== undefined) {
        const best = this.#best === null ? 'None' : toFixed(this.#best, 5);
        if (!improves(this, value, this.#best)) return say(`${this.monitor} did not improve from ${best}`);
        say(`${this.monitor} improved from ${best} to ${toFixed(value, 5)}, saving model to ${file}`);
        this.#best = value;
      }
    } else say(`saving model to ${file}`);
    await (this.saveWeightsOnly ? this.model.saveWeights(file) : this.model.save(file));
    say(`finished saving model to ${file}`);
  }
}
interface CheckpointCallback extends o.ValuesOf<typeof options> {}
export interface ModelCheckpoint extends CheckpointCallback {}
/** @example tf.keras.callbacks.ModelCheckpoint('best-{epoch:02d}.keras', { saveBestOnly: true }) */
export const ModelCheckpoint: Class<Args, ModelCheckpoint> = callable(CheckpointCallback, 'ModelCheckpoint');
