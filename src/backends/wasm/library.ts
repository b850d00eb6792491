// The helper functions that a module's kernels call.
// Owns: which of them a module has: vectorised float32 functions are generated into it on first use, float64 functions are
// imported from JavaScript's Math.
import type { FloatUnary } from '../../compiler/loop-ir.ts';

export type VectorFunction = FloatUnary | 'pow' | 'atan2' | 'rem';
export type DoubleFunction = Exclude<VectorFunction, 'roundF16' | 'roundBf16'>;
/** Whether a function has two arguments. */
export const takesTwo = (fn: string): fn is 'pow' | 'atan2' | 'rem' => fn === 'pow' || fn === 'atan2' || fn === 'rem';

export interface Library {
  /** Fused multiply-add and its relatives may be emitted. */
  readonly relaxed: boolean;
  /** A function (v128) → v128 of four float32, or (v128, v128) → v128 for pow, atan2 and rem. */
  vectorFunction(fn: VectorFunction): number;
  /** An imported function (f64) → f64, or (f64, f64) → f64 for pow, atan2 and rem. */
  doubleFunction(fn: DoubleFunction): number;
}
