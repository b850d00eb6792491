// The options that all optimizers have, and how an optimizer's own are declared beside them.
// Owns: names, defaults and checks. What they do stands in optimizer.ts.

import type { Class } from '../../base/callable.ts';
import { ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import {
  boolean,
  type Config,
  type Definitions,
  integer,
  type Json,
  type Kind,
  nullable,
  number,
  optional,
  type Schema,
  schema,
  string,
  type ValuesOf,
} from '../schema.ts';
import type { Optimizer } from './optimizer.ts';
import { deserialize, type LearningRateSchedule } from './schedules/index.ts';

/** A learning rate: a number, a schedule, or a function that gives the rate now. */
export type Rate = number | LearningRateSchedule | (() => number | Tensor);

export interface OptimizerOptions
  extends Options<{
    learningRate: Rate;
    weightDecay: number | null;
    clipnorm: number | null;
    clipvalue: number | null;
    globalClipnorm: number | null;
    useEma: boolean;
    emaMomentum: number;
    emaOverwriteFrequency: number | null;
    lossScaleFactor: number | null;
    gradientAccumulationSteps: number | null;
    name: string | null;
  }> {}
/** The rate first, or all in the options. */
/** A second number is what Python has there: SGD's momentum, Adam's beta1. */
export type OptimizerArgs<O> =
  | [learningRate?: Rate, options?: O]
  | [learningRate: Rate, second: number, options?: O]
  | [options: O];
export type OptimizerClass<O, Instance = Optimizer> = Class<OptimizerArgs<O>, Instance>;

const rateKind: Kind<Rate> = {
  wanted: 'a number, a learning rate schedule, or a function that gives the rate',
  parse: (value) => {
    if (typeof value === 'number' && !Number.isNaN(value)) return { value };
    if (typeof value === 'function') return { value: value as Rate };
    if (value instanceof Tensor) return { value: value.item() };
    return isRecord(value) ? { value: deserialize(value as Json) } : null;
  },
  fromConfig: (value) => (isRecord(value) ? deserialize(value as Json) : value),
};

export const baseDefinitions = (rate: number) => ({
  name: optional(nullable(string), null),
  learningRate: optional(rateKind, rate),
  weightDecay: optional(nullable(number()), null),
  clipnorm: optional(nullable(number()), null),
  globalClipnorm: optional(nullable(number()), null),
  clipvalue: optional(nullable(number()), null),
  useEma: optional(boolean, false),
  emaMomentum: optional(number(), 0.99),
  emaOverwriteFrequency: optional(nullable(integer({ min: 1 })), null),
  lossScaleFactor: optional(nullable(number()), null),
  gradientAccumulationSteps: optional(nullable(integer({ min: 2 })), null),
});
type BaseDefinitions = ReturnType<typeof baseDefinitions>;
export type BaseValues = ValuesOf<Schema<BaseDefinitions>>;

/** What the base class needs of an optimizer's schema. */
export interface OwnOptions {
  readonly className: string;
  parse(args: readonly unknown[]): BaseValues & Readonly<Record<string, unknown>>;
  toConfig(holder: object): Config;
  fromConfig(config: Config): Record<string, unknown>;
}

/** An optimizer's schema: its default rate and its own options. */
export function optimizerSchema<D extends Definitions>(
  className: string,
  rate: number,
  own: D,
  overrides: Partial<BaseDefinitions> = {},
): Schema<BaseDefinitions & D> {
  return schema(
    className,
    { ...baseDefinitions(rate), ...overrides, ...own },
    {
      positional: ['learningRate', ...Object.keys(own)],
      renamed: { lr: 'learningRate' },
      // Of Keras 2, and of optimizers in old files.
      ignored: ['decay', 'jitCompile', 'isLegacyOptimizer', 'isLegacy_optimizer'],
    },
  ) as object as Schema<BaseDefinitions & D>;
}

/** Checks of options that depend on each other. */
export function checkOptions(name: string, values: BaseValues): void {
  const clips = (['clipnorm', 'clipvalue', 'globalClipnorm'] as const).filter((key) => values[key] !== null);
  if (clips.length > 1)
    throw new ValueError(
      `${name}: found ${clips.join(' and ')}; wanted at most one of clipnorm, clipvalue, globalClipnorm.`,
    );
  if (values.useEma && !(values.emaMomentum >= 0 && values.emaMomentum <= 1))
    throw new ValueError(`${name}: emaMomentum is ${values.emaMomentum}, wanted a number from 0 to 1.`);
}
