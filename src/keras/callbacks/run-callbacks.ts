// The callbacks of one run, called together.
// Owns: which hooks anyone listens to, so that nothing is read for nobody. Hooks are awaited only when they return a promise.
import { annotated, show, ValueError } from '../../base/errors.ts';
import type { ModelBase } from '../models/model.ts';
import type { ModelRun } from '../training/run-queue.ts';
import type { Logs } from '../types.ts';
import { CallbackBase, type CallbackParams, type Hook, has } from './callback.ts';

export class RunCallbacks {
  readonly callbacks: readonly CallbackBase[];
  /** The run that waits for the callbacks, once it has begun. */
  run: ModelRun | null = null;
  readonly #listeners = new Map<Hook, CallbackBase[]>();

  constructor(callbacks: readonly CallbackBase[], model: ModelBase | null, params: CallbackParams) {
    for (const callback of callbacks) {
      if (!(callback instanceof CallbackBase))
        throw new ValueError(`callbacks: found ${show(callback)}, wanted instances of Callback.`);
      if (model) callback.setModel(model);
      callback.setParams(params);
    }
    this.callbacks = callbacks;
  }
  #listening(hook: Hook): CallbackBase[] {
    let found = this.#listeners.get(hook);
    if (!found) {
      found = this.callbacks.filter((callback) => has(callback, hook));
      this.#listeners.set(hook, found);
    }
    return found;
  }
  /** Whether anyone wants to know. */
  listens(hook: Hook): boolean {
    return this.#listening(hook).length > 0;
  }
  /** Calls a hook with logs alone. */
  call(hook: Hook, logs: Logs = {}): void | Promise<void> {
    return this.#all(hook, (callback) =>
      (callback[hook] as (this: CallbackBase, logs: Logs) => void | Promise<void>).call(callback, logs),
    );
  }
  /** Calls a hook with the number of the epoch or batch. */
  callAt(hook: Hook, index: number, logs: Logs = {}): void | Promise<void> {
    return this.#all(hook, (callback) =>
      (callback[hook] as (this: CallbackBase, index: number, logs: Logs) => void | Promise<void>).call(
        callback,
        index,
        logs,
      ),
    );
  }
  #all(hook: Hook, visit: (callback: CallbackBase) => void | Promise<void>): void | Promise<void> {
    const list = this.#listening(hook);
    if (list.length === 0) return;
    const each = (): void | Promise<void> => this.#each(hook, list, 0, visit);
    return this.run ? this.run.waitFor(each, `callbacks: ${hook}`) : each();
  }
  #each(
    hook: Hook,
    list: readonly CallbackBase[],
    from: number,
    visit: (callback: CallbackBase) => void | Promise<void>,
  ): void | Promise<void> {
    for (let i = from; i < list.length; i++) {
      const callback = list[i]!;
      const fail = (error: unknown): never => {
        throw annotated(error, `thrown by ${callback.constructor.name}.${hook}`);
      };
      let waiting: void | Promise<void>;
      try {
        waiting = visit(callback);
      } catch (error) {
        return fail(error);
      }
      if (waiting instanceof Promise) return waiting.then(() => this.#each(hook, list, i + 1, visit), fail);
    }
  }
}

/** All callbacks of a list, lists in it included. */
export const flattenCallbacks = (given: unknown): CallbackBase[] =>
  given === null || given === undefined ? [] : ((Array.isArray(given) ? given : [given]).flat(3) as CallbackBase[]);
