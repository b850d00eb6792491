// LambdaCallback: hooks given as functions.
import { type Class, callable } from '../../base/callable.ts';
import { didYouMean, show, ValueError } from '../../base/errors.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';

type AtIndex = (index: number, logs?: Logs) => void | Promise<void>;
type Plain = (logs?: Logs) => void | Promise<void>;
export interface LambdaCallbackOptions {
  onEpochBegin?: AtIndex | undefined;
  onEpochEnd?: AtIndex | undefined;
  onTrainBatchBegin?: AtIndex | undefined;
  onTrainBatchEnd?: AtIndex | undefined;
  onBatchBegin?: AtIndex | undefined;
  onBatchEnd?: AtIndex | undefined;
  onTrainBegin?: Plain | undefined;
  onTrainEnd?: Plain | undefined;
}
const hooks = [
  'onEpochBegin',
  'onEpochEnd',
  'onTrainBatchBegin',
  'onTrainBatchEnd',
  'onBatchBegin',
  'onBatchEnd',
  'onTrainBegin',
  'onTrainEnd',
];

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
