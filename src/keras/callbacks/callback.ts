// The base of callbacks: what happens at the beginnings and ends of training, epochs and batches.
// Owns: the hooks, all empty. `logs` hold the metrics so far; at ends of batches they cost a copy out of the engine, made
// only for callbacks that have such a hook.
import { type Class, callable } from '../../base/callable.ts';
import { StateError } from '../../base/errors.ts';
import { inspect, shortForm } from '../../base/short-form.ts';
import type { ModelBase } from '../models/model.ts';
import type { Logs } from '../types.ts';

export interface CallbackParams {
  readonly verbose: number | 'auto';
  readonly epochs: number;
  readonly steps: number | null;
}

export class CallbackBase {
  #model: ModelBase | null = null;
  params: CallbackParams = { verbose: 0, epochs: 1, steps: null };

  get model(): ModelBase {
    if (this.#model) return this.#model;
    throw new StateError(`${this.constructor.name}: the callback has no model; give it to fit, evaluate or predict.`);
  }
  toString(): string {
    return shortForm(this);
  }
  [inspect](): string {
    return this.toString();
  }
  setModel(model: ModelBase): void {
    this.#model = model;
  }
  setParams(params: CallbackParams): void {
    this.params = params;
  }
  onTrainBegin(_logs?: Logs): void | Promise<void> {}
  onTrainEnd(_logs?: Logs): void | Promise<void> {}
  onEpochBegin(_epoch: number, _logs?: Logs): void | Promise<void> {}
  onEpochEnd(_epoch: number, _logs?: Logs): void | Promise<void> {}
  /** The same as onTrainBatchBegin, by its older name. */
  onBatchBegin(_batch: number, _logs?: Logs): void | Promise<void> {}
  onBatchEnd(_batch: number, _logs?: Logs): void | Promise<void> {}
  onTrainBatchBegin(batch: number, logs?: Logs): void | Promise<void> {
    return this.onBatchBegin(batch, logs);
  }
  onTrainBatchEnd(batch: number, logs?: Logs): void | Promise<void> {
    return this.onBatchEnd(batch, logs);
  }
  onTestBegin(_logs?: Logs): void | Promise<void> {}
  onTestEnd(_logs?: Logs): void | Promise<void> {}
  onTestBatchBegin(_batch: number, _logs?: Logs): void | Promise<void> {}
  onTestBatchEnd(_batch: number, _logs?: Logs): void | Promise<void> {}
  onPredictBegin(_logs?: Logs): void | Promise<void> {}
  onPredictEnd(_logs?: Logs): void | Promise<void> {}
  onPredictBatchBegin(_batch: number, _logs?: Logs): void | Promise<void> {}
  onPredictBatchEnd(_batch: number, _logs?: Logs): void | Promise<void> {}
}
export interface Callback extends CallbackBase {}
export const Callback: Class<[], Callback> = callable(CallbackBase, 'Callback');
export type Hook = Extract<keyof CallbackBase, `on${string}`>;

/** Whether the callback does something at that hook. */
export function has(callback: CallbackBase, hook: Hook): boolean {
  if (callback[hook] !== CallbackBase.prototype[hook]) return true;
  if (hook === 'onTrainBatchBegin') return callback.onBatchBegin !== CallbackBase.prototype.onBatchBegin;
  return hook === 'onTrainBatchEnd' && callback.onBatchEnd !== CallbackBase.prototype.onBatchEnd;
}
