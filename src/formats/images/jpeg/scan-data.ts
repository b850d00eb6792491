// The entropy-coded data of one scan, freed of stuffing, segment by segment: they end at restart markers.
// Owns: where segments and the scan end. The copying is assembled (`unstuff`, below).
import type { ModuleBuilder } from '../../../assembler/module.ts';
import { add, type Local, load, op, shuffle, sub, type Value, vector, Writer } from '../../../assembler/writer.ts';
import type { Workspace } from './workspace.ts';

/** Zero bytes after a segment, more than one block can take, so that reading may run over the end without looking. */
export const PADDING = 320;

export class ScanData {
  /** Address of the current segment, with zeros after it; and how many bytes it has. */
  readonly address: number;
  length = 0;
  readonly #workspace: Workspace;
  /** Addresses: what was not looked at yet, the marker after the scan where it was met, the file's end. */
  #at: number;
  #next: number | null = null;
  readonly #end: number;

  /** Reads from `start` on; the file ends at `end`. `room` is as large as the file with PADDING. */
  constructor(workspace: Workspace, start: number, end: number, room: number) {
    this.#workspace = workspace;
    this.address = room;
    this.#at = start;
    this.#end = end;
    this.advance();
  }

  /** Takes the next segment; false where there is none. */
  advance(): boolean {
    if (this.#next !== null) return false;
    const { length, marker } = this.#workspace.unstuff(this.#at, this.#end, this.address);
    this.length = length;
    if (marker < this.#end && isRestart(this.#workspace.bytes[marker + 1]!)) this.#at = marker + 2;
    else this.#next = marker;
    return true;
  }

  /** Address of the marker after the scan; the file's end where there is none. */
  get next(): number {
    while (this.#next === null) this.advance();
    return this.#next;
  }
  /** Whether the file ended without a marker. */
  get endedEarly(): boolean {
    return this.next >= this.#end;
  }
}

const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/**
 * `unstuff(from, end, to, marker)`: copies up to the next marker, FF 00 as FF, and puts PADDING zeros after it; gives how many bytes
 * these are. The marker's address, or `end`, is stored at `marker`.
 */
export function defineUnstuff(module: ModuleBuilder): void {
  const w = new Writer('unstuff', ['i32', 'i32', 'i32', 'i32'], ['i32']);
  const [from, end, to, marker] = w.params as [Local, Local, Local, Local];
  const begin = w.local('i32', to);
  const [found, byte] = [w.local('i32'), w.local('i32')];
  const piece = w.local('v128');
  const forward = (local: Local, by: Value): void => w.set(local, add(local, by));
  w.loop((onward, stop) => {
    w.loop((again, leave) => {
      leave(op('i32.gt_u', add(from, 16), end));
      w.set(piece, load('v128.load', from));
      w.store('v128.store', to, piece);
      w.set(found, op('i8x16.bitmask', op('i8x16.eq', piece, vector(-1))));
      w.if(found, () => {
        forward(from, op('i32.ctz', found));
        forward(to, op('i32.ctz', found));
        leave();
      });
      forward(from, 16);
      forward(to, 16);
      again();
    });
    stop(op('i32.ge_u', from, end));
    w.set(byte, load('i32.load8_u', from));
    w.if(op('i32.ne', byte, 0xff), () => {
      w.store('i32.store8', to, byte);
      forward(from, 1);
      forward(to, 1);
      onward();
    });
    w.if(op('i32.ge_u', add(from, 1), end), () => {
      w.set(from, end);
      stop();
    });
    w.set(byte, load('i32.load8_u', from, 1));
    // The first of two FF is nothing.
    w.if(op('i32.eq', byte, 0xff), () => {
      forward(from, 1);
      onward();
    });
    stop(byte);
    w.store('i32.store8', to, 0xff);
    forward(to, 1);
    forward(from, 2);
    onward();
  });
  for (let i = 0; i < PADDING; i += 16) w.store('v128.store', to, vector(0), i);
  w.store('i32.store', marker, from);
  w.give(sub(to, begin));
  w.define(module);
}

/** `swap(from, end)`: the bytes of each word the other way round, as kernels take 32 bits at once. */
export function defineSwap(module: ModuleBuilder): void {
  const w = new Writer('swap', ['i32', 'i32']);
  const [from, end] = w.params as [Local, Local];
  const piece = w.local('v128');
  w.loop((again) => {
    w.set(piece, load('v128.load', from));
    w.store('v128.store', from, shuffle(piece, piece, [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]));
    w.set(from, add(from, 16));
    again(op('i32.lt_u', from, end));
  });
  w.define(module);
}
