// ReduceLROnPlateau: makes the learning rate smaller when a log no longer gets better.
// Source: https://keras.io/api/callbacks/reduce_lr_on_plateau/
import { type Class, callable } from '../../base/callable.ts';
import { ValueError } from '../../base/errors.ts';
import { pythonRepr } from '../../base/python-format.ts';
import { platform } from '../../platform/platform.ts';
import * as o from '../schema.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';
import { rateOf, setRate } from './learning-rate-scheduler.ts';
import { improves, type Monitor, mode, monitor, watched } from './monitor.ts';

const options = o.schema(
  'ReduceLROnPlateau',
  {
    monitor: o.optional(monitor, 'val_loss'),
    factor: o.optional(o.number({ min: 0 }), 0.1),
    patience: o.optional(o.integer({ min: 0 }), 10),
    verbose: o.optional(o.integer({ min: 0, max: 1 }), 0),
    mode: o.optional(mode, 'auto'),
    minDelta: o.optional(o.number(), 1e-4),
    cooldown: o.optional(o.integer({ min: 0 }), 0),
    minLr: o.optional(o.number({ min: 0 }), 0),
  },
  { positional: ['monitor', 'factor', 'patience', 'verbose', 'mode', 'minDelta', 'cooldown', 'minLr'] },
);
export interface ReduceLROnPlateauOptions extends o.OptionsOf<typeof options> {
  monitor?: Monitor | undefined;
}
type Args = [monitor: Monitor, options?: ReduceLROnPlateauOptions] | [options?: ReduceLROnPlateauOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ReduceCallback extends CallbackBase {
  #best: number | null = null;
  #wait = 0;
  #cooling = 0;

  constructor(...args: Args) {
    super();
    options.assign(this, args);
    if (this.factor >= 1)
      throw new ValueError(`ReduceLROnPlateau: factor: found ${this.factor}, wanted a number below 1.`);
  }
  override onTrainBegin(): void {
    this.#best = null;
    this.#wait = 0;
    this.#cooling = 0;
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    const rate = rateOf(this.model, 'ReduceLROnPlateau');
    logs.learning_rate = rate.item();
    const value = watched('ReduceLROnPlateau', this.monitor, logs);
    if (value === undefined) return;
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#wait = 0;
    }
    if (improves(this, value, this.#best, this.minDelta)) {
      this.#best = value;
      this.#wait = 0;
    } else if (this.#cooling === 0) {
      this.#wait++;
      if (this.#wait < this.patience) return;
      const old = rate.item();
      if (old <= Math.fround(this.minLr)) return;
      const next = Math.max(old * this.factor, this.minLr);
      setRate(rate, next);
      if (this.verbose > 0)
        platform().print(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${pythonRepr(next)}.\n`);
      this.#cooling = this.cooldown;
      this.#wait = 0;
    }
  }
}
interface ReduceCallback extends o.ValuesOf<typeof options> {}
export interface ReduceLROnPlateau extends ReduceCallback {}
export const ReduceLROnPlateau: Class<Args, ReduceLROnPlateau> = callable(ReduceCallback, 'ReduceLROnPlateau');
