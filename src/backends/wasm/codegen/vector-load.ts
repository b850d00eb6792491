// Loads and stores of vectors: whole, reversed, strided or gathered, widened from and narrowed to small storages.
// Owns: the choice of access by the index's coefficient in the vectorised loop. Lanes that do not exist are never stored;
// whole loads may read past the end of a buffer, never past the engine's memory.

import type { MemoryLaneOp } from '../../../assembler/opcodes.ts';
import { type Expr, registerOf, type Storage, storageBytes } from '../../../compiler/loop-ir.ts';
import { pushAddress } from './address.ts';
import { type Affine, affineOf, coefficientOf } from './affine.ts';
import { isWide } from './analysis.ts';
import type { KernelContext } from './context.ts';
import { flushVector, mayBeSubnormal } from './flush.ts';
import { firstLanes, withTemporary } from './lanes.ts';
import { scalarLoad } from './scalar.ts';

type Load = Extract<Expr, { op: 'load' }>;

/** The index's coefficient in the vectorised loop, or null when other parts of it vary over lanes as well. */
export function laneStride(k: KernelContext, affine: Affine): number | null {
  const { loop } = k.vector!;
  for (const { atom } of affine.terms) {
    if (!(atom.op === 'index' && atom.loop === loop) && k.varies(atom)) return null;
  }
  return coefficientOf(affine, loop);
}

/** Pushes unit `unit` of a load whose value varies over lanes. */
export function pushVectorLoad(k: KernelContext, e: Load, unit: number, depth: number): void {
  const { storage } = k.kernel.buffers[e.buffer]!;
  const affine = affineOf(e.index);
  const stride = laneStride(k, affine);
  const code = k.codeAt(depth);
  const perUnit = isWide(e.type) ? 2 : 4;
  const part = Math.floor((unit * perUnit) / 4);
  const partial = k.lanesOf(part) < 4;
  const guardVaries = e.guard !== undefined && k.varies(e.guard);

  if (stride === null || (guardVaries && Math.abs(stride) !== 1) || (partial && Math.abs(stride) > 1)) {
    gather(k, e, storage, unit, depth);
  } else if (stride === 0) {
    // The address is the same for all lanes, only the guard differs.
    pushGuardedAddress(k, e, affine, 0, storage, part, depth);
    splatLoad(k, storage, depth);
  } else if (stride === 1) {
    const offset = pushGuardedAddress(k, e, affine, unit * perUnit, storage, part, depth);
    wholeLoad(k, storage, offset, depth);
  } else if (stride === -1) {
    const offset = pushGuardedAddress(k, e, affine, -(unit * perUnit + perUnit - 1), storage, part, depth);
    wholeLoad(k, storage, offset, depth);
    withTemporary(k, 'v128', depth, (v) => {
      code.tee(v).get(v);
      if (perUnit === 2) code.shuffle32(2, 3, 0, 1);
      else code.shuffle32(3, 2, 1, 0);
    });
  } else stridedLoad(k, e, affine, stride, storage, unit * perUnit, part, depth);

  if (e.guard) {
    k.emit.vector(e.otherwise!, unit, depth);
    pushMask(k, e.guard, unit, isWide(e.type), depth);
    code.op('v128.bitselect');
  }
}

/** Pushes the lane mask of a condition for one unit, widened to 64-bit lanes where the value has them. */
export function pushMask(k: KernelContext, condition: Expr, unit: number, wide: boolean, depth: number): void {
  const code = k.codeAt(depth);
  if (!wide) {
    k.emit.vector(condition, unit, depth);
    return;
  }
  k.emit.vector(condition, unit >> 1, depth);
  code.op(unit & 1 ? 'i64x2.extend_high_i32x4_s' : 'i64x2.extend_low_i32x4_s');
}

/** Pushes an address that is safe to read from and gives the constant offset. */
function pushGuardedAddress(
  k: KernelContext,
  e: Load,
  affine: Affine,
  extra: number,
  storage: Storage,
  part: number,
  depth: number,
): number {
  const offset = pushAddress(k, e.buffer, storage, affine, extra, depth);
  if (!e.guard) return offset;
  const code = k.codeAt(depth);
  if (offset !== 0) code.i32(offset).op('i32.add');
  // Where any lane is read, the whole vector lies within 16 bytes of the buffer; where none is, the address may be anything.
  code.get(k.pointer(e.buffer));
  if (k.varies(e.guard)) {
    k.emit.vector(e.guard, part, depth);
    if (k.lanesOf(part) < 4) code.v128(firstLanes(k.lanesOf(part))).op('v128.and');
    code.op('v128.any_true');
  } else k.emit.scalar(e.guard, depth);
  code.op('select');
  return 0;
}

