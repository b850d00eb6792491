// What stands before and between the scans of a JPEG file: sizes, components, tables.
// Owns: markers, and the checks of everything declared. Leaves entropy-coded data to scan.ts and progressive.ts.
import { checkSize, refuse } from '../image.ts';
import { HuffmanTable } from './huffman.ts';

export interface Component {
  readonly id: number;
  /** Sampling factors. */
  readonly h: number;
  readonly v: number;
  readonly quantizationIndex: number;
  /** Blocks of the component itself, and of whole MCUs. */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  readonly storedWide: number;
  readonly storedHigh: number;
  /** The quantization table as it was when the component's first scan began, in zigzag order. */
  quantization: Uint16Array | null;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly Component[];
  readonly maxH: number;
  readonly maxV: number;
  readonly mcusWide: number;
  readonly mcusHigh: number;
}

export interface ScanHeader {
  readonly components: readonly {
    readonly component: Component;
    readonly dc: HuffmanTable | null;
    readonly ac: HuffmanTable | null;
  }[];
  readonly spectralStart: number;
  readonly spectralEnd: number;
  readonly approximationHigh: number;
  readonly approximationLow: number;
  readonly restartInterval: number;
  /** Where the entropy-coded data begins. */
  readonly start: number;
}

/** Zigzag position → natural order; the tail catches runs that go beyond the block. */
export const zigzag = new Uint8Array(80).fill(63);
{
  let [x, y] = [0, 0];
  for (let i = 0; i < 64; i++) {
    zigzag[i] = y * 8 + x;
    const up = (x + y) % 2 === 0;
    if (up) {
      if (x === 7) y++;
      else {
        x++;
        if (y > 0) y--;
      }
    } else if (y === 7) x++;
    else {
      y++;
      if (x > 0) x--;
    }
  }
}

const SOF_NAMES: Record<number, string> = {
  195: 'lossless',
  197: 'hierarchical',
  198: 'hierarchical',
  199: 'hierarchical lossless',
  201: 'arithmetic-coded',
  202: 'arithmetic-coded progressive',
  203: 'arithmetic-coded lossless',
  205: 'arithmetic-coded',
  206: 'arithmetic-coded',
  207: 'arithmetic-coded',
};

