// What initializers, regularizers, constraints, losses, metrics and optimizers have in common: `get`, `serialize`,
// `deserialize` over one table of names.
// Owns: the way from names, classes, configs and functions to objects. Leaves configs to serialization.ts.

import { didYouMean, show, ValueError } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import type { Json } from './schema.ts';
import {
  type DeserializeOptions,
  deserializeKerasObject,
  getRegisteredObject,
  registerModule,
  serializeKerasObject,
} from './serialization.ts';

/** A class as a table holds it. */
type AnyClass = new (...args: never[]) => object;

export interface FamilySettings {
  /** For messages: `initializer`. */
  readonly what: string;
  readonly module: string;
  /** The class all of them extend. */
  readonly base: { readonly prototype: object };
  /** Classes by class name; functions by their names in files. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Other names that `get` and files know. */
  readonly aliases: Readonly<Record<string, unknown>>;
  /** Whether functions of the user are taken as they are. */
  readonly functions: boolean;
}

export interface Family<Result> {
  get(identifier: unknown): Result | null;
  serialize(object: unknown): Json;
  deserialize(config: Json, customObjects?: DeserializeOptions['customObjects']): Result;
}

/** The names of a table, those first that are written as `name` is: in snake case, or as a class. */
const inStyleOf = (name: string, table: object): string[] => {
  const lower = (text: string): boolean => text === text.toLowerCase();
  return Object.keys(table).sort((a, b) => Number(lower(b) === lower(name)) - Number(lower(a) === lower(name)));
};

export function family<Result>(settings: FamilySettings): Family<Result> {
  const { what, module, base, members, aliases } = settings;
  registerModule(module, members);
  registerModule(module, aliases);
  const table: Readonly<Record<string, unknown>> = { ...aliases, ...members };

  const isClass = (value: unknown): value is AnyClass => {
    if (typeof value !== 'function') return false;
    const prototype: unknown = value.prototype;
    return prototype === base.prototype || (typeof prototype === 'object' && prototype instanceof (base as AnyClass));
  };
  const made = (value: unknown): Result => (isClass(value) ? Reflect.construct(value, []) : value) as Result;

  function deserialize(config: Json, customObjects?: DeserializeOptions['customObjects']): Result {
    if (typeof config === 'string') return get(config)!;
    return made(deserializeKerasObject(config, { modules: [module], customObjects }));
  }

  function get(identifier: unknown): Result | null {
    if (identifier === null || identifier === undefined) return null;
    if (typeof identifier === 'string') {
      const found =
        getRegisteredObject(identifier) ?? (Object.hasOwn(table, identifier) ? table[identifier] : undefined);
      if (found === undefined)
        throw new ValueError(`unknown ${what} '${identifier}'.${didYouMean(identifier, inStyleOf(identifier, table))}`);
      return made(found);
    }
    if (isRecord(identifier)) return deserialize(identifier as Json);
    if (identifier instanceof (base as AnyClass) || isClass(identifier)) return made(identifier);
    if (settings.functions && typeof identifier === 'function') return identifier as Result;
    throw new ValueError(
      `${what}: found ${show(identifier)}, wanted a name${settings.functions ? ', a function' : ''}, an instance, or a config.`,
    );
  }

  return { get, serialize: serializeKerasObject, deserialize };
}
