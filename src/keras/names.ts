// Names of Keras objects: `dense`, `dense_1`, …
// Owns: snake case as Keras makes it, and the counters behind generated names. `resetNames` is part of clearSession.

/** `BatchNormalization` → `batch_normalization`, `RMSprop` → `rm_sprop`, by Keras's own rule. */
export const toSnakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

const counters = new Map<string, number>();

let taken: ReadonlySet<string> = new Set();

/** The name itself for its first use, then `name_1`, `name_2`, … */
export function uniquify(name: string): string {
  const count = counters.get(name) ?? 0;
  counters.set(name, count + 1);
  const made = count === 0 ? name : `${name}_${count}`;
  return taken.has(made) ? uniquify(name) : made;
}

/** Generates none of these names while `f` runs. */
export function avoidingNames<T>(names: ReadonlySet<string>, f: () => T): T {
  const before = taken;
  taken = names;
  try {
    return f();
  } finally {
    taken = before;
  }
}

/** A generated name for an object of that class. */
export const autoName = (className: string): string => uniquify(toSnakeCase(className));

/** Starts all counters anew. */
export const resetNames = (): void => counters.clear();
