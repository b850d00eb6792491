// Huffman codes for writing: the standard's, and the best ones for given counts; and the writer of bits.
// Owns: those. Leaves which symbols are written to the encoders.

/** How many codes of each length, and their symbols in order. */
export interface CodeTable {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
}

const numbers = (text: string): number[] => text.split(' ').map(Number);
const hex = (text: string): number[] => text.match(/../g)!.map((pair) => Number.parseInt(pair, 16));

/** Annex K: DC and AC, luminance and chrominance. */
export const standardTables: {
  readonly dc: readonly [CodeTable, CodeTable];
  readonly ac: readonly [CodeTable, CodeTable];
} = {
  dc: [
    { counts: numbers('0 1 5 1 1 1 1 1 1 0 0 0 0 0 0 0'), symbols: numbers('0 1 2 3 4 5 6 7 8 9 10 11') },
    { counts: numbers('0 3 1 1 1 1 1 1 1 1 1 0 0 0 0 0'), symbols: numbers('0 1 2 3 4 5 6 7 8 9 10 11') },
  ],
  ac: [
    {
      counts: numbers('0 2 1 3 3 2 4 3 5 5 4 4 0 0 1 125'),
      symbols: hex(
        '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
      ),
    },
    {
      counts: numbers('0 2 1 2 4 4 3 4 7 5 4 4 0 1 2 119'),
      symbols: hex(
        '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa',
      ),
    },
  ],
};

/** Code and length of every symbol. */
export interface Codes {
  readonly code: Uint32Array;
  readonly length: Uint8Array;
}
export function codesOf({ counts, symbols }: CodeTable): Codes {
  const codes = { code: new Uint32Array(256), length: new Uint8Array(256) };
  let code = 0;
  let at = 0;
  for (let length = 1; length <= 16; length++, code <<= 1)
    for (let i = 0; i < counts[length - 1]!; i++, code++, at++) {
      codes.code[symbols[at]!] = code;
      codes.length[symbols[at]!] = length;
    }
  return codes;
}

/** The best code of at most 16 bits for symbols that occur so often; libjpeg's choice among equals. */
export function bestTable(given: ArrayLike<number>): CodeTable {
  // One symbol more, so that no real one gets a code of ones only.
  const frequency = Float64Array.from({ length: 257 }, (_, i) => (i === 256 ? 1 : given[i]!));
  const size = new Int32Array(257);
  const others = new Int32Array(257).fill(-1);
  const rarest = (but: number): number => {
    let [best, value] = [-1, 1e9];
    for (let i = 0; i <= 256; i++)
      if (i !== but && frequency[i]! > 0 && frequency[i]! <= value) [best, value] = [i, frequency[i]!];
    return best;
  };
  for (;;) {
    const first = rarest(-1);
    const second = rarest(first);
    if (second < 0) break;
    frequency[first]! += frequency[second]!;
    frequency[second] = 0;
    let at = first;
    for (size[at]!++; others[at]! >= 0; size[at]!++) at = others[at]!;
    others[at] = second;
    at = second;
    for (size[at]!++; others[at]! >= 0; size[at]!++) at = others[at]!;
  }
  const bits = new Int32Array(258);
  for (let i = 0; i <= 256; i++) if (size[i]! > 0) bits[size[i]!]!++;
  // Pairs of codes that are too long take the place of a shorter one.
  for (let i = 256; i > 16; i--)
    while (bits[i]! > 0) {
      let j = i - 2;
      while (bits[j] === 0) j--;
      bits[i]! -= 2;
      bits[i - 1]!++;
      bits[j + 1]! += 2;
      bits[j]!--;
    }
  let longest = 16;
  while (bits[longest] === 0) longest--;
  bits[longest]!--;
  const symbols: number[] = [];
  for (let length = 1; length <= 256; length++)
    for (let symbol = 0; symbol < 256; symbol++) if (size[symbol] === length) symbols.push(symbol);
  return { counts: Array.from(bits.subarray(1, 17)), symbols };
}

/** Bytes that grow. */
export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;
  #bits = 0;
  #count = 0;

  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }
  word(value: number): void {
    this.byte(value >> 8);
    this.byte(value & 255);
  }
  all(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) this.byte(values[i]!);
  }
  /** The lowest `count` (at most 16) bits, with a zero byte after every byte of ones. */
  bits(value: number, count: number): void {
    this.#bits = (this.#bits << count) | (value & ((1 << count) - 1));
    this.#count += count;
    while (this.#count >= 8) {
      this.#count -= 8;
      const byte = (this.#bits >>> this.#count) & 255;
      this.byte(byte);
      if (byte === 255) this.byte(0);
    }
  }
  /** Fills the last byte up with ones. */
  flush(): void {
    if (this.#count > 0) this.bits(127, 8 - this.#count);
    this.#count = 0;
  }
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
