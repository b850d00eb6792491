// The error classes that cornu throws, and the helpers that word them.
// Owns: names and wording. Leaves to the callers: what was found and what was wanted.

/** Base of every error that cornu throws on purpose. */
export class CornuError extends Error {
  override readonly name: string = 'CornuError';
}

/** A wrong value: an argument out of range, an unknown name, shapes that do not fit. */
export class ValueError extends CornuError {
  override readonly name = 'ValueError';
}

/** What to do where lists of plain values side by side were meant as several tensors. */
export const SIDE_BY_SIDE =
  'Nested arrays in one list are one tensor: for several, make each a tensor, [tf.constant(a), tf.constant(b)], or name them in a record';

/** A wrong type: a string where a number is wanted, mixed dtypes. */
export class DTypeError extends CornuError {
  override readonly name = 'DTypeError';
}

/** Shapes that do not fit together. */
export class ShapeError extends CornuError {
  override readonly name = 'ShapeError';
}

/** Something that cannot be done now: an unbuilt model, `fit` before `compile`, `.item()` while tracing. */
export class StateError extends CornuError {
  override readonly name = 'StateError';
}

/** A file that is damaged, of another kind, or that cannot be read or written. */
export class FileError extends CornuError {
  override readonly name = 'FileError';
}

/** Ctrl-C during training. */
export class KeyboardInterrupt extends CornuError {
  override readonly name = 'KeyboardInterrupt';
}

/** A mistake of cornu itself: an invariant that does not hold. */
export class InternalError extends CornuError {
  override readonly name = 'InternalError';
}

/** Throws InternalError unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(`${message} (this is a mistake in cornu; please report it)`);
}

/** The same error, so that its class stays, with a note after its message. */
export function annotated(error: unknown, note: string): unknown {
  if (!(error instanceof Error) || Object.isFrozen(error) || error.message.includes(note)) return error;
  error.message = `${error.message} (${note})`;
  return error;
}

/** Levenshtein distance, for 'did you mean'. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(row[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}

/** The candidate nearest to `name`, or undefined when none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(plain(name), plain(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** ` Did you mean 'relu'?` or the list of what exists, for the end of an error message. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const near = nearest(name, all);
  if (near !== undefined) return ` Did you mean '${near}'?`;
  return all.length <= 40 ? ` Known: ${all.join(', ')}.` : '';
}

/** Throws for an option that does not exist: a slip of the pen must not silently mean the default. */
export function refuseUnknown(where: string, options: object, known: readonly string[]): void {
  // The types say so; plain JavaScript may give a value by position that is taken by name.
  if (typeof options !== 'object' || options === null)
    throw new ValueError(`${where}: options: found ${show(options)}, wanted a record of ${known.join(', ')}.`);
  for (const name of Object.keys(options))
    if (!known.includes(name)) throw new ValueError(`${where}: unknown option '${name}'.${didYouMean(name, known)}`);
}

const COMPOSITE = /^(RaggedTensor|SparseTensor|IndexedSlices)/;

/** A value as an error message shows it: short, and never throwing, also where lists stand in circles. */
export const show = (value: unknown): string => shown(value, 0);

function shown(value: unknown, depth: number): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (value === null || value === undefined || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    if (depth > 3) return '[…]';
    return `[${value
      .slice(0, 8)
      .map((item) => shown(item, depth + 1))
      .join(', ')}${value.length > 8 ? `, … ${value.length} in all` : ''}]`;
  }
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.byteLength} bytes)`;
  if ('shape' in value && 'dtype' in value)
    return `${COMPOSITE.exec(value.constructor.name)?.[0] ?? 'tensor'} of shape ${show(value.shape)} and dtype ${String(value.dtype)}`;
  const name = value.constructor?.name;
  return name && name !== 'Object' ? name : `{${Object.keys(value).slice(0, 8).join(', ')}}`;
}

/** Integers have no quotient by zero: ops say so that know their divisors, and programs that look at them. */
export const zeroDivisor = (where: string, position?: number): ValueError =>
  new ValueError(
    `${where}: integer division by zero${position === undefined ? '' : ` at position ${position}`}; cast to a floating dtype, or avoid zeros with tf.where.`,
  );
