// What a user's class was constructed with, for classes without a getConfig: Keras records the arguments of every constructor. In
// JavaScript a base class sees only what is passed on to it, so the names are read from the constructor's text, and the values from
// the fields in which it puts them unchanged: `this.scale = scale`.
// Owns: that reading, the warning where it is not enough, and calling such a constructor again. Leaves configs to their classes.
import { isRecord } from '../base/record.ts';
import { type Config, camelCase, type Json } from './schema.ts';
import { deserializeKerasObject, placeOf, serializeKerasObject } from './serialization.ts';

/** A parameter of a constructor. */
interface Parameter {
  /** Its name; null where it is taken apart at once: `{ scale = 2, ...rest } = {}`. */
  readonly name: string | null;
  /** The names that it is taken apart into. */
  readonly parts: readonly string[];
  /** Whether it stands for all arguments that follow. */
  readonly isRest: boolean;
}
interface Signature {
  readonly parameters: readonly Parameter[];
  readonly body: string;
}
// biome-ignore lint/complexity/noBannedTypes: any class is meant.
type AnyClass = Function;

/** From an opening bracket the place of the closing one; strings and comments are passed over. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"' || c === "'" || c === '`') {
      for (i++; i < text.length && text[i] !== c; i++) if (text[i] === '\\') i++;
    } else if (c === '/' && text[i + 1] === '/') i = text.indexOf('\n', i) < 0 ? text.length : text.indexOf('\n', i);
    else if (c === '/' && text[i + 1] === '*') i = text.indexOf('*/', i) + 1;
    else if (c === '(' || c === '{' || c === '[') depth++;
    else if ((c === ')' || c === '}' || c === ']') && --depth === 0) return i;
  }
  return text.length;
}
/** The parts of a text between commas that stand outside of brackets. */
function split(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i === text.length || text[i] === ',') {
      const part = text.slice(from, i).trim();
      if (part) parts.push(part);
      from = i + 1;
    } else if ('({['.includes(text[i]!)) i = closing(text, i);
    else if ('"\'`'.includes(text[i]!)) {
      const quote = text[i]!;
      for (i++; i < text.length && text[i] !== quote; i++) if (text[i] === '\\') i++;
    }
  }
  return parts;
}
function parameterOf(text: string): Parameter {
  if (text.startsWith('...')) return { name: text.slice(3).trim(), parts: [], isRest: true };
  if (!text.startsWith('{')) return { name: /^[\w$]+/.exec(text)?.[0] ?? null, parts: [], isRest: false };
  const parts = split(text.slice(1, closing(text, 0)))
    .filter((part) => !part.startsWith('...'))
    .flatMap((part) => /^[\w$]+/.exec(part)?.[0] ?? []);
  return { name: null, parts, isRest: false };
}

