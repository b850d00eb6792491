// LearningRateScheduler: the learning rate of each epoch by a function.
// Source: https://keras.io/api/callbacks/learning_rate_scheduler/
import { type Class, callable } from '../../base/callable.ts';
import { StateError, show, ValueError } from '../../base/errors.ts';
import { pythonRepr } from '../../base/python-format.ts';
import { platform } from '../../platform/platform.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import type { ModelBase } from '../models/model.ts';
import * as o from '../schema.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';

export type Schedule = (epoch: number, learningRate: number) => number;
const schedule = o.any(
  'a function of the epoch and the learning rate',
  (value: unknown): value is Schedule => typeof value === 'function',
);
const options = o.schema(
  'LearningRateScheduler',
  { schedule: o.required(schedule), verbose: o.optional(o.integer({ min: 0, max: 1 }), 0) },
  { positional: ['schedule', 'verbose'] },
);
interface Given {
  verbose?: 0 | 1 | undefined;
}
type Args = [schedule: Schedule, options?: Given] | [options: Given & { schedule: Schedule }];

/** The variable in which the optimizer keeps its rate; a schedule of its own leaves none to set. */
export function rateOf(model: ModelBase, callback: string): VariableTensor {
  const rate: unknown = model.optimizer.learningRate;
  if (rate instanceof VariableTensor) return rate;
  throw new StateError(
    `${callback}: the optimizer's learning rate is a schedule, which cannot be set; compile it with a number.`,
  );
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class SchedulerCallback extends CallbackBase {
  constructor(...args: Args) {
    super();
    options.assign(this, args);
  }
  override onEpochBegin(epoch: number): void {
    const variable = rateOf(this.model, 'LearningRateScheduler');
    const rate = this.schedule(epoch, variable.item());
    if (typeof rate !== 'number' || Number.isNaN(rate))
      throw new ValueError(
        `LearningRateScheduler: the schedule gave ${show(rate)} for epoch ${epoch}, wanted a number.`,
      );
    setRate(variable, rate);
    if (this.verbose > 0)
      platform().print(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${pythonRepr(rate)}.\n`);
  }
  override onEpochEnd(_epoch: number, logs: Logs = {}): void {
    logs.learning_rate = rateOf(this.model, 'LearningRateScheduler').item();
  }
}
interface SchedulerCallback extends o.ValuesOf<typeof options> {}
export interface LearningRateScheduler extends SchedulerCallback {}
export const LearningRateScheduler: Class<Args, LearningRateScheduler> = callable(
  SchedulerCallback,
  'LearningRateScheduler',
);

export function setRate(variable: VariableTensor, rate: number): void {
  (variable as VariableTensor & { assign(value: number): unknown }).assign(rate);
}
