// History: the logs of every epoch, which fit returns.
import { type Class, callable } from '../../base/callable.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';

class HistoryCallback extends CallbackBase {
  /** The numbers of the epochs. */
  epoch: number[] = [];
  /** For each log its values, epoch by epoch. */
  history: Record<string, number[]> = {};

  override onTrainBegin(): void {
    this.epoch = [];
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
  }
}
export interface History extends HistoryCallback {}
export const History: Class<[], History> = callable(HistoryCallback, 'History');
