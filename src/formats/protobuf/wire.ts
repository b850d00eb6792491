// The wire format of protocol buffers: varints, fixed-width numbers, bytes with a length, and the kinds of single values.
// Owns: reading them within bounds, writing them. Leaves fields and messages to message.ts.
import { decodeText, encodeText } from '../array-data.ts';
import type { ByteCursor, ByteParts } from '../byte-cursor.ts';

/** How a single value lies on the wire. */
export interface Codec<T> {
  /** 0: varint, 1: 8 bytes, 2: length and bytes, 5: 4 bytes. */
  readonly wire: 0 | 1 | 2 | 5;
  /** The value that is not written; undefined for what has none. */
  readonly empty: T | undefined;
  read(cursor: ByteCursor, depth: number): T;
  write(out: ByteParts, value: T): void;
}

/** A varint as a number; beyond 2^53 it loses low bits, which tags and lengths never need. */
export function readVarint(cursor: ByteCursor): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = cursor.u8();
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return value;
  }
  return cursor.fail('a number of more than ten bytes');
}

function readBigVarint(cursor: ByteCursor): bigint {
  const low = readSeven(cursor, 4);
  if (low.last) return BigInt(low.value);
  const middle = readSeven(cursor, 4);
  const both = BigInt(low.value) | (BigInt(middle.value) << 28n);
  if (middle.last) return both;
  const high = readSeven(cursor, 2);
  if (!high.last) cursor.fail('a number of more than ten bytes');
  return both | (BigInt(high.value) << 56n);
}

/** Up to `count` groups of seven bits, in a number that fits 32 bits. */
function readSeven(cursor: ByteCursor, count: number): { value: number; last: boolean } {
  let value = 0;
  for (let i = 0; i < count; i++) {
    const byte = cursor.u8();
    value |= (byte & 127) << (7 * i);
    if (byte < 128) return { value, last: true };
  }
  return { value, last: false };
}

export function writeVarint(out: ByteParts, value: number): void {
  while (value > 127) {
    out.u8((value % 128) + 128);
    value = Math.floor(value / 128);
  }
  out.u8(value);
}

function writeBigVarint(out: ByteParts, signed: bigint): void {
  let value = BigInt.asUintN(64, signed);
  while (value > 127n) {
    out.u8(Number(value & 127n) | 128);
    value >>= 7n;
  }
  out.u8(Number(value));
}

export function writeBytes(out: ByteParts, bytes: Uint8Array): void {
  writeVarint(out, bytes.length);
  out.bytes(bytes);
}

/** A cursor over the next length-delimited part. */
export const inner = (cursor: ByteCursor): ByteCursor => cursor.part(readVarint(cursor));

export function skip(cursor: ByteCursor, wire: number): void {
  if (wire === 0) readVarint(cursor);
  else if (wire === 1) cursor.take(8);
  else if (wire === 2) cursor.take(readVarint(cursor));
  else if (wire === 5) cursor.take(4);
  else cursor.fail(`a field of wire type ${wire}`);
}

const codec = <T>(wire: Codec<T>['wire'], empty: T, read: Codec<T>['read'], write: Codec<T>['write']): Codec<T> => ({
  wire,
  empty,
  read,
  write,
});

/** The kinds of single values. */
export const type = {
  /** int64 that may pass 2^53. */
  bigint: codec<bigint>(0, 0n, (cursor) => BigInt.asIntN(64, readBigVarint(cursor)), writeBigVarint),
  /** uint64 that may pass 2^53. */
  ubigint: codec<bigint>(0, 0n, (cursor) => BigInt.asUintN(64, readBigVarint(cursor)), writeBigVarint),
  /** Every integer type, also enums: as a number, exact up to 2^53. */
  int: codec<number>(0, 0, readInt, (out, value) =>
    value >= 0 ? writeVarint(out, value) : writeBigVarint(out, BigInt(value)),
  ),
  /** sint64: small negative numbers in few bytes. */
  sint: codec<number>(
    0,
    0,
    (cursor) => {
      const value = readBigVarint(cursor);
      return Number(value & 1n ? -(value >> 1n) - 1n : value >> 1n);
    },
    (out, value) => writeBigVarint(out, value >= 0 ? BigInt(value) * 2n : BigInt(value) * -2n - 1n),
  ),
  bool: codec<boolean>(
    0,
    false,
    (cursor) => readVarint(cursor) !== 0,
    (out, value) => writeVarint(out, value ? 1 : 0),
  ),
  float: codec<number>(
    5,
    0,
    (cursor) => cursor.f32(),
    (out, value) => void out.f32(value),
  ),
  double: codec<number>(
    1,
    0,
    (cursor) => cursor.f64(),
    (out, value) => void out.f64(value),
  ),
  fixed32: codec<number>(
    5,
    0,
    (cursor) => cursor.u32(),
    (out, value) => void out.u32(value),
  ),
  fixed64: codec<bigint>(
    1,
    0n,
    (cursor) => BigInt(cursor.u32()) | (BigInt(cursor.u32()) << 32n),
    (out, value) => void out.u64(value),
  ),
  string: codec<string>(
    2,
    '',
    (cursor) => {
      const text = decodeText(cursor.view(readVarint(cursor)));
      return typeof text === 'string' ? text : cursor.fail('text that is not UTF-8');
    },
    (out, value) => writeBytes(out, encodeText(value)),
  ),
  /** A view of the message. */
  bytes: codec<Uint8Array>(2, new Uint8Array(0), (cursor) => cursor.view(readVarint(cursor)), writeBytes),
} as const;

function readInt(cursor: ByteCursor): number {
  const start = cursor.position;
  const value = readVarint(cursor);
  // Ten bytes are a negative number: only then is the slower way needed.
  if (value < 2 ** 53) return value;
  cursor.position = start;
  return Number(BigInt.asIntN(64, readBigVarint(cursor)));
}