/** Walks over the markers of a file. */
export class JpegHeaders {
  readonly #bytes: Uint8Array;
  readonly #file: string;
  #at = 2;
  #restartInterval = 0;
  readonly #quantization: (Uint16Array | undefined)[] = [];
  readonly #dc: (HuffmanTable | undefined)[] = [];
  readonly #ac: (HuffmanTable | undefined)[] = [];
  frame: Frame | null = null;
  sawJfif = false;
  /** The transform that an Adobe marker names; null where there is no such marker. */
  adobeTransform: number | null = null;
  /** Whether the file ended before its end marker. */
  endedEarly = false;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
    if (!(bytes[0] === 0xff && bytes[1] === 0xd8)) refuse(file, 'this is no JPEG file: it does not begin with FF D8.');
  }

  /** Goes on reading markers at a position: after a scan. */
  seek(position: number): void {
    this.#at = position;
  }

  /** Reads up to the next scan; null at the end of the picture. */
  nextScan(): ScanHeader | null {
    const bytes = this.#bytes;
    for (;;) {
      while (this.#at < bytes.length && bytes[this.#at] !== 0xff) this.#at++;
      while (this.#at < bytes.length && bytes[this.#at] === 0xff) this.#at++;
      if (this.#at >= bytes.length) {
        this.endedEarly = true;
        return null;
      }
      const marker = bytes[this.#at++]!;
      // Nothing follows these: stuffed zero, restarts, TEM, a second start.
      if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
      if (marker === 0xd9) return null;
      if (this.#at + 2 > bytes.length) {
        this.endedEarly = true;
        return null;
      }
      const length = (bytes[this.#at]! << 8) | bytes[this.#at + 1]!;
      if (length < 2) refuse(this.#file, `the JPEG data has a segment of length ${length} (at byte ${this.#at}).`);
      if (this.#at + length > bytes.length) {
        this.endedEarly = true;
        return null;
      }
      const segment = bytes.subarray(this.#at + 2, this.#at + length);
      this.#at += length;
      if (marker === 0xc4) this.#huffmanTables(segment);
      else if (marker === 0xdb) this.#quantizationTables(segment);
      else if (marker === 0xdd) {
        if (segment.length !== 2) this.#damaged('restart interval');
        this.#restartInterval = (segment[0]! << 8) | segment[1]!;
      } else if (marker === 0xe0) this.sawJfif ||= text(segment, 5) === 'JFIF\0';
      else if (marker === 0xee && segment.length >= 12 && text(segment, 5) === 'Adobe')
        this.adobeTransform = segment[11]!;
      else if (marker === 0xda) return this.#scan(segment);
      else if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) this.#start(segment, marker === 0xc2);
      else if (SOF_NAMES[marker])
        refuse(
          this.#file,
          `${SOF_NAMES[marker]} JPEG files cannot be read; save the picture as baseline or progressive JPEG.`,
        );
    }
  }

  #damaged(what: string): never {
    return refuse(this.#file, `the ${what} of the JPEG data is damaged (before byte ${this.#at}).`);
  }

  #quantizationTables(segment: Uint8Array): void {
    let at = 0;
    while (at < segment.length) {
      const [precision, index] = [segment[at]! >> 4, segment[at]! & 15];
      at++;
      const size = precision ? 128 : 64;
      if (index > 3 || precision > 1 || at + size > segment.length) this.#damaged('quantization table');
      const table = new Uint16Array(64);
      for (let i = 0; i < 64; i++)
        table[i] = precision ? (segment[at + 2 * i]! << 8) | segment[at + 2 * i + 1]! : segment[at + i]!;
      this.#quantization[index] = table;
      at += size;
    }
  }

  #huffmanTables(segment: Uint8Array): void {
    let at = 0;
    while (at < segment.length) {
      const [kind, index] = [segment[at]! >> 4, segment[at]! & 15];
      const counts = segment.subarray(at + 1, at + 17);
      let total = 0;
      for (let i = 0; i < counts.length; i++) total += counts[i]!;
      if (kind > 1 || index > 3 || total > 256 || at + 17 + total > segment.length) this.#damaged('Huffman table');
      const symbols = segment.subarray(at + 17, at + 17 + total);
      const table = HuffmanTable.of(counts, symbols, kind === 1) ?? this.#damaged('Huffman table');
      (kind === 0 ? this.#dc : this.#ac)[index] = table;
      at += 17 + total;
    }
  }

  #start(segment: Uint8Array, progressive: boolean): void {
    if (this.frame) refuse(this.#file, 'the JPEG data has two frames.');
    const count = segment[5] ?? 0;
    if (segment.length !== 6 + 3 * count || count === 0) this.#damaged('frame header');
    if (segment[0] !== 8)
      refuse(this.#file, `JPEG files of ${segment[0]} bits a sample cannot be read; wanted 8 bits.`);
    const height = (segment[1]! << 8) | segment[2]!;
    const width = (segment[3]! << 8) | segment[4]!;
    checkSize(this.#file, width, height, count);
    if (count > 4) refuse(this.#file, `the JPEG data has ${count} components; wanted at most 4.`);
    const plain = Array.from({ length: count }, (_, i) => {
      const at = 6 + 3 * i;
      const [h, v] = [segment[at + 1]! >> 4, segment[at + 1]! & 15];
      if (h < 1 || h > 4 || v < 1 || v > 4) this.#damaged('frame header');
      return { id: segment[at]!, h, v, quantizationIndex: segment[at + 2]! };
    });
    const maxH = Math.max(...plain.map((c) => c.h));
    const maxV = Math.max(...plain.map((c) => c.v));
    const mcusWide = Math.ceil(width / (8 * maxH));
    const mcusHigh = Math.ceil(height / (8 * maxV));
    // Written out: what a spread makes is slow to read, and the blocks' loops read it.
    const components = plain.map((c) => ({
      id: c.id,
      h: c.h,
      v: c.v,
      quantizationIndex: c.quantizationIndex,
      blocksWide: Math.ceil((width * c.h) / (8 * maxH)),
      blocksHigh: Math.ceil((height * c.v) / (8 * maxV)),
      storedWide: mcusWide * c.h,
      storedHigh: mcusHigh * c.v,
      quantization: null,
    }));
    this.frame = { width, height, progressive, components, maxH, maxV, mcusWide, mcusHigh };
  }

  #scan(segment: Uint8Array): ScanHeader {
    const frame = this.frame ?? refuse(this.#file, 'the JPEG data has a scan before its frame header.');
    const count = segment[0] ?? 0;
    if (count < 1 || count > 4 || segment.length !== 4 + 2 * count) this.#damaged('scan header');
    const [spectralStart, spectralEnd, approximation] = [...segment.subarray(1 + 2 * count)] as [
      number,
      number,
      number,
    ];
    const [high, low] = [approximation >> 4, approximation & 15];
    const { progressive } = frame;
    if (progressive && (spectralEnd > 63 || spectralStart > spectralEnd || low > 13)) this.#damaged('scan header');
    if (progressive && spectralStart > 0 && count !== 1) this.#damaged('scan header');
    if (progressive && spectralStart === 0 && spectralEnd !== 0) this.#damaged('scan header');
    const seen = new Set<number>();
    let blocks = 0;
    const components = Array.from({ length: count }, (_, i) => {
      const [id, tables] = [segment[1 + 2 * i]!, segment[2 + 2 * i]!];
      const component = frame.components.find((c) => c.id === id && !seen.has(frame.components.indexOf(c)));
      if (!component) return this.#damaged('scan header');
      seen.add(frame.components.indexOf(component));
      blocks += component.h * component.v;
      component.quantization ??=
        this.#quantization[component.quantizationIndex]?.slice() ??
        refuse(this.#file, `the JPEG data lacks quantization table ${component.quantizationIndex}.`);
      const dc = this.#dc[tables >> 4] ?? null;
      const ac = this.#ac[tables & 15] ?? null;
      const needsDc = progressive ? spectralStart === 0 && high === 0 : true;
      const needsAc = progressive ? spectralStart > 0 : true;
      if ((needsDc && !dc) || (needsAc && !ac))
        refuse(this.#file, 'the JPEG data lacks a Huffman table that a scan names.');
      if (needsDc && dc && !dc.isForDc) this.#damaged('Huffman table');
      return { component, dc, ac };
    });
    if (count > 1 && blocks > 10) this.#damaged('scan header');
    return {
      components,
      spectralStart,
      spectralEnd,
      approximationHigh: high,
      approximationLow: low,
      restartInterval: this.#restartInterval,
      start: this.#at,
    };
  }
}

const text = (bytes: Uint8Array, count: number): string => String.fromCharCode(...bytes.subarray(0, count));
