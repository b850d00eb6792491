// The border of the library: what JavaScript itself throws where an argument is missing or of another kind ("Cannot read properties
// of undefined", "f is not a function") becomes an error that says which function was called, with what, and what it takes.
// Owns: that rule. Ops (ops/core/define.ts) and classes (callable.ts) apply it themselves, other public functions by `guarded`.
import { show, ValueError } from './errors.ts';

const COMPLAINTS: readonly unknown[] = [TypeError, RangeError, SyntaxError];
/** What V8, JavaScriptCore and SpiderMonkey say where an array would be too large, and where calls stand too deep. */
const NO_ROOM = /typed array length|buffer (size|allocation)|array length|array size|out of memory/i;
const TOO_DEEP = /call stack|recursion/i;

/** What to throw in place of `error`: itself, unless it is JavaScript's complaint about an argument of ours. */
export function misuse(name: string, parameters: readonly string[], args: readonly unknown[], error: unknown): unknown {
  const plain = error instanceof Error && COMPLAINTS.includes(error.constructor);
  // A function that the user gives throws what it likes.
  if (!plain || args.some((arg) => typeof arg === 'function')) return error;
  const found = `found (${args.map(show).join(', ')})`;
  const cause = { cause: error };
  if (error instanceof RangeError && NO_ROOM.test(error.message))
    return new ValueError(`${name}: there is no room for so many elements: ${found}. Ask for smaller shapes.`, cause);
  if (error instanceof RangeError && TOO_DEEP.test(error.message))
    return new ValueError(
      `${name}: an argument is nested too deeply, or contains itself: ${found}. Give lists and records without circles.`,
      cause,
    );
  const wanted = parameters.length > 0 ? `, wanted (${parameters.join(', ')})` : '';
  return new ValueError(
    `${name}: an argument is missing or of another kind: ${found}${wanted}. ${error.message}.`,
    cause,
  );
}

/** The same function at the border: also of promises that it gives. */
export function guarded<F extends (...args: never[]) => unknown>(name: string, parameters: readonly string[], f: F): F {
  const plain: (...args: never[]) => unknown = f;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    try {
      const result = plain.apply(this, args as never[]);
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        throw misuse(name, parameters, args, error);
      });
    } catch (error) {
      throw misuse(name, parameters, args, error);
    }
  };
  Object.defineProperty(wrapped, 'name', { value: name });
  return wrapped as (...args: never[]) => unknown as F;
}

type Method = (...args: never[]) => unknown;

/** Methods of a class at the border: the static ones of the class, those of its objects of the prototype. */
export function guardMethods(owner: object, name: string, methods = Object.getOwnPropertyNames(owner)): void {
  for (const key of methods) {
    const { value, ...rest } = Object.getOwnPropertyDescriptor(owner, key)!;
    if (typeof value !== 'function') continue;
    Object.defineProperty(owner, key, { ...rest, value: guarded(`${name}.${key}`, [], value as Method) });
  }
}

/** A function that an argument must be; where it is one already, later complaints are its own. */
export function requireFunction(where: string, value: unknown): asserts value is (...args: never[]) => unknown {
  if (typeof value !== 'function') throw new ValueError(`${where}: found ${show(value)}, wanted a function.`);
}
