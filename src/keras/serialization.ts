// Keras objects as plain data, as Keras 3 writes them: { module, class_name, config, registered_name }, and back.
// Owns: the registry of classes and functions by module and name, users' registrations, sharing of objects within one
// file. Leaves what is in a config to each class: `getConfig()`, and `static fromConfig(config)` (without one the class is
// constructed with the config as its options; classes with a schema have both from it).
//
// A family (layers, losses, …) registers its classes once, in its index.ts or a registry.ts beside it:
//   registerModule('keras.losses', { MeanSquaredError, Huber, … });            // classes: by class_name
//   registerFunctions('keras.activations', { relu, leaky_relu: leakyRelu });    // functions: by the name in files
// and makes option kinds of its `get` with `kerasObject('an initializer', (x) => get(x))`.

import { didYouMean, show, ValueError } from '../base/errors.ts';
import { guarded, requireFunction } from '../base/misuse.ts';
import { isRecord } from '../base/record.ts';
import { recordMigration } from './migrations.ts';
import type { Config, Json, Kind } from './schema.ts';

/** What every object in a config can do. */
export interface Serializable {
  getConfig(): Config;
  getBuildConfig?(): Config | null;
  getCompileConfig?(): Config | null;
  buildFromConfig?(config: Config): void;
  compileFromConfig?(config: Config): void;
}
// biome-ignore lint/complexity/noBannedTypes: any class or function is meant.
type Anything = Function;

/** A config that cannot be made an object, with the kind of what is wrong, as file errors have it. */
export class ConfigError extends ValueError {
  readonly kind: 'unknown_layer' | 'unsafe_lambda' | 'bad_config';

  constructor(kind: 'unknown_layer' | 'unsafe_lambda' | 'bad_config', message: string) {
    super(message);
    this.kind = kind;
  }
}

interface Registered {
  readonly module: string;
  readonly name: string;
}
const byName = new Map<string, Anything>();
const places = new WeakMap<object, Registered>();

/** The first module of a class is the one that files name; further ones are other ways to find it. */
function register(module: string, table: Readonly<Record<string, unknown>>): void {
  for (const [name, entry] of Object.entries(table)) {
    if (typeof entry !== 'function') continue;
    byName.set(`${module}.${name}`, entry);
    if (!places.has(entry)) places.set(entry, { module, name });
  }
}
/** Makes built-in classes known: `registerModule('keras.layers', { Dense, … })`. */
export const registerModule = register;
/** Makes built-in functions known, by their names in files. */
export const registerFunctions = register;

/** The built-in class or function of a module, if it has one of that name. */
export const builtIn = (module: string, name: string): Anything | undefined => byName.get(`${module}.${name}`);
/** The names a module has. */
export const namesIn = (module: string): string[] =>
  [...byName.keys()]
    .filter((key) => key.startsWith(`${module}.`) && !key.slice(module.length + 1).includes('.'))
    .map((key) => key.slice(module.length + 1));
/** Where a built-in class or function is: its module and its name in files. */
export const placeOf = (entry: object): Registered | undefined => places.get(entry);

// ── Users' registrations ───────────────────────────────────────────────────────────────────────────────────────────

const custom: Record<string, unknown> = Object.create(null);
const customNames = new WeakMap<object, string>();
let scoped: Readonly<Record<string, unknown>> = {};

/** Registers a class or function of one's own under `package>name`; returns it. As a decorator: `registerKerasSerializable('mine')(MyLayer)`. */
export const registerKerasSerializable = guarded(
  'registerKerasSerializable',
  ['given', 'ownName'],
  (
    given: string | { readonly package?: string | undefined; readonly name?: string | undefined } = {},
    ownName?: string,
  ): (<T extends object>(entry: T) => T) => {
    const { package: packageName = 'Custom', name = ownName } = typeof given === 'string' ? { package: given } : given;
    return (entry) => {
      if (typeof entry !== 'function')
        throw new ValueError(`registerKerasSerializable: found ${show(entry)}, wanted a class or a function.`);
      const registered = `${packageName}>${name ?? (entry as Anything).name}`;
      custom[registered] = entry;
      customNames.set(entry, registered);
      return entry;
    };
  },
);
export const getRegisteredName = guarded(
  'getRegisteredName',
  ['entry'],
  (entry: { readonly name: string }): string => customNames.get(entry) ?? entry.name,
);
export const getRegisteredObject = (name: string): unknown =>
  (Object.hasOwn(scoped, name) ? scoped[name] : undefined) ?? custom[name];
