// The options of a Keras class, declared once: names, defaults and checks. From the declaration come its TypeScript
// types, its validation, its positional arguments and its config in both directions. Leaves what a config looks like
// around the options (module, class name) to serialization.ts. A class declares its options so:
//
//   const options = schema('LeakyReLU', { negativeSlope: optional(number({ min: 0 }), 0.3) },
//                          { renamed: { alpha: 'negativeSlope' } });
//   export interface LeakyReLUOptions extends OptionsOf<typeof options> {}
//   class LeakyReLULayer extends … {
//     declare readonly negativeSlope: number;
//     constructor(...args: [options?: LeakyReLUOptions]) { super(); options.assign(this, args); }
//     getConfig() { return options.toConfig(this); }      // the families' base classes do these two lines for all
//   }
//
// `positional: ['units']` names the options that may also be given first, without their names: Dense(64, { … }).
// In files names are snake_case; `key` says where that differs. Kinds for initializers, activations … are made with
// `kerasObject` of serialization.ts.

import { asDType, type DType } from '../base/dtype.ts';
import { DTypeError, didYouMean, show, ValueError } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import type { Shape } from '../base/shape.ts';
import { recordMigration } from './migrations.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Config = { [name: string]: Json };

/** What values an option takes. `In` is what users may write, `Out` what the class sees. */
export interface Kind<In, Out = In> {
  /** For messages and documentation: `a whole number ≥ 1`. */
  readonly wanted: string;
  /** The checked value; null when it is not of this kind, or an error thrown that says more. `where`: `Dense: units`. */
  parse(value: unknown, where: string): { readonly value: Out } | null;
  /** The value in a config; without it, as it is. */
  toConfig?(value: Out): Json;
  /** What a config's value means, to be parsed; without it, as it is. */
  fromConfig?(value: Json): unknown;
  readonly input?: In;
}

export interface Option<In, Out, Required extends boolean = boolean> {
  readonly kind: Kind<In, Out>;
  readonly required: Required;
  readonly fallback: Out | undefined;
  /** Its name in files, where that is not the snake_case of its name. */
  readonly key?: string;
  /** Not written to files. */
  readonly internal?: boolean;
  /** Not written to files where it is null. */
  readonly omitNull?: boolean;
  /** Not written to files where it is false. */
  readonly omitFalse?: boolean;
}
export interface OptionSettings {
  readonly key?: string;
  readonly internal?: boolean;
  readonly omitNull?: boolean;
  readonly omitFalse?: boolean;
}

export const required = <In, Out>(kind: Kind<In, Out>, settings: OptionSettings = {}): Option<In, Out, true> => ({
  kind,
  required: true,
  fallback: undefined,
  ...settings,
});
/** An option with a default, written as users write it. */
export function optional<In, Out>(
  kind: Kind<In, Out>,
  fallback: NoInfer<In | Out>,
  settings: OptionSettings = {},
): Option<In, Out, false> {
  return {
    kind,
    required: false,
    // Made anew for every object: each layer has an initializer, with a seed, of its own.
    get fallback(): Out {
      const parsed = kind.parse(fallback, 'default');
      return parsed ? parsed.value : (fallback as Out);
    },
    ...settings,
  };
}

export type Definitions = { readonly [name: string]: Option<unknown, unknown> };
/** What users write: everything optional; `undefined` means the default. */
export type OptionsOf<S> =
  S extends Schema<infer D>
    ? { [K in keyof D]?: (D[K] extends Option<infer In, infer _> ? In : never) | undefined }
    : never;
/** What the class holds. */
export type ValuesOf<S> =
  S extends Schema<infer D> ? { [K in keyof D]: D[K] extends Option<infer _, infer Out> ? Out : never } : never;

