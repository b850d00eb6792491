// Examples read fast: the features that are wanted, found in the bytes without making objects of the others.
// Owns: the walk over Example and SequenceExample, and the decoding of lists. The messages themselves are example-proto.ts.
import type { StringElement } from '../../base/dtype.ts';
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

/** A place in a record. One object, moved on: records are read by the million. */
class Walk {
  readonly bytes: Uint8Array;
  readonly #file: string;
  at = 0;
  /** The field's number and wire type, and where its content ends, after `field`. */
  number = 0;
  wire = 0;
  end = 0;

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.#file = file;
  }
  bad(why: string): never {
    throw new FormatError('bad_protobuf', this.#file, `this is no Example: ${why} at byte ${this.at}.`);
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
  file: string,
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

/** Visits the values of a list: packed ones and single ones. */
function eachRun(found: FeatureSlice, file: string, run: (walk: Walk, wire: number, end: number) => void): void {
  const walk = new Walk(found.bytes, file);
  walk.at = found.start;
  while (walk.at < found.end) {
    walk.field(found.end);
    const { end } = walk;
    if (walk.number === 1) run(walk, walk.wire, end);
    walk.at = end;
  }
}

export function floatsOf(found: FeatureSlice, file: string): Float32Array {
  const { bytes } = found;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = new Float32Array((found.end - found.start) >> 2);
  let count = 0;
  eachRun(found, file, (walk, wire, end) => {
    if (wire !== 2 && wire !== 5) walk.bad('floats of a wrong type');
    for (let at = walk.at; at + 4 <= end; at += 4) out[count++] = view.getFloat32(at, true);
  });
  return out.subarray(0, count);
}

export function integersOf(found: FeatureSlice, file: string): BigInt64Array {
  const { bytes } = found;
  // Each number takes at least one byte.
  const words = new Int32Array(2 * (found.end - found.start));
  let count = 0;
  eachRun(found, file, (walk, wire, end) => {
    if (wire !== 2 && wire !== 0) walk.bad('integers of a wrong type');
    let { at } = walk;
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
      words[2 * count] = low;
      words[2 * count + 1] = high;
      count++;
    }
  });
  return new BigInt64Array(words.buffer, 0, count);
}

export function textsOf(found: FeatureSlice, file: string): StringElement[] {
  const out: StringElement[] = [];
  eachRun(found, file, (walk, wire, end) => {
    if (wire !== 2) walk.bad('texts of a wrong type');
    out.push(decodeText(found.bytes.subarray(walk.at, end)));
  });
  return out;
}
