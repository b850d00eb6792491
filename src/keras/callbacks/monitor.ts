// What callbacks that watch a log share: which way is better, and what to say when the log is missing.
// Source of the rules: Keras's MonitorCallback. Leaves what a metric wants to ../metrics/direction.ts.
import { didYouMean, ValueError } from '../../base/errors.ts';
import type { ModelBase } from '../models/model.ts';
import * as o from '../schema.ts';
import type { Logs } from '../types.ts';

export type Mode = 'auto' | 'min' | 'max';
/** A log's name: open, with completion. */
export type Monitor = 'loss' | 'val_loss' | 'accuracy' | 'val_accuracy' | (string & {});
export const mode = o.oneOf('auto', 'min', 'max');
export const monitor: o.Kind<Monitor, string> = o.string;

/** Whether larger is better: as given, as the metric of that name says, or as the name itself says. */
function growing(callback: string, model: ModelBase, name: string, given: Mode): boolean {
  if (given !== 'auto') return given === 'max';
  const plain = name.replace(/^val_/, '');
  if (plain === 'loss') return false;
  const direction = model.trainer.directionOf(plain);
  if (direction) return direction === 'up';
  if (/(^|_)(loss|error)$/.test(plain)) return false;
  if (/(^|_)(acc|accuracy|auc|precision|recall)$/i.test(plain)) return true;
  throw new ValueError(
    `${callback}: monitor: whether '${name}' is better when it is larger or smaller cannot be told from its name; say { mode: 'max' } or { mode: 'min' }.`,
  );
}

/** Whether `value` is better than `best` by more than `minDelta`, in float32 as Keras compares. */
export function improves(
  callback: { readonly constructor: { readonly name: string }; readonly model: ModelBase } & Watching,
  value: number,
  best: number | null,
  minDelta = 0,
): boolean {
  const up = growing(callback.constructor.name, callback.model, callback.monitor, callback.mode);
  if (best === null) return true;
  const [got, least] = [Math.fround(value - (up ? 1 : -1) * Math.abs(minDelta)), Math.fround(best)];
  return up ? got > least : got < least;
}
interface Watching {
  readonly monitor: string;
  readonly mode: Mode;
}

const warned = new Set<string>();
/** The watched log, or undefined after one warning. */
export function watched(callback: string, name: string, logs: Logs): number | undefined {
  const value = logs[name];
  if (value === undefined) {
    const message = `${callback}: the log '${name}' is not there.${didYouMean(name, Object.keys(logs))} Give validation data for val_ logs.`;
    if (!warned.has(message)) {
      warned.add(message);
      console.warn(message);
    }
  }
  return value;
}