export interface SchemaSettings<D extends Definitions> {
  readonly positional?: readonly (keyof D & string)[];
  /** Older names of options: in options and in files. */
  readonly renamed?: { readonly [old: string]: keyof D & string };
  /** Options of older versions that mean nothing any more: accepted and dropped. In camelCase. */
  readonly ignored?: readonly string[];
  /** Changes options or a config (its keys in camelCase) of older versions before anything else is looked at. */
  readonly upgrade?: (options: Record<string, unknown>) => void;
}

export const snakeCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([a-z]{3,})(\d+)$/, '$1_$2')
    .toLowerCase();
export const camelCase = (name: string): string =>
  name.replace(/(?<=[^_])_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A config's keys in camelCase: the options of a class without a schema. */
export function optionsOfConfig(config: Config): Record<string, unknown> {
  if (!isRecord(config)) throw new ValueError(`fromConfig: found ${show(config)}, wanted a config.`);
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value]));
}

/** A schema whatever its options. */
export interface SchemaLike {
  readonly className: string;
  readonly definitions: Definitions;
  parse(args: readonly unknown[]): object;
  toConfig(holder: object): Config;
  fromConfig(config: Config): Record<string, unknown>;
}

export class Schema<D extends Definitions> implements SchemaLike {
  readonly className: string;
  readonly definitions: D;
  readonly settings: SchemaSettings<D>;
  readonly #names: readonly (keyof D & string)[];
  /** Names by their names in files; made when the first file is read. */
  #keys: ReadonlyMap<string, string> | null = null;

  constructor(className: string, definitions: D, settings: SchemaSettings<D> = {}) {
    this.className = className;
    this.definitions = definitions;
    this.settings = settings;
    this.#names = Object.keys(definitions);
  }

  /** The option's name in files. */
  key(name: string): string {
    return this.definitions[name]?.key ?? snakeCase(name);
  }

  /** Positional arguments and the trailing options object as one record of options. */
  collect(args: readonly unknown[]): Record<string, unknown> {
    const { positional = [] } = this.settings;
    const last = args.length > 0 ? args[args.length - 1] : undefined;
    const given: Record<string, unknown> = isRecord(last) ? { ...last } : {};
    const front = isRecord(last) ? args.slice(0, -1) : args;
    front.forEach((value, i) => {
      const name = positional[i];
      if (value === undefined) return;
      if (name === undefined) {
        throw new ValueError(
          `${this.className}: argument ${i + 1} is ${show(value)}; wanted ${positional.length ? `${positional.join(', ')} and then ` : ''}one options object, such as ${this.className}({ ${this.#names[0] ?? 'name'}: … }).`,
        );
      }
      given[name] = value;
    });
    return given;
  }

