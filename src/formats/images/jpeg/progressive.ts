// Progressive scans: coefficients come in several passes, by frequency and by bit, and are transformed at the end.
// Owns: the four kinds of passes, the store of coefficients. Leaves transforms to planes.ts.
import { BitState, extend } from './bits.ts';
import type { Component, Frame, ScanHeader } from './headers.ts';
import { zigzag } from './headers.ts';
import type { HuffmanTable } from './huffman.ts';
import type { Plane } from './planes.ts';
import type { ScanResult } from './scan.ts';
import { PADDING, type ScanData } from './scan-data.ts';

/** Coefficients of one component, 64 for each block, in zigzag order. */
export class Coefficients {
  readonly component: Component;
  readonly data: Int16Array;

  constructor(component: Component) {
    this.component = component;
    this.data = new Int16Array(component.storedWide * component.storedHigh * 64);
  }
  at(x: number, y: number): number {
    return (y * this.component.storedWide + x) * 64;
  }

  /** Transforms all blocks into the component's plane, by way of the workspace's block. */
  transform(plane: Plane, block: Int32Array): void {
    const { storedWide, storedHigh, quantization } = this.component;
    // A component that no scan named has no table; it stays grey.
    if (!quantization) return;
    const multipliers = plane.loadMultipliers();
    let from = 0;
    for (let y = 0; y < storedHigh; y++) {
      for (let x = 0; x < storedWide; x++, from += 64) {
        let last = 0;
        for (let k = 0; k < 64; k++) {
          const value = this.data[from + k]!;
          if (value === 0) continue;
          block[zigzag[k]!] = Math.imul(value, multipliers[k]!);
          last = k;
        }
        plane.put(x, y, last);
      }
    }
  }
}

interface Pass {
  readonly state: BitState;
  readonly header: ScanHeader;
  /** Blocks still to come in a run of blocks without further coefficients. */
  run: number;
}

function firstDc(pass: Pass, table: HuffmanTable, data: Int16Array, at: number, predicted: number): number {
  const size = pass.state.symbol(table) & 15;
  const value = predicted + (size > 0 ? extend(pass.state.take(size), size) : 0);
  data[at] = value << pass.header.approximationLow;
  return value;
}

function firstAc(pass: Pass, table: HuffmanTable, data: Int16Array, at: number): void {
  if (pass.run > 0) {
    pass.run--;
    return;
  }
  const { state, header } = pass;
  for (let k = header.spectralStart; k <= header.spectralEnd; k++) {
    const symbol = state.symbol(table);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size === 0) {
      if (run === 15) {
        k += 15;
        continue;
      }
      pass.run = (1 << run) - 1 + (run > 0 ? state.take(run) : 0);
      return;
    }
    k += run;
    if (k > 63) return;
    data[at + k] = extend(state.take(size), size) << header.approximationLow;
  }
}

function refineAc(pass: Pass, table: HuffmanTable, data: Int16Array, at: number): void {
  const { state, header } = pass;
  const unit = 1 << header.approximationLow;
  let k = header.spectralStart;
  const refine = (index: number): void => {
    const value = data[index]!;
    if (state.bit() === 1 && (value & unit) === 0) data[index] = value >= 0 ? value + unit : value - unit;
  };
  if (pass.run === 0) {
    for (; k <= header.spectralEnd; k++) {
      const symbol = state.symbol(table);
      let run = symbol >> 4;
      let value = 0;
      if ((symbol & 15) !== 0) value = state.bit() === 1 ? unit : -unit;
      else if (run !== 15) {
        pass.run = (1 << run) + (run > 0 ? state.take(run) : 0);
        break;
      }
      // Over coefficients that are there already, which get one bit more, and over `run` that are not.
      for (; k <= header.spectralEnd; k++) {
        if (data[at + k] !== 0) refine(at + k);
        else if (run-- === 0) break;
      }
      if (value !== 0 && k <= 63) data[at + k] = value;
    }
  }
  if (pass.run > 0) {
    for (; k <= header.spectralEnd; k++) if (data[at + k] !== 0) refine(at + k);
    pass.run--;
  }
}

/** One scan into the coefficients. */
export function decodeProgressive(
  bytes: Uint8Array,
  source: ScanData,
  frame: Frame,
  header: ScanHeader,
  coefficientsOf: (component: Component) => Coefficients,
): ScanResult {
  const segment = (): Uint8Array => bytes.subarray(source.address, source.address + source.length + PADDING);
  const state = new BitState(segment());
  const pass: Pass = { state, header, run: 0 };
  const isDc = header.spectralStart === 0;
  const isFirst = header.approximationHigh === 0;
  const parts = header.components.map((part) => ({ ...part, store: coefficientsOf(part.component), predicted: 0 }));
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
        missing = !source.advance();
        state.reset(segment());
        pass.run = 0;
        for (const part of parts) part.predicted = 0;
      }
      untilRestart--;
      missing ||= pass.run === 0 && state.position > source.length * 8;
      if (missing) continue;
      for (const part of parts) {
        const [h, v] = single ? [1, 1] : [part.component.h, part.component.v];
        for (let i = 0; i < h * v; i++) {
          const { data } = part.store;
          const at = part.store.at(x * h + (i % h), y * v + Math.floor(i / h));
          if (isDc) {
            if (isFirst) part.predicted = firstDc(pass, part.dc!, data, at, part.predicted);
            else if (state.bit() === 1) data[at]! |= 1 << header.approximationLow;
          } else if (isFirst) firstAc(pass, part.ac!, data, at);
          else refineAc(pass, part.ac!, data, at);
          if (state.at > source.length + 16) state.at = source.length + 16;
        }
      }
    }
    if (!missing && state.position <= source.length * 8) wholeRows = y + 1;
  }
  return { wholeRows };
}
