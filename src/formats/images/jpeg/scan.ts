// Baseline and extended sequential scans: blocks are decoded, transformed at once and written into planes.
// Owns: the loop over blocks, and the decoding of one. Leaves progressive scans to progressive.ts.
import { BitState, longCode } from './bits.ts';
import type { Component, Frame, ScanHeader } from './headers.ts';
import { zigzag } from './headers.ts';
import { type HuffmanTable, LOOK, ScanData } from './huffman.ts';
import type { Plane } from './planes.ts';

const MASK = (1 << LOOK) - 1;

/** Calls `visit` for each block of a scan in the order of the data; restarts are the visitor's to ask for by MCU. */
export interface ScanResult {
  readonly next: number;
  readonly endedEarly: boolean;
  /** Rows of MCUs whose data was all there. */
  readonly wholeRows: number;
}

/**
 * Decodes one block of a sequential scan. Coefficients are multiplied as the transform wants them and put in natural order;
 * returns the zigzag position of the last one that was given. `block` must hold zeros.
 */
function decodeBlock(
  state: BitState,
  dc: HuffmanTable,
  ac: HuffmanTable,
  multipliers: Int32Array,
  block: Int32Array,
  predicted: number,
): number {
  const { bytes } = state;
  let { at, bits, count } = state;
  // The difference of the DC coefficient.
  if (count < 16) {
    bits = (bits << 16) | (bytes[at]! << 8) | bytes[at + 1]!;
    at += 2;
    count += 16;
  }
  let entry = dc.look[(bits >>> (count - LOOK)) & MASK]!;
  if (entry === 0) entry = longCode(dc, (bits >>> (count - 16)) & 0xffff);
  count -= entry >> 8;
  let size = entry & 15;
  let value = predicted;
  if (size > 0) {
    if (count < 16) {
      bits = (bits << 16) | (bytes[at]! << 8) | bytes[at + 1]!;
      at += 2;
      count += 16;
    }
    count -= size;
    const magnitude = (bits >>> count) & ((1 << size) - 1);
    value += magnitude < 1 << (size - 1) ? magnitude - (1 << size) + 1 : magnitude;
  }
  state.dc = value;
  block[0] = Math.imul(value, multipliers[0]!);
  let last = 0;
  let k = 1;
  const look = ac.look;
  const coefficients = ac.coefficients!;
  while (k < 64) {
    if (count < 16) {
      bits = (bits << 16) | (bytes[at]! << 8) | bytes[at + 1]!;
      at += 2;
      count += 16;
    }
    const ahead = (bits >>> (count - LOOK)) & MASK;
    const quick = coefficients[ahead]!;
    if (quick !== 0) {
      count -= quick & 255;
      k += (quick >> 8) & 15;
      block[zigzag[k]!] = Math.imul(quick >> 16, multipliers[k & 63]!);
      last = k;
      k++;
      continue;
    }
    entry = look[ahead]!;
    if (entry === 0) entry = longCode(ac, (bits >>> (count - 16)) & 0xffff);
    count -= entry >> 8;
    size = entry & 15;
    const run = (entry >> 4) & 15;
    if (size === 0) {
      if (run !== 15) break;
      k += 16;
      continue;
    }
    k += run;
    if (count < 16) {
      bits = (bits << 16) | (bytes[at]! << 8) | bytes[at + 1]!;
      at += 2;
      count += 16;
    }
    count -= size;
    const magnitude = (bits >>> count) & ((1 << size) - 1);
    block[zigzag[k]!] = Math.imul(
      magnitude < 1 << (size - 1) ? magnitude - (1 << size) + 1 : magnitude,
      multipliers[k & 63]!,
    );
    last = k;
    k++;
  }
  state.at = at;
  state.bits = bits;
  state.count = count;
  return last;
}

/** The scan's blocks as pixels in the planes. */
export function decodeSequential(
  file: Uint8Array,
  frame: Frame,
  header: ScanHeader,
  planeOf: (component: Component) => Plane,
): ScanResult {
  const data = new ScanData(file, header.start);
  const state = new BitState(data.bytes);
  const block = new Int32Array(64);
  const parts = header.components.map(({ component, dc, ac }) => ({
    component,
    dc: dc!,
    ac: ac!,
    plane: planeOf(component),
    predicted: 0,
  }));
  const single = parts.length === 1 ? parts[0]! : null;
  const wide = single ? single.component.blocksWide : frame.mcusWide;
  const high = single ? single.component.blocksHigh : frame.mcusHigh;
  let untilRestart = header.restartInterval || Number.POSITIVE_INFINITY;
  let missing = false;
  let wholeRows = 0;
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      if (untilRestart === 0) {
        untilRestart = header.restartInterval;
        missing = !data.advance();
        state.reset();
        for (const part of parts) part.predicted = 0;
      }
      untilRestart--;
      // The MCU in which the data ends is filled up with zero bits; those after it stay as they are: grey.
      missing ||= state.position > data.end * 8;
      if (missing) continue;
      for (const part of parts) {
        const [h, v] = single ? [1, 1] : [part.component.h, part.component.v];
        for (let i = 0; i < h * v; i++) {
          const last = decodeBlock(state, part.dc, part.ac, part.plane.multipliers, block, part.predicted);
          part.predicted = state.dc;
          part.plane.put(x * h + (i % h), y * v + Math.floor(i / h), block, last);
          if (state.at > data.end + 16) state.at = data.end + 16;
        }
      }
    }
    if (!missing && state.position <= data.end * 8) wholeRows = y + 1;
  }
  return { next: data.next, endedEarly: data.endedEarly, wholeRows };
}
