// Copies that exchange the contiguous dimension: squares of 4 × 4 elements are transposed in registers.
// Owns: recognising such kernels and their function (begin, end, pointers) over blocks. Other copies are ordinary loops.

import { FunctionBuilder } from '../../../assembler/module.ts';
import { type LoopIndex, type LoopKernel, type Statement, storageBytes } from '../../../compiler/loop-ir.ts';
import { affineOf, coefficientOf } from './affine.ts';

interface Axis {
  readonly extent: number;
  /** Elements moved in the source and in the target by one step. */
  readonly source: number;
  readonly target: number;
}

export interface Transposition {
  /** Contiguous in the target, and in the source. */
  readonly across: Axis;
  readonly down: Axis;
  readonly others: readonly Axis[];
  /** The kernel's buffers, and elements before the first of each. */
  readonly buffers: readonly [number, number];
  readonly offsets: readonly [number, number];
  readonly bufferCount: number;
}

/** Elements along `down` in a block: one cache line of the source; more lines of the target would evict each other. */
const BLOCK = 16;
/** Lines of the target that lie a multiple of this apart share a set of the first cache, which has eight ways or twelve. */
const SET_BYTES = 4096;
/** Larger ones wait for memory, and prefer whole lines of the source. */
const MOST_IN_HALVES = 1 << 21;

export function matchTransposition(kernel: LoopKernel): Transposition | undefined {
  const loops: LoopIndex[] = [kernel.outer];
  let body: readonly Statement[] = kernel.body;
  while (body.length === 1 && body[0]!.kind === 'loop') {
    loops.push(body[0]!.loop);
    body = body[0]!.body;
  }
  const [store] = body;
  if (body.length !== 1 || store?.kind !== 'store' || store.value.op !== 'load' || store.value.guard) return undefined;
  const { value } = store;
  const storage = kernel.buffers[store.buffer]!.storage;
  if (storage !== kernel.buffers[value.buffer]!.storage || storageBytes[storage] !== 4) return undefined;
  const [from, to] = [affineOf(value.index), affineOf(store.index)];
  if ([...from.terms, ...to.terms].some(({ atom }) => atom.op !== 'index')) return undefined;
  const axes = loops
    .filter(({ extent }) => extent > 1)
    .map((loop): Axis => ({ extent: loop.extent, source: coefficientOf(from, loop), target: coefficientOf(to, loop) }));
  const across = axes.find((axis) => axis.target === 1 && axis.source > 1);
  const down = axes.find((axis) => axis.source === 1 && axis.target > 1);
  if (!across || !down || across.extent < 4 || down.extent < 4) return undefined;
  if (axes.some((axis) => axis.target <= 0 || axis.source < 0)) return undefined;
  return {
    across,
    down,
    others: axes.filter((axis) => axis !== across && axis !== down),
    buffers: [value.buffer, store.buffer],
    offsets: [from.constant, to.constant],
    bufferCount: kernel.buffers.length,
  };
}

export function transpositionTasks({ others, down }: Transposition): number {
  return others.reduce((product, { extent }) => product * extent, Math.ceil(down.extent / BLOCK));
}

