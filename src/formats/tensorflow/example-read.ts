// Examples read fast: the features that are wanted, found in the bytes without making objects of the others.
// Owns: the walk over Example and SequenceExample, and the decoding of lists. The messages themselves are example-proto.ts.
import type { Data, StringElement } from '../../base/dtype.ts';
import { decodeText, shortAscii } from '../array-data.ts';
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
  bytes: Uint8Array;
  file: Named;
  at = 0;
  /** The field's number and wire type, and where its content ends, after `field`. */
  number = 0;
  wire = 0;
  end = 0;

  constructor(bytes: Uint8Array, file: Named) {
    this.bytes = bytes;
    this.file = file;
  }
  bad(why: string): never {
    const file = typeof this.file === 'string' ? this.file : this.file();
    throw new FormatError('bad_protobuf', file, `this is no Example: ${why} at byte ${this.at}.`);
  }
  varint(): number {
    const first = this.bytes[this.at]!;
    if (first < 128) {
      this.at++;
      return first;
    }
    return this.#longVarint();
  }
  #longVarint(): number {
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
    this.number = tag < 128 ? tag >> 3 : Math.floor(tag / 8);
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

/** Part of a record as text; most are short. */
const textOf = (bytes: Uint8Array, start: number, end: number): StringElement =>
  shortAscii(bytes, start, end) ?? decodeText(bytes.subarray(start, end));

