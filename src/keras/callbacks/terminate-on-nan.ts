// TerminateOnNaN: ends training when the loss is no number any more.
import { type Class, callable } from '../../base/callable.ts';
import { StateError } from '../../base/errors.ts';
import { platform } from '../../platform/platform.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';

export interface TerminateOnNaNOptions {
  /** Whether the run ends in an error, without onTrainEnd of other callbacks. */
  readonly raiseError?: boolean | undefined;
}
class TerminateCallback extends CallbackBase {
  readonly raiseError: boolean;
  constructor(options: boolean | TerminateOnNaNOptions = {}) {
    super();
    this.raiseError = typeof options === 'boolean' ? options : (options.raiseError ?? false);
  }
  override onBatchEnd(batch: number, logs: Logs = {}): void {
    const { loss } = logs;
    if (loss === undefined || Number.isFinite(loss)) return;
    if (this.raiseError) throw new StateError(`NaN or Inf loss encountered at batch ${batch}: loss is ${loss}.`);
    platform().print(`Batch ${batch}: Invalid loss, terminating training\n`);
    this.model.stopTraining = true;
  }
}
export interface TerminateOnNaN extends TerminateCallback {}
export const TerminateOnNaN: Class<[raiseError?: boolean] | [options?: TerminateOnNaNOptions], TerminateOnNaN> =
  callable(TerminateCallback, 'TerminateOnNaN');
