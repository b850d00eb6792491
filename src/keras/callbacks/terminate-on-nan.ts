// TerminateOnNaN: ends training when the loss is no number any more.
import { type Class, callable } from '../../base/callable.ts';
import { platform } from '../../platform/platform.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';

class TerminateCallback extends CallbackBase {
  override onBatchEnd(batch: number, logs: Logs = {}): void {
    const { loss } = logs;
    if (loss === undefined || Number.isFinite(loss)) return;
    platform().print(`Batch ${batch}: Invalid loss, terminating training\n`);
    this.model.stopTraining = true;
  }
}
export interface TerminateOnNaN extends TerminateCallback {}
export const TerminateOnNaN: Class<[], TerminateOnNaN> = callable(TerminateCallback, 'TerminateOnNaN');
