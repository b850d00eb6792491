// Huffman codes of JPEG: tables made for decoding, and the entropy-coded data freed of stuffing.
// Owns: the tables' forms, and the segments between restart markers. Leaves what the symbols mean to the scans.

/** Codes of up to this many bits are found in one look. */
export const LOOK = 10;
const LOOKS = 1 << LOOK;

/** Where a table's parts stand, in bytes from its beginning, and its size. */
export const TABLE = { look: 0, limit: 2048, offset: 2120, symbols: 2192, coefficients: 2448, size: 6544 } as const;

export class HuffmanTable {
  /** The whole table as kernels read it. */
  readonly bytes = new Uint8Array(TABLE.size);
  /** For the next LOOK bits: `length << 8 | symbol`; 0 where the code is longer. */
  readonly look = new Uint16Array(this.bytes.buffer, TABLE.look, LOOKS);
  /**
   * For AC codes, where code and magnitude fit the look: `value << 16 | run << 8 | length of both`; 0 where they do not.
   */
  readonly coefficients = new Int32Array(this.bytes.buffer, TABLE.coefficients, LOOKS);
  /** The largest code of each length, left-aligned in 16 bits, plus one; and what to add to a code for its symbol. */
  readonly limit = new Int32Array(this.bytes.buffer, TABLE.limit, 18);
  readonly offset = new Int32Array(this.bytes.buffer, TABLE.offset, 17);
  readonly symbols = new Uint8Array(this.bytes.buffer, TABLE.symbols, 256);
  /** Whether all symbols are sizes that a DC difference can have. */
  readonly isForDc: boolean;

  private constructor(symbols: Uint8Array) {
    this.symbols.set(symbols);
    this.isForDc = symbols.every((symbol) => symbol <= 15);
  }

  /** Tables made lately: most files have the same four. */
  static readonly #known: { counts: Uint8Array; symbols: Uint8Array; isAc: boolean; table: HuffmanTable }[] = [];

  /** The table of `counts[i]` codes of length i + 1; null where these are no prefix code. */
  static of(counts: Uint8Array, symbols: Uint8Array, isAc: boolean): HuffmanTable | null {
    const known = HuffmanTable.#known;
    for (const one of known)
      if (one.isAc === isAc && isEqual(one.symbols, symbols) && isEqual(one.counts, counts)) return one.table;
    const table = HuffmanTable.#create(counts, symbols, isAc);
    if (known.length >= 32) known.length = 0;
    // The symbols lie in the file's memory, which is not to be kept.
    if (table) known.push({ counts: counts.slice(), symbols: symbols.slice(), isAc, table });
    return table;
  }

  static #create(counts: Uint8Array, symbols: Uint8Array, isAc: boolean): HuffmanTable | null {
    const table = new HuffmanTable(symbols);
    let code = 0;
    let index = 0;
    for (let length = 1; length <= 16; length++) {
      const count = counts[length - 1]!;
      table.offset[length] = index - code;
      for (let i = 0; i < count; i++, code++, index++) {
        if (code >= 1 << length) return null;
        if (length <= LOOK)
          table.look.fill((length << 8) | symbols[index]!, code << (LOOK - length), (code + 1) << (LOOK - length));
      }
      table.limit[length] = code << (16 - length);
      code <<= 1;
    }
    table.limit[17] = 0x7fffffff;
    if (isAc) table.#findCoefficients();
    return table;
  }

  #findCoefficients(): void {
    const { look, coefficients } = this;
    for (let bits = 0; bits < LOOKS; bits++) {
      const entry = look[bits]!;
      const length = entry >> 8;
      const size = entry & 15;
      if (length === 0 || size === 0 || length + size > LOOK) continue;
      const magnitude = (bits >> (LOOK - length - size)) & ((1 << size) - 1);
      const value = magnitude < 1 << (size - 1) ? magnitude - (1 << size) + 1 : magnitude;
      coefficients[bits] = (value << 16) | (((entry >> 4) & 15) << 8) | (length + size);
    }
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Zero bytes after a segment, more than one block can take, so that reading may run over the end without looking. */
export const PADDING = 320;

/** The entropy-coded data of one scan, handed out segment by segment (they end at restart markers), without stuffing. */
export class ScanData {
  /** The current segment, with zeros after it. */
  readonly bytes: Uint8Array;
  /** Where the current segment ends in `bytes`. */
  end = 0;
  /** Where the marker after the scan begins. */
  readonly next: number;
  /** Whether the file ended without a marker. */
  readonly endedEarly: boolean;
  readonly #file: Uint8Array;
  #at: number;

  /** `room`, where given, holds the data: as large as the file with PADDING. */
  constructor(file: Uint8Array, start: number, room?: Uint8Array) {
    let next = start;
    for (;;) {
      next = file.indexOf(0xff, next);
      if (next < 0 || next + 1 >= file.length) {
        next = file.length;
        break;
      }
      const marker = file[next + 1]!;
      if (marker === 0xff) next++;
      else if (marker === 0 || isRestart(marker)) next += 2;
      else break;
    }
    this.next = next;
    this.endedEarly = next >= file.length;
    this.bytes = room ?? new Uint8Array(next - start + PADDING);
    this.#file = file;
    this.#at = start;
    this.advance();
  }

  /** Takes the next segment; false where there is none. */
  advance(): boolean {
    const { bytes, next } = this;
    const file = this.#file;
    if (this.#at > next) return false;
    let [at, to] = [this.#at, 0];
    this.#at = next + 1;
    while (at < next) {
      let stop = file.indexOf(0xff, at);
      if (stop < 0 || stop > next) stop = next;
      if (stop - at < 48) for (let i = at; i < stop; i++) bytes[to++] = file[i]!;
      else {
        bytes.set(file.subarray(at, stop), to);
        to += stop - at;
      }
      at = stop + 1;
      if (stop >= next) break;
      const marker = file[at] ?? 0xff;
      if (marker === 0xff) continue;
      at++;
      if (marker === 0) bytes[to++] = 0xff;
      else {
        this.#at = at;
        break;
      }
    }
    bytes.fill(0, to, to + PADDING);
    this.end = to;
    return true;
  }
}

const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;