/** All that is registered, by name: the registry itself, to add to and to take from. */
export const getCustomObjects = (): Record<string, unknown> => custom;

/** Runs `f` with these classes and functions known by name. */
export function customObjectScope<T>(objects: Readonly<Record<string, unknown>> | null | undefined, f: () => T): T {
  requireFunction('customObjectScope', f);
  const outer = scoped;
  scoped = { ...outer, ...objects };
  try {
    return f();
  } finally {
    scoped = outer;
  }
}

// ── Objects shared within one file ─────────────────────────────────────────────────────────────────────────────────

interface Sharing {
  readonly configs: Map<object, { config: Config; id: number }>;
  readonly objects: Map<number, unknown>;
}
let sharing: Sharing | null = null;

/** Runs `f`: objects serialized twice in it get one `shared_object_id`, and come back as one object. */
export function withSharing<T>(f: () => T): T {
  requireFunction('customObjectScope', f);
  const outer = sharing;
  sharing = { configs: new Map(), objects: new Map() };
  try {
    return f();
  } finally {
    sharing = outer;
  }
}
function recordShared(object: object, config: Config): Config {
  if (!sharing) return config;
  const earlier = sharing.configs.get(object);
  if (earlier) config.shared_object_id = earlier.config.shared_object_id = earlier.id;
  else sharing.configs.set(object, { config, id: 1000 + sharing.configs.size });
  return config;
}

// ── Serializing ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Turns other objects (tensors) into data; installed by those who know them. */
type Special = (value: object) => Json | undefined;
const specials: Special[] = [];
export const addSpecialSerializer = (special: Special): void => {
  specials.push(special);
};
const revivers = new Map<string, (config: Json) => unknown>();
export const addSpecialDeserializer = (className: string, revive: (config: Json) => unknown): void => {
  revivers.set(className, revive);
};

const isSerializable = (value: object): value is Serializable =>
  'getConfig' in value && typeof (value as Serializable).getConfig === 'function';
const isClass = (value: Anything): boolean => Function.prototype.toString.call(value).startsWith('class');

/** The object as data. */
export function serializeKerasObject(object: unknown): Json {
  if (object === null || object === undefined) return null;
  if (typeof object === 'string' || typeof object === 'number' || typeof object === 'boolean') return object;
  if (typeof object === 'bigint') return Number(object);
  if (typeof object === 'symbol')
    throw new ValueError(
      `cannot serialize ${String(object)}: a symbol is not the same in another program. Name it by a text.`,
    );
  if (Array.isArray(object)) return object.map(serializeKerasObject);
  if (isRecord(object)) return serializeRecord(object);
  for (const special of specials) {
    const found = special(object as object);
    if (found !== undefined) return found;
  }
  if (isSerializable(object as object)) return serializeInstance(object as Serializable);
  if (typeof object === 'function') return serializeFunction(object);
  throw new ValueError(
    `cannot serialize ${show(object)}: its class has no getConfig(). Add one that returns what the constructor needs.`,
  );
}
const serializeRecord = (record: Readonly<Record<string, unknown>>): Config =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, serializeKerasObject(value)]));

function serializeInstance(object: Serializable): Config {
  const type = (object as { constructor: Anything }).constructor;
  const place = places.get(type);
  const config: Config = {
    module: place?.module ?? null,
    class_name: place?.name ?? type.name,
    config: serializeRecord(object.getConfig()),
    // Classes without a public name are registered by their own.
    registered_name: place ? (place.module.startsWith('keras.src.') ? place.name : null) : getRegisteredName(type),
  };
  const build = object.getBuildConfig?.();
  if (build) config.build_config = serializeRecord(build);
  const compile = object.getCompileConfig?.();
  if (compile) config.compile_config = serializeRecord(compile);
  return recordShared(object, config);
}

function serializeFunction(f: Anything): Json {
  const place = places.get(f);
  if (isClass(f))
    return {
      module: place?.module ?? null,
      class_name: place?.name ?? f.name,
      config: {},
      registered_name: getRegisteredName(f),
    };
  if (place) return { module: 'builtins', class_name: 'function', config: place.name, registered_name: 'function' };
  if (!f.name && !customNames.has(f)) {
    throw new ValueError(
      'cannot serialize a function without a name: it could not be found again when the file is loaded. Give it a name and register it with registerKerasSerializable, or pass it in customObjects when loading.',
    );
  }
  const name = getRegisteredName(f);
  return { module: 'builtins', class_name: 'function', config: name, registered_name: name };
}

