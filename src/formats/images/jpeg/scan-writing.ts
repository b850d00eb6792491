// What sequential and progressive scans share when they are written: tables, headers, the order of blocks, magnitudes.
// Owns: those. Leaves symbols to jpeg-encode.ts and progressive-encode.ts.
import type { CodedComponent } from './forward.ts';
import type { ByteWriter, CodeTable } from './huffman-encode.ts';

export function writeTable(out: ByteWriter, kind: 0 | 1, index: number, { counts, symbols }: CodeTable): void {
  out.word(0xffc4);
  out.word(19 + symbols.length);
  out.byte((kind << 4) | index);
  out.all(counts);
  out.all(symbols);
}

export function writeScanHeader(
  out: ByteWriter,
  components: readonly { readonly id: number; readonly tables: number }[],
  spectral: readonly [start: number, end: number, high: number, low: number],
): void {
  const [start, end, high, low] = spectral;
  out.word(0xffda);
  out.word(6 + 2 * components.length);
  out.byte(components.length);
  for (const { id, tables } of components) out.all([id, tables]);
  out.all([start, end, (high << 4) | low]);
}

/** Where every block of an interleaved scan lies, in the order of the file. */
export function eachBlock(components: readonly CodedComponent[], visit: (component: number, at: number) => void): void {
  const first = components[0]!;
  if (components.length === 1) {
    for (let y = 0; y < first.blocksHigh; y++)
      for (let x = 0; x < first.blocksWide; x++) visit(0, (y * first.storedWide + x) * 64);
    return;
  }
  const wide = first.storedWide / first.h;
  const high = first.coefficients.length / 64 / first.storedWide / first.v;
  for (let y = 0; y < high; y++)
    for (let x = 0; x < wide; x++)
      for (const [index, { h, v, storedWide }] of components.entries())
        for (let i = 0; i < h * v; i++) visit(index, ((y * v + Math.floor(i / h)) * storedWide + x * h + (i % h)) * 64);
}

/** Bits of a magnitude. */
export const sizeOfValue = (value: number): number => 32 - Math.clz32(Math.abs(value));
/** A negative value is written as one's complement. */
export const magnitudeBits = (value: number): number => (value < 0 ? value - 1 : value);
