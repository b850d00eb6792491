// Reading bits of entropy-coded data: the state between two blocks, and the slow paths of decoding.
// Owns: the state. The fast paths stand in the loops of scan.ts and progressive.ts, where their variables are registers.
import { type HuffmanTable, LOOK } from './huffman.ts';

export class BitState {
  bytes: Uint8Array;
  /** The next byte to be taken. */
  at = 0;
  /** Bits that were taken and not used: the lowest `count` of `bits`. */
  bits = 0;
  count = 0;
  /** The DC coefficient of the block decoded last. */
  dc = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  /** Begins another segment. */
  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.bits = 0;
    this.count = 0;
  }
  /** Bits used so far. */
  get position(): number {
    return this.at * 8 - this.count;
  }

  /** At least 16 bits. */
  fill(): void {
    if (this.count < 16) {
      this.bits = (this.bits << 16) | (this.bytes[this.at]! << 8) | this.bytes[this.at + 1]!;
      this.at += 2;
      this.count += 16;
    }
  }
  bit(): number {
    if (this.count === 0) this.fill();
    this.count--;
    return (this.bits >>> this.count) & 1;
  }
  /** Up to 16 bits. */
  take(size: number): number {
    this.fill();
    this.count -= size;
    return (this.bits >>> this.count) & ((1 << size) - 1);
  }
  symbol(table: HuffmanTable): number {
    this.fill();
    const entry = table.look[(this.bits >>> (this.count - LOOK)) & ((1 << LOOK) - 1)]!;
    if (entry !== 0) {
      this.count -= entry >> 8;
      return entry & 255;
    }
    const long = longCode(table, (this.bits >>> (this.count - 16)) & 0xffff);
    this.count -= long >> 8;
    return long & 255;
  }
}

/** A code that one look does not find, of the next 16 bits: `length << 8 | symbol`; what is no code counts as symbol 0. */
export function longCode(table: HuffmanTable, bits: number): number {
  const { limit } = table;
  let length = LOOK + 1;
  while (length <= 16 && bits >= limit[length]!) length++;
  if (length > 16) return 16 << 8;
  return (length << 8) | (table.symbols[(bits >> (16 - length)) + table.offset[length]!] ?? 0);
}

/** A magnitude of `size` bits as a signed number. */
export const extend = (magnitude: number, size: number): number =>
  size > 0 && magnitude < 1 << (size - 1) ? magnitude - (1 << size) + 1 : magnitude;