const signatures = new WeakMap<AnyClass, Signature | null>();
/** The constructor that a class writes itself; null for one that inherits its. */
function signatureOf(target: AnyClass): Signature | null {
  const known = signatures.get(target);
  if (known !== undefined) return known;
  const text = Function.prototype.toString.call(target);
  const at = text.startsWith('class') ? /[{};\s]constructor\s*\(/.exec(text) : null;
  let found: Signature | null = null;
  if (at) {
    const open = at.index + at[0].length - 1;
    const close = closing(text, open);
    const begin = text.indexOf('{', close);
    found = {
      parameters: split(text.slice(open + 1, close)).map(parameterOf),
      body: text.slice(begin, closing(text, begin) + 1),
    };
  }
  signatures.set(target, found);
  return found;
}

/** Options of all layers, losses and metrics: their base classes have them in their config. */
const BASE = new Set(['name', 'trainable', 'dtype', 'reduction', 'activityRegularizer', 'activity_regularizer']);
const escaped = (name: string): string => name.replace(/\$/g, '\\$');
/** Whether a parameter is a record of options: passed on to the base, or looked into. */
const isOptions = (name: string, body: string): boolean =>
  new RegExp(
    `super\\s*\\([^)]*\\b${escaped(name)}\\b|\\b${escaped(name)}\\s*\\??\\.|\\.\\.\\.\\s*${escaped(name)}\\b|\\}\\s*=\\s*${escaped(name)}\\b`,
  ).test(body);
const isPut = (name: string, body: string): boolean =>
  new RegExp(`this\\.${escaped(name)}\\s*=\\s*${escaped(name)}\\s*[;,})\\n]`).test(body);

/** The names of the options that the constructor takes for itself, and of those in which its text does not say where they go. */
function ownOptions({ parameters, body }: Signature): { readonly found: string[]; readonly lost: string[] } {
  const found: string[] = [];
  const lost: string[] = [];
  const take = (name: string): void => {
    if (!BASE.has(name)) (isPut(name, body) ? found : lost).push(name);
  };
  for (const { name, parts, isRest } of parameters) {
    parts.forEach(take);
    if (name === null || isRest || BASE.has(name)) continue;
    if (!isOptions(name, body)) {
      take(name);
      continue;
    }
    // const { scale = 2, ...rest } = options, and options.scale
    const taken = new RegExp(`\\{([^{};]*)\\}\\s*=\\s*${escaped(name)}\\b`).exec(body)?.[1];
    if (taken) parameterOf(`{${taken}}`).parts.forEach(take);
    for (const [, key] of body.matchAll(new RegExp(`\\b${escaped(name)}\\??\\.([\\w$]+)`, 'g')))
      if (!BASE.has(key!))
        (new RegExp(`this\\.${escaped(key!)}\\s*=\\s*${escaped(name)}\\??\\.${escaped(key!)}\\b`).test(body)
          ? found
          : lost
        ).push(key!);
  }
  return { found: [...new Set(found)], lost: [...new Set(lost)] };
}

const isUsers = (type: AnyClass): boolean =>
  typeof type === 'function' && !placeOf(type) && Function.prototype.toString.call(type).startsWith('class');

const warned = new WeakSet<AnyClass>();

/** The config of an object whose class has no getConfig of its own, with what its constructor was given, as far as it can be known. */
export function withRecordedArguments(object: object, config: Config): Config {
  const target = object.constructor;
  const found: string[] = [];
  const lost: string[] = [];
  // The user's classes, down to one of Keras's own, which looks like a plain function.
  for (let type: AnyClass = target; isUsers(type); type = Object.getPrototypeOf(type)) {
    const signature = signatureOf(type);
    if (!signature) continue;
    const own = ownOptions(signature);
    found.push(...own.found);
    lost.push(...own.lost);
  }
  const recorded: Record<string, Json> = {};
  const missing = lost.filter((name) => !found.includes(name));
  for (const name of found) {
    const value: unknown = Reflect.get(object, name);
    try {
      if (value !== undefined) recorded[name] = serializeKerasObject(value);
    } catch {
      missing.push(name);
    }
  }
  if (missing.length > 0 && !warned.has(target)) {
    warned.add(target);
    const names = missing.join(', ');
    console.warn(
      `${target.name} takes ${names} in its constructor and has no getConfig: a file or copy of it would have the defaults. Add getConfig() { return { ...super.getConfig(), ${missing.map((name) => `${name}: this.${name}`).join(', ')} }; }`,
    );
  }
  return { ...config, ...recorded };
}

/** The constructor that making an object of the class calls, where it is the user's. */
function inheritedSignature(target: AnyClass): Signature | null {
  for (let type = target; isUsers(type); type = Object.getPrototypeOf(type)) {
    const signature = signatureOf(type);
    if (signature) return signature;
  }
  return null;
}

/** Whether a program's own class says itself what its config is, and so also what becomes of it. */
function hasOwnConfig(target: AnyClass): boolean {
  for (let type = target; isUsers(type); type = Object.getPrototypeOf(type))
    if (Object.hasOwn(type.prototype, 'getConfig')) return true;
  return false;
}
/** Layers, models and functions among what was recorded, as objects again. */
const withObjects = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      isRecord(value) && 'class_name' in value && 'config' in value ? deserializeKerasObject(value as Json) : value,
    ]),
  );

/** Makes the object again: a class whose constructor takes its arguments by position gets them so, others one record of options. */
export function constructFrom<T>(target: new (...args: never[]) => T, given: Readonly<Record<string, unknown>>): T {
  const options = hasOwnConfig(target) ? given : withObjects(given);
  const signature = inheritedSignature(target);
  const positional =
    signature?.parameters.some(
      ({ name, isRest }) => name !== null && !isRest && !isOptions(name, signature.body) && takes(signature, name),
    ) ?? false;
  if (!signature || !positional) return Reflect.construct(target, [options]) as T;
  const rest: Record<string, unknown> = { ...options };
  const args = signature.parameters.map(({ name }) => {
    if (name === null || isOptions(name, signature.body)) return rest;
    const key = Object.hasOwn(rest, name) ? name : camelCase(name);
    const value = rest[key];
    delete rest[key];
    return value;
  });
  return Reflect.construct(target, args) as T;
}
/** Whether a name is one that the constructor puts into a field, and so no record of options under another name. */
const takes = ({ body, parameters }: Signature, name: string): boolean => isPut(name, body) || parameters.length > 1;