export function transpositionFunction(t: Transposition, name: string): FunctionBuilder {
  const { across, down, others } = t;
  const fn = new FunctionBuilder(name, { params: new Array<'i32'>(2 + t.bufferCount).fill('i32'), results: [] });
  const [task, end] = [0, 1];
  const [sourcePointer, targetPointer] = [2 + t.buffers[0], 2 + t.buffers[1]];
  const code = fn.body;
  const local = () => fn.local('i32');
  const [source, target, from, to, rest, digit] = [local(), local(), local(), local(), local(), local()];
  const [columns, rows, rowsHere, fromRow, toRow] = [local(), local(), local(), local(), local()];
  const lanes = [0, 1, 2, 3].map(() => fn.local('v128')) as [number, number, number, number];
  const halves = [0, 1, 2, 3].map(() => fn.local('v128')) as [number, number, number, number];
  const step = (x: number, bytes: number) => code.get(x).i32(bytes).op('i32.add').set(x);
  /** while (count ≥ size) { body; count -= size } */
  const pieces = (count: number, size: number, body: () => void) => {
    code.block().loop().get(count).i32(size).op('i32.lt_s').branchIf(1);
    body();
    code.get(count).i32(size).op('i32.sub').set(count).branch(0).end().end();
  };
  const square = () => {
    lanes.forEach((lane, i) => {
      code
        .get(fromRow)
        .memory('v128.load', i * across.source * 4)
        .set(lane);
    });
    const [a, b, c, d] = lanes;
    const [p, q, r, s] = halves;
    code.get(a).get(b).shuffle32(0, 4, 1, 5).set(p).get(c).get(d).shuffle32(0, 4, 1, 5).set(q);
    code.get(a).get(b).shuffle32(2, 6, 3, 7).set(r).get(c).get(d).shuffle32(2, 6, 3, 7).set(s);
    const put = (row: number, x: number, y: number, upper: boolean) => {
      code.get(toRow).get(x).get(y);
      if (upper) code.shuffle32(2, 3, 6, 7);
      else code.shuffle32(0, 1, 4, 5);
      code.memory('v128.store', row * down.target * 4);
    };
    put(0, p, q, false);
    put(1, p, q, true);
    put(2, r, s, false);
    put(3, r, s, true);
  };
  /** `width` neighbours in the target for all rows of the block. */
  const strip = (width: 4 | 1) => {
    code.get(from).set(fromRow).get(to).set(toRow).get(rowsHere).set(rows);
    if (width === 4) {
      pieces(rows, 4, () => {
        square();
        step(fromRow, 16);
        step(toRow, down.target * 16);
      });
    }
    pieces(rows, 1, () => {
      for (let i = 0; i < width; i++) {
        code
          .get(toRow)
          .get(fromRow)
          .memory('i32.load', i * across.source * 4)
          .memory('i32.store', i * 4);
      }
      step(fromRow, 4);
      step(toRow, down.target * 4);
    });
    step(from, width * across.source * 4);
    step(to, width * 4);
  };

  /** A square of the block: a line of the target is complete before the lines of the other half come. */
  const inHalves = () => {
    const lines = BLOCK / 2;
    code.i32(lines).set(rowsHere);
    for (const [fromNext, toNext] of [
      [lines * 4 - BLOCK * across.source * 4, lines * down.target * 4 - BLOCK * 4],
      [-lines * 4, -lines * down.target * 4],
    ] as const) {
      code.i32(BLOCK).set(rest);
      pieces(rest, 4, () => strip(4));
      step(from, fromNext);
      step(to, toNext);
    }
    code.i32(BLOCK).set(rowsHere);
  };

  const blocks = Math.ceil(down.extent / BLOCK);
  code.block().get(task).get(end).op('i32.ge_s').branchIf(0).loop();
  code
    .get(sourcePointer)
    .i32(t.offsets[0] * 4)
    .op('i32.add')
    .set(source);
  code
    .get(targetPointer)
    .i32(t.offsets[1] * 4)
    .op('i32.add')
    .set(target);
  code.get(task).set(rest);
  // task = others… · blocks + block
  const takeDigit = (extent: number) => {
    code.get(rest).i32(extent).op('i32.rem_u').set(digit).get(rest).i32(extent).op('i32.div_u').set(rest);
  };
  const moveBy = (sourceBytes: number, targetBytes: number) => {
    code.get(source).get(digit).i32(sourceBytes).op('i32.mul', 'i32.add').set(source);
    code.get(target).get(digit).i32(targetBytes).op('i32.mul', 'i32.add').set(target);
  };
  takeDigit(blocks);
  code.i32(down.extent).get(digit).i32(BLOCK).op('i32.mul', 'i32.sub').tee(rowsHere);
  code.i32(BLOCK).get(rowsHere).i32(BLOCK).op('i32.lt_s', 'select').set(rowsHere);
  moveBy(BLOCK * 4, BLOCK * down.target * 4);
  for (const axis of [...others].reverse()) {
    takeDigit(axis.extent);
    moveBy(axis.source * 4, axis.target * 4);
  }
  code.get(source).set(from).get(target).set(to).i32(across.extent).set(columns);
  const elements = [across, down, ...others].reduce((n, { extent }) => n * extent, 1);
  if ((down.target * 4) % SET_BYTES === 0 && elements <= MOST_IN_HALVES) {
    code.get(rowsHere).i32(BLOCK).op('i32.eq').if();
    pieces(columns, BLOCK, inHalves);
    code.end();
  }
  pieces(columns, 4, () => strip(4));
  if (across.extent % 4 > 0) pieces(columns, 1, () => strip(1));
  code.get(task).i32(1).op('i32.add').tee(task).get(end).op('i32.lt_s').branchIf(0).end().end();
  return fn;
}
