// Progressive scans for writing: libjpeg's script of ten scans (six for gray), each with the best codes for it.
// Owns: the script, runs of empty blocks, bits that correct earlier scans.
import type { CodedComponent } from './forward.ts';
import { type ByteWriter, bestTable, type Codes, codesOf } from './huffman-encode.ts';
import { eachBlock, magnitudeBits, sizeOfValue, writeScanHeader, writeTable } from './scan-writing.ts';

/** Components (by index), first and last frequency, and the bits before and after. */
type Scan = readonly [components: readonly number[], start: number, end: number, high: number, low: number];

const COLOR: readonly Scan[] = [
  [[0, 1, 2], 0, 0, 0, 1],
  [[0], 1, 5, 0, 2],
  [[2], 1, 63, 0, 1],
  [[1], 1, 63, 0, 1],
  [[0], 6, 63, 0, 2],
  [[0], 1, 63, 2, 1],
  [[0, 1, 2], 0, 0, 1, 0],
  [[2], 1, 63, 1, 0],
  [[1], 1, 63, 1, 0],
  [[0], 1, 63, 1, 0],
];
const GRAY: readonly Scan[] = [
  [[0], 0, 0, 0, 1],
  [[0], 1, 5, 0, 2],
  [[0], 6, 63, 0, 2],
  [[0], 1, 63, 2, 1],
  [[0], 0, 0, 1, 0],
  [[0], 1, 63, 1, 0],
];

/** What a scan writes: symbols of a table, and plain bits. */
interface Sink {
  symbol(table: number, symbol: number): void;
  bits(value: number, count: number): void;
}

export function writeProgressive(out: ByteWriter, all: readonly CodedComponent[]): void {
  for (const scan of all.length > 1 ? COLOR : GRAY) {
    const [indices, start, end, high, low] = scan;
    const components = indices.map((index) => all[index]!);
    const isDc = start === 0;
    const tables = [...new Set(components.map((component) => component.tableIndex))];
    const counts = [new Float64Array(256), new Float64Array(256)];
    const codes: Codes[] = [];
    // The bits that refine the DC coefficient need no code.
    if (!(isDc && high > 0)) {
      scanSymbols(components, scan, { symbol: (table, symbol) => void counts[table]![symbol]!++, bits: () => {} });
      for (const table of tables) {
        const best = bestTable(counts[table]!);
        codes[table] = codesOf(best);
        writeTable(out, isDc ? 0 : 1, table, best);
      }
    }
    const named = components.map(({ id, tableIndex }) => ({
      id,
      tables: isDc ? (high > 0 ? 0 : tableIndex << 4) : tableIndex,
    }));
    writeScanHeader(out, named, [start, end, high, low]);
    scanSymbols(components, scan, {
      symbol: (table, symbol) => out.bits(codes[table]!.code[symbol]!, codes[table]!.length[symbol]!),
      bits: (value, count) => out.bits(value, count),
    });
    out.flush();
  }
}

function scanSymbols(components: readonly CodedComponent[], scan: Scan, sink: Sink): void {
  const [, start, , high, low] = scan;
  if (start > 0) return high === 0 ? firstPass(components[0]!, scan, sink) : refiningPass(components[0]!, scan, sink);
  const predicted = components.map(() => 0);
  eachBlock(components, (index, at) => {
    const { coefficients, tableIndex } = components[index]!;
    if (high > 0) return sink.bits((coefficients[at]! >> low) & 1, 1);
    const value = coefficients[at]! >> low;
    const difference = value - predicted[index]!;
    predicted[index] = value;
    const size = sizeOfValue(difference);
    sink.symbol(tableIndex, size);
    if (size > 0) sink.bits(magnitudeBits(difference), size);
  });
}

/** Blocks without further coefficients are counted, and written as one symbol with the bits that wait for them. */
class EmptyRun {
  count = 0;
  /** Correction bits of the blocks of the run. */
  waiting: number[] = [];
  readonly #sink: Sink;
  readonly #table: number;
  constructor(sink: Sink, table: number) {
    this.#sink = sink;
    this.#table = table;
  }
  write(): void {
    if (this.count === 0) return;
    const size = 31 - Math.clz32(this.count);
    this.#sink.symbol(this.#table, size << 4);
    if (size > 0) this.#sink.bits(this.count, size);
    this.count = 0;
    for (const bit of this.waiting) this.#sink.bits(bit, 1);
    this.waiting = [];
  }
}

function firstPass(component: CodedComponent, [, start, end, , low]: Scan, sink: Sink): void {
  const { coefficients, tableIndex } = component;
  const empty = new EmptyRun(sink, tableIndex);
  eachBlock([component], (_, at) => {
    let run = 0;
    for (let k = start; k <= end; k++) {
      const value = coefficients[at + k]!;
      const magnitude = Math.abs(value) >> low;
      if (magnitude === 0) {
        run++;
        continue;
      }
      empty.write();
      for (; run > 15; run -= 16) sink.symbol(tableIndex, 0xf0);
      const size = sizeOfValue(magnitude);
      sink.symbol(tableIndex, (run << 4) | size);
      sink.bits(value < 0 ? ~magnitude : magnitude, size);
      run = 0;
    }
    if (run > 0 && ++empty.count === 0x7fff) empty.write();
  });
  empty.write();
}

/** The most correction bits that libjpeg lets wait. */
const MOST_WAITING = 1000;

function refiningPass(component: CodedComponent, [, start, end, , low]: Scan, sink: Sink): void {
  const { coefficients, tableIndex } = component;
  const empty = new EmptyRun(sink, tableIndex);
  eachBlock([component], (_, at) => {
    // The last coefficient that this pass makes known.
    let last = 0;
    for (let k = start; k <= end; k++) if (Math.abs(coefficients[at + k]!) >> low === 1) last = k;
    let run = 0;
    let corrections: number[] = [];
    const writeCorrections = () => {
      for (const bit of corrections) sink.bits(bit, 1);
      corrections = [];
    };
    for (let k = start; k <= end; k++) {
      const value = coefficients[at + k]!;
      const magnitude = Math.abs(value) >> low;
      if (magnitude === 0) {
        run++;
        continue;
      }
      while (run > 15 && k <= last) {
        empty.write();
        sink.symbol(tableIndex, 0xf0);
        run -= 16;
        writeCorrections();
      }
      if (magnitude > 1) {
        corrections.push(magnitude & 1);
        continue;
      }
      empty.write();
      sink.symbol(tableIndex, (run << 4) | 1);
      sink.bits(value < 0 ? 0 : 1, 1);
      writeCorrections();
      run = 0;
    }
    if (run > 0 || corrections.length > 0) {
      empty.count++;
      empty.waiting.push(...corrections);
      if (empty.count === 0x7fff || empty.waiting.length > MOST_WAITING - 63) empty.write();
    }
  });
  empty.write();
}
