// CallbackList: callbacks called together by a training loop of one's own.
// Leaves the calling, and what is said when one of them throws, to run-callbacks.ts.
import { type Class, callable } from '../../base/callable.ts';
import type { ModelBase } from '../models/model.ts';
import type { Logs } from '../types.ts';
import { CallbackBase, type CallbackParams } from './callback.ts';
import { History } from './history.ts';
import { ProgbarLogger } from './progbar-logger.ts';
import { flattenCallbacks, RunCallbacks } from './run-callbacks.ts';

export interface CallbackListOptions extends Partial<CallbackParams> {
  /** Whether a History is added where the list has none; it becomes `model.history`. */
  readonly addHistory?: boolean | undefined;
  /** Whether a ProgbarLogger is added where the list has none. */
  readonly addProgbar?: boolean | undefined;
  readonly model?: ModelBase | null | undefined;
}
type Given = CallbackBase | readonly CallbackBase[] | null;

/** `const list = CallbackList([…], { model, epochs: 3 }); await list.onTrainBegin()`: a hook of all callbacks, one after the other. */
class CallbackListClass extends CallbackBase {
  readonly callbacks: readonly CallbackBase[];
  readonly #together: RunCallbacks;

  constructor(callbacks: Given = [], options: CallbackListOptions = {}) {
    super();
    const { addHistory = false, addProgbar = false, model = null, ...given } = options;
    const list = [...flattenCallbacks(callbacks)];
    if (addHistory && !list.some((callback) => callback instanceof History)) list.push(History());
    if (addProgbar && !list.some((callback) => callback instanceof ProgbarLogger)) list.push(ProgbarLogger());
    const params: CallbackParams = { ...this.params, ...given };
    this.#together = new RunCallbacks(list, model, params);
    this.callbacks = list;
    super.setParams(params);
    if (model) this.setModel(model);
  }
  override setModel(model: ModelBase): void {
    super.setModel(model);
    for (const callback of this.callbacks) {
      callback.setModel(model);
      if (callback instanceof History) model.history = callback;
    }
  }
  override setParams(params: CallbackParams): void {
    super.setParams(params);
    for (const callback of this.callbacks) callback.setParams(params);
  }
  override onTrainBegin(logs?: Logs): void | Promise<void> {
    return this.#together.call('onTrainBegin', logs);
  }
  override onTrainEnd(logs?: Logs): void | Promise<void> {
    return this.#together.call('onTrainEnd', logs);
  }
  override onEpochBegin(epoch: number, logs?: Logs): void | Promise<void> {
    return this.#together.callAt('onEpochBegin', epoch, logs);
  }
  override onEpochEnd(epoch: number, logs?: Logs): void | Promise<void> {
    return this.#together.callAt('onEpochEnd', epoch, logs);
  }
  override onTrainBatchBegin(batch: number, logs?: Logs): void | Promise<void> {
    return this.#together.callAt('onTrainBatchBegin', batch, logs);
  }
  override onTrainBatchEnd(batch: number, logs?: Logs): void | Promise<void> {
    return this.#together.callAt('onTrainBatchEnd', batch, logs);
  }
  override onBatchBegin(batch: number, logs?: Logs): void | Promise<void> {
    return this.onTrainBatchBegin(batch, logs);
  }
  override onBatchEnd(batch: number, logs?: Logs): void | Promise<void> {
    return this.onTrainBatchEnd(batch, logs);
  }
  override onTestBegin(logs?: Logs): void | Promise<void> {
    return this.#together.call('onTestBegin', logs);
  }
  override onTestEnd(logs?: Logs): void | Promise<void> {
    return this.#together.call('onTestEnd', logs);
  }
  override onTestBatchBegin(batch: number, logs?: Logs): void | Promise<void> {
    return this.#together.callAt('onTestBatchBegin', batch, logs);
  }
  override onTestBatchEnd(batch: number, logs?: Logs): void | Promise<void> {
    return this.#together.callAt('onTestBatchEnd', batch, logs);
  }
  override onPredictBegin(logs?: Logs): void | Promise<void> {
    return this.#together.call('onPredictBegin', logs);
  }
  override onPredictEnd(logs?: Logs): void | Promise<void> {
    return this.#together.call('onPredictEnd', logs);
  }
  override onPredictBatchBegin(batch: number, logs?: Logs): void | Promise<void> {
    return this.#together.callAt('onPredictBatchBegin', batch, logs);
  }
  override onPredictBatchEnd(batch: number, logs?: Logs): void | Promise<void> {
    return this.#together.callAt('onPredictBatchEnd', batch, logs);
  }
}
export interface CallbackList extends CallbackListClass {}
export const CallbackList: Class<[callbacks?: Given, options?: CallbackListOptions], CallbackList> = callable(
  CallbackListClass,
  'CallbackList',
);
