// Vectorised float32 functions.

import { FunctionBuilder } from '../assembler/module.ts';
import type { DoubleFunction, Library, VectorFunction } from '../library.ts';

export function vectorMathFunction(fn: VectorFunction, library: Library): FunctionBuilder {
  const two = fn === 'pow' || fn === 'atan2';
  const f = new FunctionBuilder(fn, { params: two ? ['v128', 'v128'] : ['v128'], results: ['v128'] });
  for (let lane = 0; lane < 4; lane++) {
    f.body.get(0).lane('f32x4.extract_lane', lane).op('f64.promote_f32');
    if (two) f.body.get(1).lane('f32x4.extract_lane', lane).op('f64.promote_f32');
    f.body.call(library.doubleFunction(fn as DoubleFunction)).op('f32.demote_f64');
    if (lane === 0) f.body.op('f32x4.splat');
    else f.body.lane('f32x4.replace_lane', lane);
  }
  return f;
}
