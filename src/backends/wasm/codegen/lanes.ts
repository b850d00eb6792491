// Moving single lanes between vectors and scalars, for what has no vector instruction.
// Owns: taking a lane of any value, computing an operation lane by lane, and lane masks of partial vectors.

import type { ValueType } from '../../../assembler/code.ts';
import type { Expr, Register } from '../../../compiler/loop-ir.ts';
import { isWide } from './analysis.ts';
import type { KernelContext } from './context.ts';

/** Pushes lane `lane` (counted over all parts) of a value, as a scalar. */
export function pushLane(k: KernelContext, e: Expr, lane: number, depth: number): void {
  if (!k.varies(e)) {
    k.emit.scalar(e, depth);
    return;
  }
  const code = k.codeAt(depth);
  const perUnit = isWide(e.type) ? 2 : 4;
  k.emit.vector(e, Math.floor(lane / perUnit), depth);
  extractLane(k, e.type, lane % perUnit, depth);
  if (e.type === 'bool') code.i32(1).op('i32.and');
}

export function extractLane(k: KernelContext, type: Register, lane: number, depth: number): void {
  const code = k.codeAt(depth);
  if (type === 'f32') code.lane('f32x4.extract_lane', lane);
  else if (type === 'f64') code.lane('f64x2.extract_lane', lane);
  else if (type === 'i64') code.lane('i64x2.extract_lane', lane);
  else code.lane('i32x4.extract_lane', lane);
}

/** Pushes a v128 whose lanes are computed one by one: `scalar(lane)` pushes lane `lane`, counted over all parts. */
export function assembleLanes(
  k: KernelContext,
  type: Exclude<Register, 'bool'>,
  unit: number,
  depth: number,
  scalar: (lane: number) => void,
): void {
  const code = k.codeAt(depth);
  const shape = ({ f32: 'f32x4', f64: 'f64x2', i32: 'i32x4', i64: 'i64x2' } as const)[type];
  const perUnit = isWide(type) ? 2 : 4;
  scalar(unit * perUnit);
  code.op(`${shape}.splat`);
  for (let lane = 1; lane < perUnit; lane++) {
    scalar(unit * perUnit + lane);
    code.lane(`${shape}.replace_lane`, lane);
  }
}

/** A mask (four 32-bit integers) with the first `lanes` lanes set. */
export const firstLanes = (lanes: number): number[] => [0, 1, 2, 3].map((i) => (i < lanes ? -1 : 0));

/** Runs `body` with a temporary local of the scope at `depth`. */
export function withTemporary(k: KernelContext, type: ValueType, depth: number, body: (local: number) => void): void {
  const local = k.allocate(type, depth);
  body(local);
  k.release(local, depth);
}
