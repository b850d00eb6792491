// What Keras keeps between calls: counters, and the names of the layers being called.
// Owns: paths such as `sequential/dense`; clearSession. Leaves generated names to names.ts, settings to
// config.ts.

import { resetNames } from './names.ts';

export { autoName, toSnakeCase, uniquify } from './names.ts';

const cleared: (() => void)[] = [];
const uids = new Map<string, number>();

/** The next number under a prefix, from 1. */
export function getUid(prefix = ''): number {
  const count = (uids.get(prefix) ?? 0) + 1;
  uids.set(prefix, count);
  return count;
}

/** Runs when the session is cleared: for those who keep state of their own. */
export const onClearSession = (f: () => void): void => {
  cleared.push(f);
};

/** Forgets the names given out, so that the next `Dense` is `dense` again. */
export function clearSession(): void {
  resetNames();
  uids.clear();
  scopes.length = 0;
  for (const f of cleared) f();
}

interface Scope {
  readonly name: string;
  readonly caller: object | null;
}
const scopes: Scope[] = [];

/** `model/dense`: the layers being called or built now. */
export const currentPath = (): string => scopes.map((scope) => scope.name).join('/');

/** Runs `f` under a name; a caller that stands on top already is not named twice. */
export function nameScope<T>(name: string, f: () => T, caller: object | null = null): T {
  if (caller !== null && scopes.at(-1)?.caller === caller) return f();
  const depth = scopes.length;
  scopes.push({ name, caller });
  try {
    return f();
  } finally {
    scopes.length = depth;
  }
}
