// LambdaCallback: hooks given as functions.
import { type Class, callable } from '../../base/callable.ts';
import { didYouMean, show, ValueError } from '../../base/errors.ts';
import type { Logs } from '../types.ts';
import { CallbackBase, type Hook } from './callback.ts';

type AtIndex = (index: number, logs?: Logs) => void | Promise<void>;
type Plain = (logs?: Logs) => void | Promise<void>;
/** Any hook of a callback. */
export type LambdaCallbackOptions = {
  readonly [H in Hook]?: (Parameters<CallbackBase[H]>[0] extends number ? AtIndex : Plain) | null | undefined;
};
const isHook = (name: string): boolean => /^on[A-Z]/.test(name) && name in CallbackBase.prototype;
const hooks = Object.getOwnPropertyNames(CallbackBase.prototype).filter(isHook);

class LambdaCallbackClass extends CallbackBase {
  constructor(options: LambdaCallbackOptions = {}) {
    super();
    for (const [hook, f] of Object.entries(options)) {
      if (f === undefined || f === null) continue;
      if (!hooks.includes(hook))
        throw new ValueError(`LambdaCallback: unknown option '${hook}'.${didYouMean(hook, hooks)}`);
      if (typeof f !== 'function')
        throw new ValueError(`LambdaCallback: ${hook}: found ${show(f)}, wanted a function.`);
      Object.defineProperty(this, hook, { value: f });
    }
  }
}
export interface LambdaCallback extends LambdaCallbackClass {}
export const LambdaCallback: Class<[options?: LambdaCallbackOptions], LambdaCallback> = callable(
  LambdaCallbackClass,
  'LambdaCallback',
);
