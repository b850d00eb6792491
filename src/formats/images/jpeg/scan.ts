// Baseline and extended sequential scans: blocks are decoded, transformed at once and written into planes.
// Owns: rows of MCUs and restarts. Leaves the MCUs to entropy-kernel.ts, progressive scans to progressive.ts.
import { PART, STATE } from './entropy-kernel.ts';
import type { Component, Frame, ScanHeader } from './headers.ts';
import { TABLE } from './huffman.ts';
import type { Plane } from './planes.ts';
import { PADDING, type ScanData } from './scan-data.ts';
import type { Workspace } from './workspace.ts';

export interface ScanResult {
  /** Rows of MCUs whose data was all there. */
  readonly wholeRows: number;
}

/** The scan's blocks as pixels in the planes. */
export function decodeSequential(
  workspace: Workspace,
  data: ScanData,
  frame: Frame,
  header: ScanHeader,
  planeOf: (component: Component) => Plane,
): ScanResult {
  const { bytes, words, place } = workspace;
  const single = header.components.length === 1;
  const state = place.state / 4;
  let parts = 0;
  header.components.forEach(({ component, dc, ac }, i) => {
    const plane = planeOf(component);
    plane.loadMultipliers();
    const tables = place.tables + i * 2 * TABLE.size;
    bytes.set(dc!.bytes, tables);
    bytes.set(ac!.bytes, tables + TABLE.size);
    const [h, v] = single ? [1, 1] : [component.h, component.v];
    for (let block = 0; block < h * v; block++, parts++) {
      const at = (place.parts + parts * PART.size) / 4;
      words[at + PART.dc / 4] = tables;
      words[at + PART.ac / 4] = tables + TABLE.size;
      words[at + PART.multipliers / 4] = plane.multipliers;
      words[at + PART.predictor / 4] = place.predictors + i * 4;
      words[at + PART.step / 4] = h * plane.blockSize;
      words[at + PART.stride / 4] = plane.stride;
      words[at + PART.transform / 4] = plane.transform;
    }
  });
  /** Where the blocks of an MCU go. */
  const aim = (x: number, y: number): void => {
    let part = place.parts / 4;
    for (const { component } of header.components) {
      const plane = planeOf(component);
      const [h, v] = single ? [1, 1] : [component.h, component.v];
      for (let block = 0; block < h * v; block++, part += PART.size / 4)
        words[part + PART.out / 4] = plane.at(x * h + (block % h), y * v + Math.floor(block / h));
    }
  };
  const restart = (): void => {
    workspace.kernels.swap(data.address, data.address + data.length + PADDING);
    words[state + STATE.at / 4] = data.address;
    words[state + STATE.count / 4] = 0;
    words.fill(0, state + STATE.bits / 4, state + STATE.bits / 4 + 2);
    words[state + STATE.end / 4] = data.address + data.length;
    words.fill(0, place.predictors / 4, place.predictors / 4 + 4);
  };
  const wide = single ? header.components[0]!.component.blocksWide : frame.mcusWide;
  const high = single ? header.components[0]!.component.blocksHigh : frame.mcusHigh;
  let untilRestart = header.restartInterval || Number.POSITIVE_INFINITY;
  let missing = false;
  let wholeRows = 0;
  restart();
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; ) {
      if (untilRestart === 0) {
        untilRestart = header.restartInterval;
        missing = !data.advance();
        if (!missing) restart();
      }
      const count = Math.min(wide - x, untilRestart);
      // The MCUs after that in which the data ends stay as they are: grey.
      if (!missing) {
        aim(x, y);
        missing = workspace.decode(parts, count) < count;
      }
      x += count;
      untilRestart -= count;
    }
    const used = (words[state + STATE.at / 4]! - data.address) * 8 - words[state + STATE.count / 4]!;
    if (!missing && used <= data.length * 8) wholeRows = y + 1;
  }
  return { wholeRows };
}
