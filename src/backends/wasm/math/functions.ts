// The table of vectorised float32 functions.
// Owns: which generator belongs to which name, and their shape as WebAssembly functions (v128…) → v128.
import { FunctionBuilder } from '../../../assembler/module.ts';
import { type DoubleFunction, type Library, takesTwo, type VectorFunction } from '../library.ts';
import { erf, erfc } from './error-function.ts';
import { cosh, exp, expm1, sinh, tanh } from './exponential.ts';
import { acosh, asinh, atanh, log, log1p } from './logarithm.ts';
import { pow } from './power.ts';
import { rem } from './remainder.ts';
import { roundBf16, roundF16 } from './rounding.ts';
import { acos, asin, atan, atan2, cos, sin, tan } from './trigonometric.ts';
import { type Group, VectorBuilder } from './vector-builder.ts';

type Far = (fn: DoubleFunction) => number;
export type MathFunction = Exclude<
  VectorFunction,
  'neg' | 'abs' | 'sqrt' | 'floor' | 'ceil' | 'trunc' | 'nearest' | 'pow' | 'atan2' | 'rem'
>;

export const unaryFunctions: Readonly<Record<MathFunction, (b: VectorBuilder, x: Group, far: Far) => Group>> = {
  roundF16,
  roundBf16,
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  erf,
  erfc,
};
export const binaryFunctions = { pow, atan2, rem } as const;

/** The double functions that a float32 function calls for arguments out of its range. */
export const farFunctions: Readonly<Partial<Record<VectorFunction, DoubleFunction>>> = {
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  rem: 'rem',
};

/** A function (v128) → v128, or (v128, v128) → v128 for pow, atan2 and rem. */
export function vectorMathFunction(fn: VectorFunction, library: Library): FunctionBuilder {
  const two = takesTwo(fn);
  const f = new FunctionBuilder(fn, { params: two ? ['v128', 'v128'] : ['v128'], results: ['v128'] });
  const b = new VectorBuilder(f.body, library.relaxed, () => f.local('v128'));
  const far: Far = (name) => library.doubleFunction(name);
  const result = two ? binaryFunctions[fn](b, [0], [1], far) : unaryFunctions[fn as MathFunction](b, [0], far);
  f.body.get(result[0]!);
  return f;
}