/** Visits the entries of a map field of names to messages: (name's start and end, message's start and end). */
function entries(
  walk: Walk,
  limit: number,
  visit: (nameStart: number, nameEnd: number, start: number, end: number) => void,
): void {
  while (walk.at < limit) {
    const isEntry = walk.field(limit) === 1 && walk.wire === 2;
    const entryEnd = walk.end;
    if (!isEntry) {
      walk.at = entryEnd;
      continue;
    }
    let [nameStart, nameEnd, start, end] = [entryEnd, entryEnd, entryEnd, entryEnd];
    while (walk.at < entryEnd) {
      const part = walk.field(entryEnd);
      if (walk.wire === 2)
        if (part === 1) [nameStart, nameEnd] = [walk.at, walk.end];
        else if (part === 2) [start, end] = [walk.at, walk.end];
      walk.at = walk.end;
    }
    visit(nameStart, nameEnd, start, end);
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

/** Where the wanted features of many Examples lie: numbers in one array, as an object for each would take longest of all. */
export class FeatureTable {
  readonly #wanted: ReadonlyMap<string, number>;
  readonly #records: Uint8Array[] = [];
  /** For each record and place: the kind (0: none at all, else one more than its number), start and end. */
  #cells: Int32Array;
  readonly #walk = new Walk(new Uint8Array(0), '');
  /** The entries of the record before: most records name the same features in the same order. */
  readonly #before: { bytes: Uint8Array; start: number; end: number; place: number }[] = [];
  #entry = 0;

  /** `wanted` gives each name its place; `rows`: how many records are expected. */
  constructor(wanted: ReadonlyMap<string, number>, rows: number) {
    this.#wanted = wanted;
    this.#cells = new Int32Array(Math.max(rows, 1) * wanted.size * 3);
  }
  get rows(): number {
    return this.#records.length;
  }
  record(row: number): Uint8Array {
    return this.#records[row]!;
  }
  /** What a record has at a place; undefined: nothing, null: a feature without a list. */
  kind(row: number, place: number): FeatureKind | null | undefined {
    const kind = this.#cells[(row * this.#wanted.size + place) * 3]!;
    return kind === 0 ? undefined : KINDS[kind - 1];
  }
  start(row: number, place: number): number {
    return this.#cells[(row * this.#wanted.size + place) * 3 + 1]!;
  }
  end(row: number, place: number): number {
    return this.#cells[(row * this.#wanted.size + place) * 3 + 2]!;
  }
  slice(row: number, place: number): FeatureSlice | null {
    const kind = this.kind(row, place);
    if (kind === undefined) return null;
    return { kind, bytes: this.record(row), start: this.start(row, place), end: this.end(row, place) };
  }

  /** Adds an Example. */
  add(bytes: Uint8Array, file: Named): void {
    const walk = this.#begin(bytes, file);
    while (walk.at < bytes.length) {
      walk.field(bytes.length);
      const { end } = walk;
      if (walk.number === 1 && walk.wire === 2) entries(walk, end, this.#visit);
      walk.at = end;
    }
  }
  /** Adds a record whose features are those between two places of it. */
  addFeatures(bytes: Uint8Array, parts: readonly (readonly [start: number, end: number])[], file: Named): void {
    const walk = this.#begin(bytes, file);
    for (const [start, end] of parts) {
      walk.at = start;
      entries(walk, end, this.#visit);
    }
  }

  #begin(bytes: Uint8Array, file: Named): Walk {
    this.#records.push(bytes);
    const needed = this.#records.length * this.#wanted.size * 3;
    if (needed > this.#cells.length) {
      const cells = new Int32Array(2 * needed);
      cells.set(this.#cells);
      this.#cells = cells;
    }
    this.#entry = 0;
    const walk = this.#walk;
    [walk.bytes, walk.file, walk.at] = [bytes, file, 0];
    return walk;
  }
  readonly #visit = (nameStart: number, nameEnd: number, start: number, end: number): void => {
    const place = this.#placeOf(nameStart, nameEnd);
    if (place < 0) return;
    const walk = this.#walk;
    const cell = ((this.#records.length - 1) * this.#wanted.size + place) * 3;
    const cells = this.#cells;
    cells[cell] = 1;
    cells[cell + 1] = end;
    cells[cell + 2] = end;
    walk.at = start;
    while (walk.at < end) {
      walk.field(end);
      if (walk.wire === 2 && KINDS[walk.number]) {
        cells[cell] = walk.number + 1;
        cells[cell + 1] = walk.at;
        cells[cell + 2] = walk.end;
      }
      walk.at = walk.end;
    }
  };
  /** The place of a name, −1 where it is not wanted. */
  #placeOf(start: number, end: number): number {
    const { bytes } = this.#walk;
    const number = this.#entry++;
    const before = this.#before[number];
    if (before && before.end - before.start === end - start) {
      let i = start;
      for (let k = before.start; i < end && bytes[i] === before.bytes[k]; i++) k++;
      if (i === end) return before.place;
    }
    const place = this.#wanted.get(String(textOf(bytes, start, end))) ?? -1;
    this.#before[number] = { bytes, start, end, place };
    return place;
  }
}

/** The wanted lists of a SequenceExample: for each its features, null where there is no such list. */
export type SequenceLists = (FeatureSlice[] | null)[];

/** Adds the context of a SequenceExample to a table, and gives its lists; `wanted` gives each list's name its place. */
export function readSequenceExample(
  bytes: Uint8Array,
  context: FeatureTable,
  wanted: ReadonlyMap<string, number>,
  file: string,
): SequenceLists {
  const lists = new Array<FeatureSlice[] | null>(wanted.size).fill(null);
  const contexts: [number, number][] = [];
  const walk = new Walk(bytes, file);
  while (walk.at < bytes.length) {
    walk.field(bytes.length);
    const { end, number } = walk;
    if (number === 1 && walk.wire === 2) contexts.push([walk.at, end]);
    else if (number === 2 && walk.wire === 2)
      entries(walk, end, (nameStart, nameEnd, from, to) => {
        const place = wanted.get(String(textOf(bytes, nameStart, nameEnd)));
        if (place === undefined) return;
        const list: FeatureSlice[] = [];
        walk.at = from;
        while (walk.at < to) {
          walk.field(to);
          const next = walk.end;
          if (walk.number === 1 && walk.wire === 2) list.push(slice(walk, walk.at, next));
          walk.at = next;
        }
        lists[place] = list;
      });
    walk.at = end;
  }
  context.addFeatures(bytes, contexts, file);
  return lists;
}

/** Values of lists one after the other, in one array that grows: lists are read by the million, and most hold little. */
export class ListValues {
  readonly #kind: FeatureKind;
  readonly #walk = new Walk(new Uint8Array(0), '');
  #floats = new Float32Array(0);
  /** The floats' bits: what is no number stays as it is. */
  #bits = new Int32Array(0);
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
      this.#bits = new Int32Array(this.#floats.buffer);
    } else if (this.#kind === 'int64' && needed > this.#integers.length) {
      const old = this.#integers;
      this.#integers = new BigInt64Array(size);
      this.#integers.set(old);
      this.#words = new Int32Array(this.#integers.buffer);
    }
  }

  /** Adds the values of the list that lies in a record from `start` to `last`. */
  read(bytes: Uint8Array, start: number, last: number, file: Named): void {
    const walk = this.#walk;
    [walk.bytes, walk.file, walk.at] = [bytes, file, start];
    while (walk.at < last) {
      walk.field(last);
      const { end } = walk;
      if (walk.number === 1) this.#run(walk, walk.wire, end);
      walk.at = end;
    }
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
      this.#texts.push(textOf(walk.bytes, walk.at, end));
      this.length++;
    }
  }
  #runOfFloats(bytes: Uint8Array, start: number, end: number): void {
    const count = (end - start) >> 2;
    this.#grow(this.length + count);
    const bits = this.#bits;
    for (let i = 0, at = start, to = this.length; i < count; i++, at += 4)
      bits[to++] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
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
        const byte = bytes[at++]!;
        if (at > end || shift > 63) return walk.bad('a number is cut off');
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