  /** Checked values of all options, from the arguments of a constructor. */
  parse(args: readonly unknown[]): ValuesOf<Schema<D>> {
    const given = this.collect(args);
    this.settings.upgrade?.(given);
    for (const name of Object.keys(given)) {
      if (Object.hasOwn(this.definitions, name)) continue;
      const current = this.settings.renamed?.[name];
      if (current !== undefined) {
        if (given[current] === undefined) given[current] = given[name];
        delete given[name];
        recordMigration('renamed-option', `${this.className}: ${name} → ${current}`);
      } else if (this.settings.ignored?.includes(name) || given[name] === undefined) {
        if (given[name] !== undefined) recordMigration('dropped-option', `${this.className}: ${name}`);
        delete given[name];
      } else {
        const snake = camelCase(name);
        const hint =
          snake !== name && Object.hasOwn(this.definitions, snake)
            ? ` Did you mean '${snake}'?`
            : didYouMean(name, this.#names);
        throw new ValueError(`${this.className}: unknown option '${name}'.${hint}`);
      }
    }
    const values: Record<string, unknown> = {};
    for (const name of this.#names) values[name] = this.#value(name, given[name]);
    return values as ValuesOf<Schema<D>>;
  }

  #value(name: string, value: unknown): unknown {
    const option = this.definitions[name]!;
    if (value === undefined) {
      if (option.required)
        throw new ValueError(`${this.className}: option '${name}' is missing; wanted ${option.kind.wanted}.`);
      return option.fallback;
    }
    const where = `${this.className}: ${name}`;
    const parsed = option.kind.parse(value, where);
    if (!parsed) throw new ValueError(`${where}: found ${show(value)}, wanted ${option.kind.wanted}.`);
    return parsed.value;
  }

  /** Sets the checked values as properties of the instance. */
  assign(instance: object, args: readonly unknown[]): void {
    Object.assign(instance, this.parse(args));
  }

  /** The config of an object that holds the values as properties. */
  toConfig(holder: object): Config {
    const config: Config = {};
    for (const name of this.#names) {
      const option = this.definitions[name]!;
      if (option.internal) continue;
      const value: unknown = Reflect.get(holder, name);
      if (option.omitNull && (value === null || value === undefined)) continue;
      if (option.omitFalse && !value) continue;
      config[this.key(name)] =
        value === undefined ? null : option.kind.toConfig ? option.kind.toConfig(value) : toJson(value);
    }
    return config;
  }

  /** Options for the constructor from a config. Unknown keys stay, so that the constructor refuses them by name. */
  fromConfig(config: Config): Record<string, unknown> {
    const options: Record<string, unknown> = {};
    this.#keys ??= new Map(this.#names.map((name) => [this.key(name), name]));
    for (const [key, value] of Object.entries(config)) {
      const name = this.#keys.get(key) ?? camelCase(key);
      const option = Object.hasOwn(this.definitions, name) ? this.definitions[name] : undefined;
      if (value === null && option?.required) continue;
      options[name] = option?.kind.fromConfig ? option.kind.fromConfig(value) : value;
    }
    return options;
  }

  /** One row for each option, for the documentation. */
  describe(): { name: string; wanted: string; required: boolean; default: string }[] {
    return this.#names.map((name) => {
      const { kind, required: needed, fallback } = this.definitions[name]!;
      return { name, wanted: kind.wanted, required: needed, default: needed ? '' : show(fallback) };
    });
  }
}

export const schema = <D extends Definitions>(
  className: string,
  definitions: D,
  settings?: SchemaSettings<D>,
): Schema<D> => new Schema(className, definitions, settings);

function toJson(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(toJson);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  return value as Json;
}

// ── Kinds ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** The bounds themselves are not allowed. */
  readonly open?: 'min' | 'max' | 'both';
}
const within = (value: number, { min, max, open }: Bounds): boolean =>
  (min === undefined || (open === 'min' || open === 'both' ? value > min : value >= min)) &&
  (max === undefined || (open === 'max' || open === 'both' ? value < max : value <= max));
const bounded = (what: string, { min, max, open }: Bounds): string => {
  const low = min === undefined ? '' : `${open === 'min' || open === 'both' ? '>' : '≥'} ${min}`;
  const high = max === undefined ? '' : `${open === 'max' || open === 'both' ? '<' : '≤'} ${max}`;
  return [what, [low, high].filter(Boolean).join(' and ')].filter(Boolean).join(' ');
};

