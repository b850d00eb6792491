// Baseline and extended sequential scans: blocks are decoded, transformed at once and written into planes.
// Owns: rows of MCUs and restarts. Leaves the MCUs to entropy-kernel.ts, progressive scans to progressive.ts.
import { PART, STATE } from './entropy-kernel.ts';
import type { Component, Frame, ScanHeader } from './headers.ts';
import { PADDING, ScanData, TABLE } from './huffman.ts';
import type { Plane } from './planes.ts';
import { place, type Workspace } from './workspace.ts';

export interface ScanResult {
  readonly next: number;
  readonly endedEarly: boolean;
  /** Rows of MCUs whose data was all there. */
  readonly wholeRows: number;
}

/** The scan's blocks as pixels in the planes. `room` is the address of a buffer as large as the file with PADDING. */
export function decodeSequential(
  workspace: Workspace,
  room: number,
  file: Uint8Array,
  frame: Frame,
  header: ScanHeader,
  planeOf: (component: Component) => Plane,
): ScanResult {
  const { bytes, words } = workspace;
  const data = new ScanData(file, header.start, bytes.subarray(room, room + file.length + PADDING));
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
    words[(state * 4 + STATE.at) / 4] = room;
    words[(state * 4 + STATE.count) / 4] = 0;
    words[(state * 4 + STATE.end) / 4] = room + data.end;
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
        restart();
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
    const used = (words[state + STATE.at / 4]! - room) * 8 - words[state + STATE.count / 4]!;
    if (!missing && used <= data.end * 8) wholeRows = y + 1;
  }
  return { next: data.next, endedEarly: data.endedEarly, wholeRows };
}
