// Protocol buffers: messages described by a table of fields, read and written by one loop.
// Owns: fields of proto3 (and of proto2 without groups), defaults, packed lists, maps, bounds on nesting.
// Leaves the tables to those who know the messages: each is an interface and a `message<Interface>({ … })` beside it.
import { ByteCursor, ByteParts } from '../byte-cursor.ts';
import { FormatError } from '../file-error.ts';
import { type Codec, inner, readVarint, skip, writeBytes, writeVarint } from './wire.ts';

/** A field of a message. */
export interface Field<T> {
  readonly number: number;
  /** A value for a field that was not written; undefined for messages, and for fields that know whether they were. */
  start(): T | undefined;
  /** Reads one occurrence; `before` is what the occurrences so far came to. */
  read(cursor: ByteCursor, wire: number, before: T | undefined, depth: number): T;
  write(out: ByteParts, value: T): void;
}

/** What can be left out when a message is written. */
export type MessageInput<T> = T extends Uint8Array | string | number | bigint | boolean
  ? T
  : T extends readonly (infer Item)[]
    ? readonly MessageInput<Item>[]
    : T extends ReadonlyMap<infer Key, infer Value>
      ? ReadonlyMap<Key, MessageInput<Value>>
      : { readonly [Key in keyof T]?: MessageInput<T[Key]> | undefined };

export interface Message<T> {
  /** Throws FormatError of kind `bad_protobuf`; `file` is the name for error messages. */
  decode(bytes: Uint8Array, file: string): T;
  encode(value: MessageInput<T>): Uint8Array;
  /** For messages inside messages. */
  readonly codec: Codec<T>;
}

const DEEPEST = 100;

/** Describes a message: for every key of the interface a field. */
export function message<T extends object>(
  fields: { readonly [Key in keyof Required<T>]: Field<NonNullable<T[Key]>> },
): Message<T> {
  const entries = Object.entries(fields) as [keyof T & string, Field<unknown>][];
  const byNumber = new Map(entries.map(([key, field]) => [field.number, [key, field] as const]));
  const read = (cursor: ByteCursor, depth: number): T => {
    if (depth > DEEPEST) cursor.fail(`messages nested more than ${DEEPEST} deep`);
    const value: Partial<Record<keyof T, unknown>> = {};
    for (const [key, field] of entries) {
      const start = field.start();
      if (start !== undefined) value[key] = start;
    }
    while (cursor.remaining > 0) {
      const tag = readVarint(cursor);
      const wire = tag & 7;
      const known = byNumber.get(Math.floor(tag / 8));
      if (known) value[known[0]] = known[1].read(cursor, wire, value[known[0]], depth);
      else skip(cursor, wire);
    }
    return value as T;
  };
  const encode = (value: object): Uint8Array => {
    const out = new ByteParts();
    const contents = value as Readonly<Record<string, unknown>>;
    for (const [key, field] of entries) if (contents[key] !== undefined) field.write(out, contents[key]);
    return out.join();
  };
  return {
    decode: (bytes, file) =>
      read(
        new ByteCursor(bytes, 0, bytes.length, (why) => {
          throw new FormatError('bad_protobuf', file, `the protocol buffer is damaged or cut off: ${why}.`);
        }),
        0,
      ),
    encode,
    codec: {
      wire: 2,
      empty: undefined,
      read: (cursor, depth) => read(inner(cursor), depth + 1),
      write: (out, value) => writeBytes(out, encode(value)),
    },
  };
}

type Lazy<T> = Codec<T> | (() => Message<T>);
const resolve = <T>(lazy: Lazy<T>): Codec<T> => (typeof lazy === 'function' ? lazy().codec : lazy);

function expectWire<T>(cursor: ByteCursor, codec: Codec<T>, wire: number): void {
  if (wire !== codec.wire) cursor.fail(`a field of wire type ${wire} where ${codec.wire} is expected`);
}

function writeTagged<T>(out: ByteParts, number: number, codec: Codec<T>, value: T): void {
  writeVarint(out, number * 8 + codec.wire);
  codec.write(out, value);
}

const isEmpty = (value: unknown, empty: unknown) =>
  value instanceof Uint8Array ? value.length === 0 && empty instanceof Uint8Array : Object.is(value, empty);

/** A single value that always has one: what was not written is 0, '', false or no bytes. */
export function field<T>(number: number, codec: Codec<T>): Field<T> {
  return {
    number,
    start: () => codec.empty,
    read: (cursor, wire, _, depth) => {
      expectWire(cursor, codec, wire);
      return codec.read(cursor, depth);
    },
    write: (out, value) => {
      if (!isEmpty(value, codec.empty)) writeTagged(out, number, codec, value);
    },
  };
}

/** A value that may be absent: a message, or one of a `oneof`. */
export function optional<T>(number: number, lazy: Lazy<T>): Field<T> {
  return {
    number,
    start: () => undefined,
    read: (cursor, wire, _, depth) => {
      const codec = resolve(lazy);
      expectWire(cursor, codec, wire);
      return codec.read(cursor, depth);
    },
    write: (out, value) => writeTagged(out, number, resolve(lazy), value),
  };
}

/** A list; numbers are packed when written, and read either way. */
export function repeated<T>(number: number, lazy: Lazy<T>): Field<T[]> {
  return {
    number,
    start: () => [],
    read: (cursor, wire, before, depth) => {
      const codec = resolve(lazy);
      const list = before ?? [];
      if (wire === 2 && codec.wire !== 2) {
        const packed = inner(cursor);
        while (packed.remaining > 0) list.push(codec.read(packed, depth));
      } else {
        expectWire(cursor, codec, wire);
        list.push(codec.read(cursor, depth));
      }
      return list;
    },
    write: (out, list) => {
      const codec = resolve(lazy);
      if (codec.wire === 2) {
        for (const value of list) writeTagged(out, number, codec, value);
      } else if (list.length > 0) {
        const packed = new ByteParts();
        for (const value of list) codec.write(packed, value);
        writeVarint(out, number * 8 + 2);
        writeBytes(out, packed.join());
      }
    },
  };
}

/** A map; later entries of one key replace earlier ones. */
export function mapOf<K, V>(number: number, keyType: Codec<K>, lazy: Lazy<V>): Field<Map<K, V>> {
  return {
    number,
    start: () => new Map(),
    read: (cursor, wire, before, depth) => {
      const map = before ?? new Map<K, V>();
      const valueType = resolve(lazy);
      if (wire !== 2) cursor.fail(`a map entry of wire type ${wire}`);
      const entry = inner(cursor);
      let key = keyType.empty;
      let value = valueType.empty;
      while (entry.remaining > 0) {
        const tag = readVarint(entry);
        if (tag === 8 + keyType.wire) key = keyType.read(entry, depth);
        else if (tag === 16 + valueType.wire) value = valueType.read(entry, depth);
        else skip(entry, tag & 7);
      }
      // A message that was not written is an empty one: a length of 0 follows.
      value ??= valueType.read(new ByteCursor(Uint8Array.of(0), 0, 1, (why) => cursor.fail(why)), depth);
      map.set(key ?? cursor.fail('a map entry without key'), value);
      return map;
    },
    write: (out, map) => {
      const valueType = resolve(lazy);
      for (const [key, value] of map) {
        const entry = new ByteParts();
        writeTagged(entry, 1, keyType, key);
        writeTagged(entry, 2, valueType, value);
        writeVarint(out, number * 8 + 2);
        writeBytes(out, entry.join());
      }
    },
  };
}