// ── Deserializing ──────────────────────────────────────────────────────────────────────────────────────────────────

export interface DeserializeOptions {
  readonly customObjects?: Readonly<Record<string, unknown>> | null | undefined;
  /** Modules in which a bare name is looked for, such as 'keras.layers'. */
  readonly modules?: readonly string[] | undefined;
}

const SEARCHED = [
  'keras.layers',
  'keras.models',
  'keras',
  'keras.activations',
  'keras.initializers',
  'keras.regularizers',
  'keras.constraints',
  'keras.losses',
  'keras.metrics',
  'keras.optimizers',
  'keras.optimizers.schedules',
];

/** The class or function that a config names, or an error that says how to make it known. */
export function findClass(
  name: string,
  module: string | null,
  registeredName: string | null,
  modules: readonly string[] = [],
): Anything {
  for (const key of [registeredName, name]) {
    if (key === null) continue;
    const found = getRegisteredObject(key);
    if (typeof found === 'function') return found;
  }
  if (module !== null && module !== 'builtins') {
    const found = byName.get(`${module}.${name}`) ?? fromInternalModule(module, name);
    if (found) return found;
  }
  if (module === null || module === 'builtins' || module === undefined || modules.length > 0) {
    for (const place of [...modules, ...(modules.length > 0 ? [] : SEARCHED)]) {
      const found = byName.get(`${place}.${name}`);
      if (found) return found;
    }
  }
  // Functions registered by name alone are found by the end of `package>name`.
  for (const [key, value] of Object.entries(custom))
    if (key.endsWith(`>${name}`) && typeof value === 'function') return value;
  if (name.startsWith('Custom>')) {
    const bare = name.slice('Custom>'.length);
    if (SEARCHED.some((place) => byName.has(`${place}.${bare}`))) {
      recordMigration('package-of-keras-2', bare);
      return findClass(bare, module, null, modules);
    }
  }
  const known = (modules.length > 0 ? modules : SEARCHED).flatMap(namesIn);
  throw new ConfigError(
    'unknown_layer',
    `unknown layer, class or function '${name}'${module && module !== 'builtins' ? ` of module ${module}` : ''}.${didYouMean(name, [...known, ...Object.keys(custom)])} For one of your own pass { customObjects: { ${/^\w+$/.test(name) ? name : `'${name}'`} } } or register it with registerKerasSerializable.`,
  );
}

/** `keras.src.layers.core.dense` names what `keras.layers` has, in files of older versions. */
function fromInternalModule(module: string, name: string): Anything | undefined {
  if (!/^(tf_keras|keras|tensorflow\.keras)(\.|$)/.test(module)) return undefined;
  const parts = module
    .split('.')
    .filter((part) => part !== 'src' && part !== 'tf_keras' && part !== 'tensorflow' && part !== 'keras');
  for (let length = Math.min(parts.length, 2); length >= 0; length--) {
    const found = byName.get([`keras`, ...parts.slice(0, length), name].join('.'));
    if (found) return found;
  }
  return parts[0] === 'engine' || parts[0] === 'models'
    ? (byName.get(`keras.${name}`) ?? byName.get(`keras.models.${name}`) ?? byName.get(`keras.layers.${name}`))
    : undefined;
}

/** The object that the data describes. */
export function deserializeKerasObject(config: Json, options: DeserializeOptions = {}): unknown {
  return withObjectsOf(options?.customObjects, () => revive(config, options?.modules));
}
/** Runs `f` with a program's own classes known, given as they are or, as everywhere, as an option: `{ customObjects: { Mine } }`. */
export function withObjectsOf<T>(given: DeserializeOptions['customObjects'], f: () => T): T {
  const objects =
    given && Object.keys(given).join() === 'customObjects' && isRecord(given.customObjects)
      ? given.customObjects
      : given;
  return objects ? customObjectScope(objects, f) : f();
}

