// ModelCheckpoint: writes the model, or its weights, at the ends of epochs or every so many batches.
// Source: https://keras.io/api/callbacks/model_checkpoint/
import { type Class, callable } from '../../base/callable.ts';
import { ValueError } from '../../base/errors.ts';
import { platform } from '../../platform/platform.ts';
import * as o from '../schema.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';
import { fillName } from './file-names.ts';
import { growing, type Monitor, mode, monitor, watched } from './monitor.ts';

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
  { positional: ['filepath'] },
);
export interface ModelCheckpointOptions extends o.OptionsOf<typeof options> {
  monitor?: Monitor | undefined;
}
type Given = Omit<ModelCheckpointOptions, 'filepath'>;
type Args = [filepath: string, options?: Given] | [options: ModelCheckpointOptions];

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
    const what = `saving model to ${file}`;
    if (this.saveBestOnly) {
      const value = watched('ModelCheckpoint', this.monitor, logs);
      if (value === undefined) return;
      const best = this.#best;
      const better = best === null || (growing(this.monitor, this.mode) ? value > best : value < best);
      if (!better) return say(`${this.monitor} did not improve from ${best.toFixed(5)}`);
      say(`${this.monitor} improved from ${best === null ? 'None' : best.toFixed(5)} to ${value.toFixed(5)}, ${what}`);
      this.#best = value;
    } else say(what);
    return this.saveWeightsOnly ? this.model.saveWeights(file) : this.model.save(file);
  }
}
interface CheckpointCallback extends o.ValuesOf<typeof options> {}
export interface ModelCheckpoint extends CheckpointCallback {}
/** @example tf.keras.callbacks.ModelCheckpoint('best-{epoch:02d}.keras', { saveBestOnly: true }) */
export const ModelCheckpoint: Class<Args, ModelCheckpoint> = callable(CheckpointCallback, 'ModelCheckpoint');
