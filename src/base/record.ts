// What a record is: named values between braces, `{ a: 1 }`, as Python's dict in a structure and its keyword arguments in a call.
// Owns: that one question. Whether a record is a leaf of some structure is base/tree.ts's and its callers'.

/**
 * Whether a value is a record: made with braces, by Object.fromEntries, or without a prototype. Lists, typed arrays, functions and
 * objects of a class (tensors, layers, data sets) are none. Records of other realms (frames, vm contexts) are records.
 */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Every realm has an Object.prototype of its own; only these have no prototype themselves.
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}
