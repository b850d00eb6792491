// What holds during a call of a layer, for the layers called in it: `training`.
// Owns: the current context. The outermost call makes one; inner calls see its `training` unless they are given their own.

export interface CallContext {
  readonly training: boolean | undefined;
}
let current: CallContext | null = null;

export const callContext = (): CallContext | null => current;

/** Runs `f` in a context. */
export function withCallContext<T>(context: CallContext | null, f: () => T): T {
  const outer = current;
  current = context;
  try {
    return f();
  } finally {
    current = outer;
  }
}