export const number = (bounds: Bounds = {}): Kind<number> => ({
  wanted: bounded('a number', bounds),
  parse: (value) => (typeof value === 'number' && !Number.isNaN(value) && within(value, bounds) ? { value } : null),
});
export const integer = (bounds: Bounds = {}): Kind<number> => ({
  wanted: bounded('a whole number', bounds),
  parse: (value) => (typeof value === 'number' && Number.isInteger(value) && within(value, bounds) ? { value } : null),
});
export const boolean: Kind<boolean> = {
  wanted: 'true or false',
  parse: (value) =>
    typeof value === 'boolean' ? { value } : value === 0 || value === 1 ? { value: value === 1 } : null,
};
export const string: Kind<string> = {
  wanted: 'a string',
  parse: (value) => (typeof value === 'string' ? { value } : null),
};
/** One of the given strings. */
export const oneOf = <const T extends string>(...names: readonly T[]): Kind<T> => ({
  wanted: `one of ${names.map((name) => `'${name}'`).join(', ')}`,
  parse: (value, where) => {
    if (typeof value !== 'string') return null;
    const lower = value.toLowerCase();
    const name = names.find((candidate) => candidate === value) ?? names.find((candidate) => candidate === lower);
    if (name === undefined) throw new ValueError(`${where}: unknown '${value}'.${didYouMean(value, names)}`);
    return { value: name };
  },
});
export const nullable = <In, Out>(kind: Kind<In, Out>): Kind<In | null, Out | null> => ({
  wanted: `${kind.wanted}, or null`,
  parse: (value, where) => (value === null ? { value: null } : kind.parse(value, where)),
  toConfig: (value) => (value === null ? null : kind.toConfig ? kind.toConfig(value) : toJson(value)),
  fromConfig: (value) => (value === null ? null : kind.fromConfig ? kind.fromConfig(value) : value),
});
/** A list, or one value that stands for a list of one. */
export const list = <In, Out>(kind: Kind<In, Out>, length?: number): Kind<readonly In[], readonly Out[]> => ({
  wanted: `a list of ${length === undefined ? '' : `${length} times `}${kind.wanted}`,
  parse: (value, where) => {
    if (!Array.isArray(value) || (length !== undefined && value.length !== length)) return null;
    const parts = value.map((item, i) => kind.parse(item, `${where}[${i}]`));
    return parts.every((part) => part !== null) ? { value: parts.map((part) => part!.value) } : null;
  },
  toConfig: (value) => value.map((item) => (kind.toConfig ? kind.toConfig(item) : toJson(item))),
  fromConfig: (value) =>
    Array.isArray(value) && kind.fromConfig ? value.map((item) => kind.fromConfig!(item)) : value,
});
/** One number for all axes, or one for each: `3` and `[3, 3]`. */
export const perAxis = (
  axes: number,
  bounds: Bounds = { min: 1 },
): Kind<number | readonly number[], readonly number[]> => ({
  wanted: `${bounded('a whole number', bounds)}, or ${axes} of them in a list`,
  parse: (value) => {
    const numbers = typeof value === 'number' ? new Array<number>(axes).fill(value) : value;
    if (!Array.isArray(numbers) || numbers.length !== axes) return null;
    return numbers.every((n) => Number.isInteger(n) && within(n, bounds)) ? { value: numbers as number[] } : null;
  },
  toConfig: (value) => [...value],
});
/** A shape; `null` where a dimension is not known. */
export const shape: Kind<Shape> = {
  wanted: 'a shape: a list of whole numbers, null where a dimension is not known',
  parse: (value) =>
    Array.isArray(value) && value.every((n) => n === null || (Number.isInteger(n) && n >= 0))
      ? { value: [...value] as (number | null)[] }
      : typeof value === 'number' && Number.isInteger(value)
        ? { value: [value] }
        : null,
};
/** Whole numbers: axes, permutations. */
export const integers = (bounds: Bounds = {}): Kind<readonly number[]> => list(integer(bounds));
export const dtype: Kind<DType> = {
  wanted: 'a dtype',
  parse: (value) => {
    if (typeof value !== 'string') throw new DTypeError(`dtype: found ${show(value)}, wanted the name of a dtype.`);
    return { value: asDType(value) };
  },
};
/** Either of two kinds. */
export const either = <A, B, C, E>(first: Kind<A, B>, second: Kind<C, E>): Kind<A | C, B | E> => ({
  wanted: `${first.wanted}, or ${second.wanted}`,
  parse: (value, where) => first.parse(value, where) ?? second.parse(value, where),
});
/** Anything that the check accepts. */
export const any = <T>(wanted: string, accepts: (value: unknown) => value is T): Kind<T> => ({
  wanted,
  parse: (value) => (accepts(value) ? { value } : null),
});
export const seed: Kind<number | null> = {
  wanted: 'a whole number, or null',
  parse: (value) => (value === null || (typeof value === 'number' && Number.isInteger(value)) ? { value } : null),
};
