// How many floating-point operations a kernel makes: what a report divides by its time.
// Owns: the count. An expression that is shared inside one body counts once, as it is computed once; a transcendental
// function counts as one.
import type { Expr, Kernel, Statement } from './loop-ir.ts';

const isFloat = (e: Expr): boolean => e.type === 'f32' || e.type === 'f64';

function inExpression(e: Expr, seen: Set<Expr>): number {
  if (seen.has(e)) return 0;
  seen.add(e);
  switch (e.op) {
    case 'unary':
      return (isFloat(e) ? 1 : 0) + inExpression(e.a, seen);
    case 'binary':
      return (isFloat(e) ? 1 : 0) + inExpression(e.a, seen) + inExpression(e.b, seen);
    case 'multiplyAdd':
      return 2 + inExpression(e.a, seen) + inExpression(e.b, seen) + inExpression(e.c, seen);
    case 'compare':
      return inExpression(e.a, seen) + inExpression(e.b, seen);
    case 'select':
      return inExpression(e.condition, seen) + inExpression(e.a, seen) + inExpression(e.b, seen);
    case 'convert':
    case 'bitcast':
      return inExpression(e.a, seen);
    case 'load':
      return e.otherwise ? inExpression(e.otherwise, seen) : 0;
    default:
      return 0;
  }
}

function inBody(body: readonly Statement[], outer: ReadonlySet<Expr>): number {
  const seen = new Set(outer);
  let sum = 0;
  for (const statement of body) {
    switch (statement.kind) {
      case 'loop':
        sum += statement.loop.extent * inBody(statement.body, seen);
        break;
      case 'if':
        sum += inBody(statement.body, seen);
        break;
      case 'reduce': {
        const each = new Set(seen);
        const times = statement.loops.reduce((n, loop) => n * loop.extent, 1);
        for (const { value, local } of statement.accumulators)
          sum += times * (inExpression(value, each) + (local.type === 'f32' || local.type === 'f64' ? 1 : 0));
        break;
      }
      default:
        sum += inExpression(statement.value, seen);
    }
  }
  return sum;
}

/** Floating-point operations of one run. */
export function countOperations(kernel: Kernel): number {
  if (kernel.kind === 'contract') return 2 * kernel.batch * kernel.m * kernel.n * kernel.k;
  if (kernel.kind === 'philox') return 0;
  if (kernel.kind === 'sequence') return kernel.parts.reduce((sum, part) => sum + countOperations(part.kernel), 0);
  return kernel.outer.extent * inBody(kernel.body, new Set());
}
