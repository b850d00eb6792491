// How objects of many parts print themselves: `<Adam name=adam, learningRate=0.001>`, as Python's repr does, not as a dump.
// Owns: that form, and the symbol by which Node's console.log asks for it.

/** Node's console.log calls the method of this name. */
export const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

const isPlain = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';

// Variables hold float32: 0.001, not 0.0010000000474974513.
const text = (value: unknown): string =>
  String(typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value);

/** `<Class key=value, …>` of the fields given, or of those of its own that are numbers, booleans and strings. */
export function shortForm(object: object, fields: Readonly<Record<string, unknown>> = ownFields(object)): string {
  const parts = Object.entries(fields).flatMap(([key, value]) => (isPlain(value) ? [`${key}=${text(value)}`] : []));
  return `<${[object.constructor.name, parts.join(', ')].filter(Boolean).join(' ')}>`;
}

// The name of an object that is a function is no field of its own that can be listed.
const ownFields = (object: object): Record<string, unknown> => ({
  ...(typeof object === 'function' ? { name: object.name } : {}),
  ...(object as Record<string, unknown>),
});
