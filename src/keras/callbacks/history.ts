// History: the logs of every epoch, which fit returns.
// `loss` may be read without asking whether it is there: behind the record stands an empty list, for runs without an epoch
// and for models whose own step logs no loss. It is no key of the record then.
import { type Class, callable } from '../../base/callable.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';

export interface Histories extends Record<string, number[]> {
  loss: number[];
}
const empty = (): Histories => Object.create({ loss: [] }) as Histories;

class HistoryCallback extends CallbackBase {
  /** The numbers of the epochs. */
  epoch: number[] = [];
  /** For each log its values, epoch by epoch. */
  history: Histories = empty();

  override onTrainBegin(): void {
    this.epoch = [];
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      if (!Object.hasOwn(this.history, name)) this.history[name] = [];
      this.history[name]!.push(value);
    }
  }
}
export interface History extends HistoryCallback {}
export const History: Class<[], History> = callable(HistoryCallback, 'History');
