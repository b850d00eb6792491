// Examples read fast: the features that are wanted, found in the bytes without making objects of the others.
// Owns: the walk over Example and SequenceExample, and the decoding of lists. The messages themselves are example-proto.ts.
import type { Data, StringElement } from '../../base/dtype.ts';
import { decodeText } from '../array-data.ts';
import { FormatError } from '../file-error.ts';

export type FeatureKind = 'float32' | 'int64' | 'string';
/** Where a feature's list lies in the record; kind null: the feature is there and holds nothing. */
export interface FeatureSlice {
  readonly kind: FeatureKind | null;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const KINDS: readonly (FeatureKind | null)[] = [null, 'string', 'float32', 'int64'];

/** What messages call the record; a function, where making the name takes time. */
export type Named = string | (() => string);

/** A place in a record. One object, moved on: records are read by the million. */
class Walk {
  readonly bytes: Uint8Array;
  readonly #file: Named;
  at = 0;
  /** The field's number and wire type, and where its content ends, after `field`. */
  number = 0;
  wire = 0;
  end = 0;

  constructor(bytes: Uint8Array, file: Named) {
    this.bytes = bytes;
    this.#file = file;
  }
  bad(why: string): never {
    const file = typeof this.#file === 'string' ? this.#file : this.#file();
    throw new FormatError('bad_protobuf', file, `this is no Example: ${why} at byte ${this.at}.`);
  }
  varint(): number {
    const { bytes } = this;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = bytes[this.at++];
      if (byte === undefined) this.bad('a number is cut off');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    return this.bad('a number of more than ten bytes');
  }
  /** Goes to the content of the next field, and gives its number. */
  field(limit: number): number {
    const tag = this.varint();
    this.number = Math.floor(tag / 8);
    this.wire = tag & 7;
    const from = this.at;
    if (this.wire === 2) {
      const length = this.varint();
      this.end = this.at + length;
    } else if (this.wire === 0) {
      this.varint();
      this.end = this.at;
      this.at = from;
    } else if (this.wire === 5) this.end = from + 4;
    else if (this.wire === 1) this.end = from + 8;
    else this.bad(`a field of wire type ${this.wire}`);
    if (this.number === 0 || this.end > limit) this.bad('a field that goes beyond its message');
    return this.number;
  }
}

/** A short name; most are ASCII. */
function nameOf(bytes: Uint8Array, start: number, end: number): string {
  let name = '';
  for (let i = start; i < end; i++) {
    const code = bytes[i]!;
    if (code >= 128) return String(decodeText(bytes.subarray(start, end)));
    name += String.fromCharCode(code);
  }
  return name;
}

/** Visits the entries of a map field of names to messages: (name, start, end). */
function entries(walk: Walk, limit: number, visit: (name: string, start: number, end: number) => void): void {
  while (walk.at < limit) {
    const isEntry = walk.field(limit) === 1 && walk.wire === 2;
    const entryEnd = walk.end;
    if (!isEntry) {
      walk.at = entryEnd;
      continue;
    }
    let name = '';
    let [start, end] = [entryEnd, entryEnd];
    while (walk.at < entryEnd) {
      const part = walk.field(entryEnd);
      if (part === 1 && walk.wire === 2) name = nameOf(walk.bytes, walk.at, walk.end);
      else if (part === 2 && walk.wire === 2) [start, end] = [walk.at, walk.end];
      walk.at = walk.end;
    }
    visit(name, start, end);
    walk.at = entryEnd;
  }
}

/** The list inside a Feature. */
function slice(walk: Walk, start: number, end: number): FeatureSlice {
  let found: FeatureSlice = { kind: null, bytes: walk.bytes, start: end, end };
  walk.at = start;
  while (walk.at < end) {
    walk.field(end);
    const kind = KINDS[walk.number];
    if (kind && walk.wire === 2) found = { kind, bytes: walk.bytes, start: walk.at, end: walk.end };
    walk.at = walk.end;
  }
  return found;
}

function readFeatures(
  walk: Walk,
  limit: number,
  wanted: ReadonlyMap<string, number>,
  out: (FeatureSlice | null)[],
): void {
  entries(walk, limit, (name, start, end) => {
    const place = wanted.get(name);
    if (place !== undefined) out[place] = slice(walk, start, end);
  });
}

/** The wanted features of an Example, null for those that it lacks; `wanted` gives each name its place. */
export function readExample(
  bytes: Uint8Array,
  wanted: ReadonlyMap<string, number>,
  file: Named,
): (FeatureSlice | null)[] {
  const out = new Array<FeatureSlice | null>(wanted.size).fill(null);
  const walk = new Walk(bytes, file);
  while (walk.at < bytes.length) {
    walk.field(bytes.length);
    const { end } = walk;
    if (walk.number === 1 && walk.wire === 2) readFeatures(walk, end, wanted, out);
    walk.at = end;
  }
  return out;
}

export interface SequenceSlices {
  readonly context: (FeatureSlice | null)[];
  /** For each wanted list its features, null where there is no such list. */
  readonly lists: (FeatureSlice[] | null)[];
}

/** The same of a SequenceExample. */
export function readSequenceExample(
  bytes: Uint8Array,
  context: ReadonlyMap<string, number>,
  lists: ReadonlyMap<string, number>,
  file: string,
): SequenceSlices {
  const out: SequenceSlices = {
    context: new Array<FeatureSlice | null>(context.size).fill(null),
    lists: new Array<FeatureSlice[] | null>(lists.size).fill(null),
  };
  const walk = new Walk(bytes, file);
  while (walk.at < bytes.length) {
    walk.field(bytes.length);
    const { end, number } = walk;
    if (number === 1 && walk.wire === 2) readFeatures(walk, end, context, out.context);
    else if (number === 2 && walk.wire === 2)
      entries(walk, end, (name, from, to) => {
        const place = lists.get(name);
        if (place === undefined) return;
        const list: FeatureSlice[] = [];
        walk.at = from;
        while (walk.at < to) {
          walk.field(to);
          const next = walk.end;
          if (walk.number === 1 && walk.wire === 2) list.push(slice(walk, walk.at, next));
          walk.at = next;
        }
        out.lists[place] = list;
      });
    walk.at = end;
  }
  return out;
}

/** Values of lists one after the other, in one array that grows: lists are read by the million, and most hold little. */
export class ListValues {
  readonly #kind: FeatureKind;
  #floats = new Float32Array(0);
  #integers = new BigInt64Array(0);
  /** The integers' halves. */
  #words = new Int32Array(0);
  readonly #texts: StringElement[] = [];
  /** How many values there are. */
  length = 0;