function wholeLoad(k: KernelContext, storage: Storage, offset: number, depth: number): void {
  const code = k.codeAt(depth);
  switch (storageBytes[storage]) {
    case 1:
      code.memory('v128.load32_zero', offset);
      if (storage === 'i8') code.op('i16x8.extend_low_i8x16_s', 'i32x4.extend_low_i16x8_s');
      else code.op('i16x8.extend_low_i8x16_u', 'i32x4.extend_low_i16x8_u');
      if (storage === 'bool') code.v128([0, 0, 0, 0]).op('i32x4.ne');
      return;
    case 2:
      code.memory(storage === 'i16' ? 'v128.load16x4_s' : 'v128.load16x4_u', offset);
      return;
    default:
      code.memory('v128.load', offset);
  }
}

/** With the address on the stack: every lane gets the element there. */
function splatLoad(k: KernelContext, storage: Storage, depth: number): void {
  const code = k.codeAt(depth);
  if (storageBytes[storage] === 4) code.memory('v128.load32_splat');
  else if (storageBytes[storage] === 8) code.memory('v128.load64_splat');
  else {
    code.memory(scalarLoad[storage]!).op('i32x4.splat');
    if (storage === 'bool') code.v128([0, 0, 0, 0]).op('i32x4.ne');
  }
}

/** Lanes from addresses that `address(lane)` pushes (giving a constant offset), lowest lane last on the stack. */
function loadLanes(k: KernelContext, storage: Storage, depth: number, address: (lane: number) => number): void {
  const code = k.codeAt(depth);
  const bytes = storageBytes[storage];
  if (bytes >= 4) {
    const count = 16 / bytes;
    const offsets: number[] = [];
    for (let lane = count - 1; lane >= 0; lane--) offsets[lane] = address(lane);
    code.memory(bytes === 4 ? 'v128.load32_zero' : 'v128.load64_zero', offsets[0]!);
    for (let lane = 1; lane < count; lane++) {
      code.memoryLane(bytes === 4 ? 'v128.load32_lane' : 'v128.load64_lane', lane, offsets[lane]!);
    }
    return;
  }
  for (let lane = 0; lane < 4; lane++) {
    const offset = address(lane);
    code.memory(scalarLoad[storage]!, offset);
    if (lane === 0) code.op('i32x4.splat');
    else code.lane('i32x4.replace_lane', lane);
  }
  if (storage === 'bool') code.v128([0, 0, 0, 0]).op('i32x4.ne');
}

/** A constant distance between lanes: one address, the distances ride in the instructions. */
function stridedLoad(
  k: KernelContext,
  e: Load,
  affine: Affine,
  stride: number,
  storage: Storage,
  firstLane: number,
  part: number,
  depth: number,
): void {
  const code = k.codeAt(depth);
  const bytes = storageBytes[storage];
  const lanes = isWide(e.type) ? 2 : 4;
  // The lowest address is that of the last lane when the stride is negative.
  const lowest = stride > 0 ? firstLane : firstLane + lanes - 1;
  withTemporary(k, 'i32', depth, (base) => {
    const offset = pushGuardedAddress(k, e, affine, lowest * stride, storage, part, depth);
    code.set(base);
    loadLanes(k, storage, depth, (lane) => {
      code.get(base);
      return offset + (stride > 0 ? lane : lanes - 1 - lane) * Math.abs(stride) * bytes;
    });
  });
}

/** Any index: one address a lane. Lanes that do not exist or are guarded off read element 0. */
function gather(k: KernelContext, e: Load, storage: Storage, unit: number, depth: number): void {
  const code = k.codeAt(depth);
  const perUnit = isWide(e.type) ? 2 : 4;
  const part = Math.floor((unit * perUnit) / 4);
  const firstLane = (unit * perUnit) % 4;
  withTemporary(k, 'v128', depth, (index) => {
    k.emit.vector(e.index, part, depth);
    const lanes = k.lanesOf(part);
    if (lanes < 4) code.v128(firstLanes(lanes)).op('v128.and');
    if (e.guard) {
      k.emit.vector(e.guard, part, depth);
      code.op('v128.and');
    }
    if (storageBytes[storage] > 1) code.i32(Math.log2(storageBytes[storage])).op('i32x4.shl');
    code.get(k.pointer(e.buffer)).op('i32x4.splat', 'i32x4.add').set(index);
    loadLanes(k, storage, depth, (lane) => {
      code.get(index).lane('i32x4.extract_lane', firstLane + lane);
      return 0;
    });
  });
}

