// What callbacks that watch a log share: which way is better, and what to say when the log is missing.
import { didYouMean } from '../../base/errors.ts';
import * as o from '../schema.ts';
import type { Logs } from '../types.ts';

export type Mode = 'auto' | 'min' | 'max';
/** A log's name: open, with completion. */
export type Monitor = 'loss' | 'val_loss' | 'accuracy' | 'val_accuracy' | (string & {});
export const mode = o.oneOf('auto', 'min', 'max');
export const monitor: o.Kind<Monitor, string> = o.string;

/** Whether larger is better. By name: accuracies, AUC and the like grow, all else falls. */
export const growing = (name: string, given: Mode): boolean =>
  given === 'max' ||
  (given === 'auto' &&
    /(^|_)(acc(uracy)?|auc|precision|recall|f1_score|fbeta|iou|r2)|accuracy$|_iou$|score$/i.test(name));

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
