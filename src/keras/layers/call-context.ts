// What holds during a call of a layer, for the layers called in it: `training`.
// Owns: the current context, and whether the size of the batch at hand is one among others. The outermost call makes one; inner calls see its `training` unless they are given their own.
import { isStandIn } from '../../base/shape.ts';

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

let openSize: number | null = null;
/** Runs `f` on a batch of this size where others have another: shapes that layers keep of it leave its size open. */
export function withOpenBatch<T>(size: number | null, f: () => T): T {
  const outer = openSize;
  openSize = size;
  try {
    return f();
  } finally {
    openSize = outer;
  }
}
/** A shape, or several, as layers keep it: sizes that stand for unknown ones are unknown again. */
export function withBatchOpen<T>(shapes: T): T {
  if (!Array.isArray(shapes) || shapes.length === 0) return shapes;
  if (typeof shapes[0] === 'number' || shapes[0] === null) {
    const isOpen = (size: number | null, axis: number): boolean =>
      size !== null && ((axis === 0 && size === openSize) || isStandIn(size));
    return (shapes.some(isOpen) ? shapes.map((size, axis) => (isOpen(size, axis) ? null : size)) : shapes) as T;
  }
  return shapes.map((shape) => withBatchOpen(shape as unknown)) as T;
}