/** Stores every unit of a value; `index` has a coefficient other than 0 in the vectorised loop. */
export function storeVector(k: KernelContext, buffer: number, index: Expr, value: Expr, depth: number): void {
  const { storage } = k.kernel.buffers[buffer]!;
  const affine = affineOf(index);
  const stride = laneStride(k, affine)!;
  const perUnit = isWide(registerOf[storage]) ? 2 : 4;
  for (let unit = 0; unit < k.units(value.type); unit++) {
    const part = Math.floor((unit * perUnit) / 4);
    const lanes = Math.min(perUnit, k.lanesOf(part) - ((unit * perUnit) % 4));
    if (lanes <= 0) continue;
    if (stride === 1) storeWhole(k, buffer, storage, affine, unit, lanes, value, depth);
    else storeLanes(k, buffer, storage, affine, stride, unit, lanes, value, depth);
  }
}

/** Pushes a unit with its elements packed at the low end, as they lie in memory. */
function pushPacked(k: KernelContext, storage: Storage, value: Expr, unit: number, depth: number): void {
  const code = k.codeAt(depth);
  k.emit.vector(value, unit, depth);
  const bytes = storageBytes[storage];
  if (storage === 'f32' && mayBeSubnormal(value)) withTemporary(k, 'v128', depth, (v) => flushVector(code, v));
  if (bytes >= 4) return;
  if (storage === 'bool') code.v128([1, 1, 1, 1]).op('v128.and');
  withTemporary(k, 'v128', depth, (v) => {
    code.tee(v).get(v);
    if (bytes === 1) code.shuffle([0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12]);
    else code.shuffle([0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13]);
  });
}

const laneStore = (bytes: number): MemoryLaneOp =>
  (({ 1: 'v128.store8_lane', 2: 'v128.store16_lane', 4: 'v128.store32_lane', 8: 'v128.store64_lane' }) as const)[
    bytes as 1 | 2 | 4 | 8
  ];

function storeWhole(
  k: KernelContext,
  buffer: number,
  storage: Storage,
  affine: Affine,
  unit: number,
  lanes: number,
  value: Expr,
  depth: number,
): void {
  const code = k.codeAt(depth);
  const bytes = storageBytes[storage];
  const perUnit = bytes === 8 ? 2 : 4;
  const offset = pushAddress(k, buffer, storage, affine, unit * perUnit, depth);
  if (lanes === perUnit && bytes >= 4) {
    pushPacked(k, storage, value, unit, depth);
    code.memory('v128.store', offset);
    return;
  }
  // Powers of two of lanes at a time: 3 lanes are 2 and 1.
  const pieces: (readonly [number, number])[] = [];
  for (let lane = 0; lane < lanes; ) {
    const size = lanes - lane >= 4 ? 4 : lanes - lane >= 2 ? 2 : 1;
    pieces.push([lane, size]);
    lane += size;
  }
  if (pieces.length === 1) {
    pushPacked(k, storage, value, unit, depth);
    code.memoryLane(laneStore(pieces[0]![1] * bytes), 0, offset);
    return;
  }
  withTemporary(k, 'i32', depth, (address) =>
    withTemporary(k, 'v128', depth, (vector) => {
      code.set(address);
      pushPacked(k, storage, value, unit, depth);
      code.set(vector);
      for (const [lane, size] of pieces) {
        code.get(address).get(vector);
        code.memoryLane(laneStore(size * bytes), lane / size, offset + lane * bytes);
      }
    }),
  );
}

function storeLanes(
  k: KernelContext,
  buffer: number,
  storage: Storage,
  affine: Affine,
  stride: number,
  unit: number,
  lanes: number,
  value: Expr,
  depth: number,
): void {
  const code = k.codeAt(depth);
  const bytes = storageBytes[storage];
  const perUnit = bytes === 8 ? 2 : 4;
  withTemporary(k, 'v128', depth, (vector) => {
    k.emit.vector(value, unit, depth);
    if (storage === 'bool') code.v128([1, 1, 1, 1]).op('v128.and');
    if (storage === 'f32' && mayBeSubnormal(value)) flushVector(code, vector);
    code.set(vector);
    for (let lane = 0; lane < lanes; lane++) {
      const offset = pushAddress(k, buffer, storage, affine, (unit * perUnit + lane) * stride, depth);
      code.get(vector);
      // Narrow integers stand at the low end of 32-bit lanes.
      code.memoryLane(laneStore(bytes), lane * (bytes < 4 ? 4 / bytes : 1), offset);
    }
  });
}