  /** `room`: how many values are expected. */
  constructor(kind: FeatureKind, room = 16) {
    this.#kind = kind;
    this.#grow(room);
  }
  #grow(needed: number): void {
    const size = Math.max(needed, 2 * this.length);
    if (this.#kind === 'float32' && needed > this.#floats.length) {
      const old = this.#floats;
      this.#floats = new Float32Array(size);
      this.#floats.set(old);
    } else if (this.#kind === 'int64' && needed > this.#integers.length) {
      const old = this.#integers;
      this.#integers = new BigInt64Array(size);
      this.#integers.set(old);
      this.#words = new Int32Array(this.#integers.buffer);
    }
  }

  /** Adds the values of a list: how many it has. */
  read(found: FeatureSlice, file: Named): number {
    const before = this.length;
    const walk = new Walk(found.bytes, file);
    walk.at = found.start;
    while (walk.at < found.end) {
      walk.field(found.end);
      const { end } = walk;
      if (walk.number === 1) this.#run(walk, walk.wire, end);
      walk.at = end;
    }
    return this.length - before;
  }
  /** Adds plain values. */
  add(values: Data): void {
    this.#grow(this.length + values.length);
    if (this.#kind === 'float32') this.#floats.set(values as Float32Array, this.length);
    else if (this.#kind === 'int64') this.#integers.set(values as BigInt64Array, this.length);
    else this.#texts.push(...(values as StringElement[]));
    this.length += values.length;
  }
  /** All values. */
  take(): Float32Array | BigInt64Array | StringElement[] {
    if (this.#kind === 'string') return this.#texts;
    const all = this.#kind === 'float32' ? this.#floats : this.#integers;
    return all.length === this.length ? all : all.slice(0, this.length);
  }

  /** Packed values, or a single one. */
  #run(walk: Walk, wire: number, end: number): void {
    if (this.#kind === 'float32') {
      if (wire !== 2 && wire !== 5) walk.bad('floats of a wrong type');
      this.#runOfFloats(walk.bytes, walk.at, end);
    } else if (this.#kind === 'int64') {
      if (wire !== 2 && wire !== 0) walk.bad('integers of a wrong type');
      this.#runOfIntegers(walk, end);
    } else {
      if (wire !== 2) walk.bad('texts of a wrong type');
      this.#texts.push(decodeText(walk.bytes.subarray(walk.at, end)));
      this.length++;
    }
  }
  #runOfFloats(bytes: Uint8Array, start: number, end: number): void {
    const count = (end - start) >> 2;
    this.#grow(this.length + count);
    const to = new Uint8Array(this.#floats.buffer, 4 * this.length, 4 * count);
    for (let i = 0; i < to.length; i++) to[i] = bytes[start + i]!;
    this.length += count;
  }
  #runOfIntegers(walk: Walk, end: number): void {
    const { bytes } = walk;
    let { at } = walk;
    // Each number takes at least one byte.
    this.#grow(this.length + end - at);
    const words = this.#words;
    let count = 2 * this.length;
    while (at < end) {
      let [low, high] = [0, 0];
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++];
        if (byte === undefined || at > end || shift > 63) return walk.bad('a number is cut off');
        const part = byte & 127;
        if (shift < 28) low |= part << shift;
        else if (shift === 28) {
          low |= part << 28;
          high |= part >> 4;
        } else high |= part << (shift - 32);
        if (byte < 128) break;
      }
      words[count++] = low;
      words[count++] = high;
    }
    this.length = count / 2;
  }
}
