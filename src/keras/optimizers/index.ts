// tf.keras.optimizers: the classes, and the way from names to them.
// Owns: the table of names. The optimizers stand in the files beside it.
import { isRecord } from '../../base/record.ts';
import { family } from '../family.ts';
import type { Json } from '../schema.ts';
import type { DeserializeOptions } from '../serialization.ts';
import { Adadelta } from './adadelta.ts';
import { Adafactor } from './adafactor.ts';
import { Adagrad } from './adagrad.ts';
import { Adam, AdamW } from './adam.ts';
import { Adamax } from './adamax.ts';
import { Ftrl } from './ftrl.ts';
import { Lamb } from './lamb.ts';
import { Lion } from './lion.ts';
import { LossScaleOptimizer } from './loss-scale-optimizer.ts';
import { MultiOptimizer, OptimizerMap } from './multi-optimizer.ts';
import { Muon } from './muon.ts';
import { Nadam } from './nadam.ts';
import { Optimizer, Optimizer_ } from './optimizer.ts';
import { RMSprop } from './rmsprop.ts';
import { ScheduleFreeAdamW } from './schedule-free-adamw.ts';
import { SGD } from './sgd.ts';

export { Adadelta, type AdadeltaOptions } from './adadelta.ts';
export { Adafactor, type AdafactorOptions } from './adafactor.ts';
export { Adagrad, type AdagradOptions } from './adagrad.ts';
export { Adam, type AdamOptions, AdamW } from './adam.ts';
export { Adamax, type AdamaxOptions } from './adamax.ts';
export { Ftrl, type FtrlOptions } from './ftrl.ts';
export type { Gradient } from './gradients.ts';
export { Lamb, type LambOptions } from './lamb.ts';
export { Lion, type LionOptions } from './lion.ts';
export { LossScaleOptimizer, type LossScaleOptions } from './loss-scale-optimizer.ts';
export { MultiOptimizer, type MultiOptimizerOptions, OptimizerMap } from './multi-optimizer.ts';
export { Muon, type MuonOptions } from './muon.ts';
export { Nadam, type NadamOptions } from './nadam.ts';
export { Optimizer } from './optimizer.ts';
export type { OptimizerClass, OptimizerOptions, Rate } from './options.ts';
export { RMSprop, type RMSpropOptions } from './rmsprop.ts';
export { ScheduleFreeAdamW, type ScheduleFreeAdamWOptions } from './schedule-free-adamw.ts';
export * as schedules from './schedules/index.ts';
export { SGD, type SGDOptions } from './sgd.ts';

const classes = {
  Optimizer,
  Adam,
  SGD,
  RMSprop,
  Adadelta,
  AdamW,
  Adagrad,
  Adamax,
  Adafactor,
  Muon,
  MultiOptimizer,
  OptimizerMap,
  Nadam,
  Ftrl,
  Lion,
  Lamb,
  LossScaleOptimizer,
  ScheduleFreeAdamW,
};
type ClassName = Exclude<keyof typeof classes, 'Optimizer' | 'OptimizerMap' | 'MultiOptimizer' | 'LossScaleOptimizer'>;

/** The names that `optimizer` takes. */
export type Name = ClassName | Lowercase<ClassName>;
/** What `optimizer` takes: a name or an optimizer. */
export type Like = Name | Optimizer;

const own = family<Optimizer>({
  what: 'optimizer',
  module: 'keras.optimizers',
  base: Optimizer_,
  members: classes,
  aliases: Object.fromEntries(Object.entries(classes).map(([name, entry]) => [name.toLowerCase(), entry])),
  functions: false,
});

/** The optimizer of a name or a config, or the optimizer itself; null for null. */
export function get(identifier: null | undefined): null;
export function get(identifier: Like | string | { [name: string]: Json }): Optimizer;
export function get(identifier: Like | string | Json | null | undefined): Optimizer | null;
export function get(identifier: Like | string | Json | null | undefined): Optimizer | null {
  const lower = typeof identifier === 'string' ? identifier.toLowerCase() : '';
  return own.get(lower in byLowerCase ? lower : identifier);
}
const byLowerCase: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.keys(classes).map((name) => [name.toLowerCase(), true]),
);
export const { serialize } = own;
export function deserialize(config: Json, customObjects?: DeserializeOptions['customObjects']): Optimizer {
  if (!isRecord(config) || typeof config.class_name !== 'string') return own.deserialize(config, customObjects);
  const lower = config.class_name.toLowerCase();
  return own.deserialize(
    { ...config, class_name: lower in byLowerCase ? lower : config.class_name } as Json,
    customObjects,
  );
}
