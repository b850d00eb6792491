// EarlyStopping: ends training when a log no longer gets better.
// Source: https://keras.io/api/callbacks/early_stopping/
import { type Class, callable } from '../../base/callable.ts';
import { platform } from '../../platform/platform.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import * as o from '../schema.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';
import { improves, type Monitor, mode, monitor, watched } from './monitor.ts';

const options = o.schema(
  'EarlyStopping',
  {
    monitor: o.optional(monitor, 'val_loss'),
    minDelta: o.optional(o.number(), 0),
    patience: o.optional(o.integer({ min: 0 }), 0),
    verbose: o.optional(o.integer({ min: 0, max: 1 }), 0),
    mode: o.optional(mode, 'auto'),
    baseline: o.optional(o.nullable(o.number()), null),
    restoreBestWeights: o.optional(o.boolean, false),
    startFromEpoch: o.optional(o.integer({ min: 0 }), 0),
  },
  {
    positional: [
      'monitor',
      'minDelta',
      'patience',
      'verbose',
      'mode',
      'baseline',
      'restoreBestWeights',
      'startFromEpoch',
    ],
  },
);
export interface EarlyStoppingOptions extends o.OptionsOf<typeof options> {
  monitor?: Monitor | undefined;
}
type Args = [monitor: Monitor, options?: EarlyStoppingOptions] | [options?: EarlyStoppingOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class EarlyStoppingCallback extends CallbackBase {
  #best: number | null = null;
  #bestEpoch = 0;
  #wait = 0;
  #weights: Tensor[] | null = null;
  stoppedEpoch = 0;

  constructor(...args: Args) {
    super();
    options.assign(this, args);
  }
  get best(): number | null {
    return this.#best;
  }
  override onTrainBegin(): void {
    this.#best = null;
    this.#wait = 0;
    this.#weights = null;
    this.stoppedEpoch = 0;
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    const value = watched('EarlyStopping', this.monitor, logs);
    if (value === undefined || epoch < this.startFromEpoch) return;
    if (this.restoreBestWeights && !this.#weights) {
      this.#weights = this.model.getWeights();
      this.#bestEpoch = epoch;
    }
    this.#wait++;
    if (improves(this, value, this.#best, this.minDelta)) {
      this.#best = value;
      this.#bestEpoch = epoch;
      if (this.restoreBestWeights) this.#weights = this.model.getWeights();
      // A baseline has to be beaten before waiting begins anew.
      if (this.baseline === null || improves(this, value, this.baseline, this.minDelta)) this.#wait = 0;
      return;
    }
    if (this.#wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }
  override onTrainEnd(): void {
    if (this.stoppedEpoch > 0 && this.verbose > 0) platform().print(`Epoch ${this.stoppedEpoch + 1}: early stopping\n`);
    if (this.restoreBestWeights && this.#weights) {
      if (this.verbose > 0)
        platform().print(`Restoring model weights from the end of the best epoch: ${this.#bestEpoch + 1}.\n`);
      this.model.setWeights(this.#weights);
    }
  }
}
interface EarlyStoppingCallback extends o.ValuesOf<typeof options> {}
export interface EarlyStopping extends EarlyStoppingCallback {}
export const EarlyStopping: Class<Args, EarlyStopping> = callable(EarlyStoppingCallback, 'EarlyStopping');
