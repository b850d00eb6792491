// Which part of each buffer an iteration of a kernel's outer loop touches: where iterations keep to parts of their own, threads
// that cut several kernels alike need not wait for one another between them.
// Owns: reading it off the indices. Leaves the decision to threads/phases.ts.
import { type Expr, type LoopKernel, type Statement, storageBytes } from '../../../compiler/loop-ir.ts';
import { affineOf, coefficientOf } from './affine.ts';
import { forEachExpr } from './analysis.ts';

/** By buffer: iteration i touches nothing but bytes [i · n, (i + 1) · n); undefined where that does not hold. */
export type Footprint = readonly (number | undefined)[];

export function footprintOf({ outer, body, buffers }: LoopKernel): Footprint {
  const strides = new Map<number, number | undefined>();
  const touch = (buffer: number, index: Expr): void => {
    const affine = affineOf(index);
    const stride = coefficientOf(affine, outer);
    const known = strides.has(buffer) ? strides.get(buffer) : stride;
    let [low, high] = [affine.constant, affine.constant];
    let plain = stride > 0 && known === stride;
    for (const { atom, coefficient } of affine.terms) {
      if (atom.op !== 'index') plain = false;
      else if (atom.loop !== outer) {
        const reach = coefficient * (atom.loop.extent - 1);
        low += Math.min(0, reach);
        high += Math.max(0, reach);
      }
    }
    strides.set(buffer, plain && low >= 0 && high < stride ? stride : undefined);
  };
  forEachExpr(body, (e) => {
    if (e.op === 'load') touch(e.buffer, e.index);
  });
  const visit = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'store' || statement.kind === 'update') touch(statement.buffer, statement.index);
      else if (statement.kind === 'loop' || statement.kind === 'if') visit(statement.body);
    }
  };
  visit(body);
  return buffers.map(({ storage }, i) => {
    const stride = strides.get(i);
    return stride === undefined ? undefined : stride * storageBytes[storage];
  });
}
