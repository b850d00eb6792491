// Huffman codes of JPEG: tables made for decoding.
// Owns: the tables' forms. Leaves what the symbols mean to the scans.

/** Codes of up to this many bits are found in one look. */
export const LOOK = 10;
const LOOKS = 1 << LOOK;

/** Marks the end of a block: the sign. */
const END = 1 << 31;

/** Where a table's parts stand, in bytes from its beginning, and its size. */
export const TABLE = { look: 0, limit: 2048, offset: 2120, symbols: 2192, coefficients: 2448, size: 6544 } as const;

export class HuffmanTable {
  /** The whole table as kernels read it. */
  readonly bytes = new Uint8Array(TABLE.size);
  /** For the next LOOK bits: `length << 8 | symbol`; 0 where the code is longer. */
  readonly look = new Uint16Array(this.bytes.buffer, TABLE.look, LOOKS);
  /**
   * For AC codes that one look finds: `8 · run << 24 | 64 − size << 16 | length of the code << 8 | length with the number after it`;
   * END | length for the end of a block; 0 for the rest.
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
      const [length, run, size] = [entry >> 8, (entry >> 4) & 15, entry & 15];
      if (length === 0) continue;
      if (size > 0) coefficients[bits] = (run << 27) | ((64 - size) << 16) | (length << 8) | (length + size);
      else if (run !== 15) coefficients[bits] = END | length;
    }
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
