// Writes JPEG files, byte for byte as libjpeg does: baseline with the standard's or with the best codes, and progressive.
// Owns: markers and sequential scans. Leaves coefficients to forward.ts, progressive scans to progressive-encode.ts.
import { checkSize, refuse } from '../image.ts';
import { type CodedComponent, quantizationTables, quantizedComponents } from './forward.ts';
import { zigzag } from './headers.ts';
import { ByteWriter, bestTable, type Codes, codesOf, standardTables } from './huffman-encode.ts';
import { writeProgressive } from './progressive-encode.ts';
import { eachBlock, magnitudeBits, sizeOfValue, writeScanHeader, writeTable } from './scan-writing.ts';

export interface JpegWriteOptions {
  /** 0 to 100. */
  readonly quality?: number;
  readonly progressive?: boolean;
  /** Codes made for the picture: smaller, in two passes. */
  readonly optimizeSize?: boolean;
  /** Colours at half the resolution. */
  readonly chromaDownsampling?: boolean;
  /** 0 none, 1 inch, 2 centimetre. */
  readonly densityUnit?: 0 | 1 | 2;
  readonly xDensity?: number;
  readonly yDensity?: number;
  readonly xmpMetadata?: string;
}

/** The file of a gray (1 channel) or RGB (3 channels; a fourth is left out) picture. */
export function encodeJpeg(
  picture: { readonly width: number; readonly height: number; readonly channels: number; readonly data: Uint8Array },
  options: JpegWriteOptions = {},
): Uint8Array {
  const { width, height, channels, data } = picture;
  const { quality = 95, progressive = false, optimizeSize = false, chromaDownsampling = true } = options;
  checkSize('', width, height, channels);
  if (width > 65535 || height > 65535)
    refuse('', `a JPEG file holds at most 65,535 pixels a side; found ${width} × ${height}.`);
  const tables = quantizationTables(quality);
  const components = quantizedComponents(data, width, height, channels, tables, chromaDownsampling);
  const out = new ByteWriter();
  out.word(0xffd8);
  out.word(0xffe0);
  out.word(16);
  out.all([0x4a, 0x46, 0x49, 0x46, 0, 1, 1, options.densityUnit ?? 1]);
  out.word(options.xDensity ?? 300);
  out.word(options.yDensity ?? 300);
  out.word(0);
  if (options.xmpMetadata) {
    const body = new TextEncoder().encode(`http://ns.adobe.com/xap/1.0/\0${options.xmpMetadata}`);
    if (body.length > 65533) refuse('', `xmpMetadata has ${body.length} bytes; a JPEG file holds at most 65,533.`);
    out.word(0xffe1);
    out.word(2 + body.length);
    out.all(body);
  }
  tables.slice(0, components.length > 1 ? 2 : 1).forEach((table, index) => {
    out.word(0xffdb);
    out.word(67);
    out.byte(index);
    for (let k = 0; k < 64; k++) out.byte(table[zigzag[k]!]!);
  });
  out.word(progressive ? 0xffc2 : 0xffc0);
  out.word(8 + 3 * components.length);
  out.byte(8);
  out.word(height);
  out.word(width);
  out.byte(components.length);
  for (const { id, h, v, tableIndex } of components) out.all([id, (h << 4) | v, tableIndex]);
  if (progressive) writeProgressive(out, components);
  else writeSequential(out, components, optimizeSize);
  out.word(0xffd9);
  return out.finish();
}

/** Every symbol of a sequential scan, with the bits that follow it. */
function eachSymbol(
  components: readonly CodedComponent[],
  visit: (kind: 0 | 1, table: 0 | 1, symbol: number, bits: number, count: number) => void,
): void {
  const predicted = components.map(() => 0);
  eachBlock(components, (index, at) => {
    const { coefficients, tableIndex } = components[index]!;
    const difference = coefficients[at]! - predicted[index]!;
    predicted[index] = coefficients[at]!;
    const size = sizeOfValue(difference);
    visit(0, tableIndex, size, magnitudeBits(difference), size);
    let run = 0;
    for (let k = 1; k < 64; k++) {
      const value = coefficients[at + k]!;
      if (value === 0) {
        run++;
        continue;
      }
      for (; run > 15; run -= 16) visit(1, tableIndex, 0xf0, 0, 0);
      const bits = sizeOfValue(value);
      visit(1, tableIndex, (run << 4) | bits, magnitudeBits(value), bits);
      run = 0;
    }
    if (run > 0) visit(1, tableIndex, 0, 0, 0);
  });
}

function writeSequential(out: ByteWriter, components: readonly CodedComponent[], optimize: boolean): void {
  const used: (0 | 1)[] = components.length > 1 ? [0, 1] : [0];
  const counts = [0, 1].map(() => used.map(() => new Float64Array(256)));
  if (optimize)
    eachSymbol(components, (kind, table, symbol) => {
      counts[kind]![table]![symbol]!++;
    });
  const codes: Codes[][] = [[], []];
  for (const index of used)
    for (const kind of [0, 1] as const) {
      const standard = kind === 0 ? standardTables.dc : standardTables.ac;
      const table = optimize ? bestTable(counts[kind]![index]!) : standard[index];
      codes[kind]![index] = codesOf(table);
      writeTable(out, kind, index, table);
    }
  const named = components.map(({ id, tableIndex }) => ({ id, tables: (tableIndex << 4) | tableIndex }));
  writeScanHeader(out, named, [0, 63, 0, 0]);
  eachSymbol(components, (kind, table, symbol, bits, count) => {
    const { code, length } = codes[kind]![table]!;
    out.bits(code[symbol]!, length[symbol]!);
    if (count > 0) out.bits(bits, count);
  });
  out.flush();
}
