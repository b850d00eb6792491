// tf.device, tf.nameScope, tf.controlDependencies, tf.initScope and other names that surround code in TensorFlow.
// Owns: what they mean here: the function runs, named where names exist. Also small names of the tf namespace itself.

import { show, ValueError } from '../base/errors.ts';
import { guarded, requireFunction } from '../base/misuse.ts';
import { resolve, withTrace } from '../runtime/execute.ts';
import type { Nested, Tensor } from '../runtime/tensor.ts';
import { activeTrace, currentScope, withScope } from '../runtime/trace.ts';

interface Scope {
  [Symbol.dispose](): void;
}
const none = (): Scope => ({ [Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose)]: () => {} });

/** Runs `f` on a device. There is one, so GPUs fall back to it, as with TensorFlow's soft placement. */
export function device(deviceName: string | null): Scope;
export function device<T>(deviceName: string | null, f: () => T): T;
export function device<T>(deviceName: string | null, f?: () => T): T | Scope {
  if (
    deviceName !== null &&
    !/^\/?((job|replica|task|device):[\w*]+\/?)*((device:)?(cpu|gpu|tpu)(:\d+|:\*)?)?$/i.test(deviceName)
  )
    throw new ValueError(`device: ${show(deviceName)} names no device; wanted '/CPU:0', '/GPU:0' or the like.`);
  return f ? f() : none();
}
/** Runs `f` so that what it makes in a program is named after the scope. */
export function nameScope<T>(name: string, f: () => T): T {
  requireFunction('nameScope', f);
  return withScope(name, f);
}
/** The name scopes that surround the call, as `outer/inner`; an empty text outside of all. */
export const getCurrentNameScope = (): string => currentScope();
/** Runs `f`; effects keep their order anyway. */
export function controlDependencies<T>(_controlInputs: readonly unknown[], f: () => T): T {
  requireFunction('controlDependencies', f);
  return f();
}
/** Runs `f` outside of the function being traced. */
export function initScope<T>(f: () => T): T {
  requireFunction('initScope', f);
  return withTrace(null, f);
}
/** Does nothing: operations with effects run in the order of the program. */
export const group = (..._inputs: readonly unknown[]): void => {};
export const noOp = (): void => {};

/** Whether operations run at once: not inside tf.function. */
export const executingEagerly = (): boolean => activeTrace() === null;
export const insideFunction = (): boolean => activeTrace() !== null;
/** Whether a tensor has no value yet. */
export const isSymbolicTensor = guarded(
  'isSymbolicTensor',
  ['tensor'],
  (tensor: Tensor): boolean => resolve(tensor).elements === null,
);
/** The value of a tensor, or null while a function is traced. */
export const getStaticValue = guarded(
  'getStaticValue',
  ['tensor', 'options'],
  // With `partial` TensorFlow gives the parts that are known; here a tensor is known whole or not at all.
  (tensor: Tensor, _options?: boolean | { readonly partial?: boolean }): Nested | null => {
    const value = resolve(tensor);
    return value.elements ? value.numpy() : null;
  },
);
/** Seconds since 1970. */
export const timestamp = (): number => Date.now() / 1000;
/** A new axis in `x.at(…)`. */
export const newaxis = null;
/** What gradients of unconnected sources are. */
export const UnconnectedGradients = { NONE: 'none', ZERO: 'zero' } as const;