function revive(config: Json, modules: readonly string[] | undefined): unknown {
  if (config === null || typeof config === 'number' || typeof config === 'boolean') return config;
  if (typeof config === 'string') {
    const found = getRegisteredObject(config);
    return found ?? config;
  }
  if (Array.isArray(config)) return config.map((item) => revive(item, modules));
  if (!isRecord(config)) throw new ValueError(`deserialize: found ${show(config)}, wanted a config, a name or null.`);
  const { class_name: className, config: inner } = config;
  if (typeof className !== 'string' || inner === undefined)
    return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, revive(value, modules)]));
  const special = revivers.get(className);
  if (special) return special(inner);
  const module = typeof config.module === 'string' ? config.module : null;
  const registeredName = typeof config.registered_name === 'string' ? config.registered_name : null;
  if (className === 'function') {
    if (typeof inner !== 'string')
      throw new ConfigError('bad_config', `bad config: a function's config is ${show(inner)}, wanted its name.`);
    return findClass(inner, module, registeredName, modules);
  }
  if (inner !== null && !isRecord(inner))
    throw new ConfigError(
      'bad_config',
      `bad config: ${className} has the config ${show(inner)}, wanted a record of its options.`,
    );
  const id = typeof config.shared_object_id === 'number' ? config.shared_object_id : null;
  if (id !== null && sharing?.objects.has(id)) return sharing.objects.get(id);
  const object = named(className, inner?.name, () =>
    instantiate(findClass(className, module, registeredName, modules), (inner ?? {}) as Config),
  );
  const instance = object as Partial<Serializable> & { built?: boolean };
  if (isRecord(config.build_config) && instance.buildFromConfig && !instance.built)
    instance.buildFromConfig(config.build_config as Config);
  if (isRecord(config.compile_config) && instance.compileFromConfig)
    instance.compileFromConfig(config.compile_config as Config);
  if (id !== null) sharing?.objects.set(id, object);
  return object;
}

/** Runs `make`, so that an error says which of the objects of its class it is about: `Dense 'first': units: …`. */
function named<T>(className: string, name: Json | undefined, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof Error && typeof name === 'string' && !about.has(error)) {
      about.add(error);
      const rest = error.message.startsWith(`${className}: `)
        ? error.message.slice(className.length + 2)
        : error.message;
      if (!rest.includes(`'${name}'`)) error.message = `${className} '${name}': ${rest}`;
    }
    throw error;
  }
}
/** Errors that name their object already: what holds it leaves them as they are. */
const about = new WeakSet<Error>();

/** An object of the class, by its `fromConfig` or by its constructor. */
export function instantiate(target: Anything, config: Config): unknown {
  if ('fromConfig' in target && typeof target.fromConfig === 'function') return target.fromConfig(config);
  return Reflect.construct(target, [config]);
}

// ── Kinds for options that are Keras objects ───────────────────────────────────────────────────────────────────────

/**
 * The kind of options that take an object of a family: what `get` accepts (a name, a function, an instance, a config).
 * `get` throws for unknown names; its message gets the layer and the option in front.
 */
export const kerasObject = <In, Out>(
  wanted: string,
  get: (value: In) => Out,
  serialize: (value: Out) => Json = serializeKerasObject,
): Kind<In, Out> => ({
  wanted,
  parse: (value, where) => {
    if (value === null || value === undefined) return { value: value as Out };
    try {
      return { value: get(value as In) };
    } catch (error) {
      if (error instanceof ConfigError && error.kind === 'unsafe_lambda')
        throw new ConfigError(error.kind, `${where}: ${error.message}`);
      if (error instanceof ValueError) throw new ValueError(`${where}: ${error.message}`);
      throw error;
    }
  },
  toConfig: (value) => (value === null || value === undefined ? null : serialize(value)),
});

/** A function in a config: found by its name. Code in files is never run. */
export function deserializeLambda(config: Json): unknown {
  const found = revive(config, ['keras.activations']);
  if (typeof found === 'function') return found;
  throw new ValueError(
    `a Lambda layer's function ${show(found)} is not known. Pass it in customObjects by its name, or register it with registerKerasSerializable.`,
  );
}
addSpecialDeserializer('__lambda__', () => {
  throw new ConfigError(
    'unsafe_lambda',
    "unsafe lambda: the file holds a Lambda layer with Python code (a lambda). It cannot be run here, and running code from files is unsafe. Write the layer's function in TypeScript, give it a name, and pass it in customObjects.",
  );
});
