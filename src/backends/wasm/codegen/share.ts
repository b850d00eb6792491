// Equal expressions made one object, so that each is computed once.
// Owns: what counts as equal. Reads of buffers that the kernel writes stay apart: they may see different values. Reads of other
// buffers become one, also where a written buffer shares their memory, which makes updates in place safe: the old value is read
// once, before it is replaced.
import type { Expr, LoopKernel, Statement } from '../../../compiler/loop-ir.ts';
import { effectsOf } from './analysis.ts';
import { rewriteBody } from './rewrite.ts';

export function shareEqual(kernel: LoopKernel): LoopKernel {
  const { stores } = effectsOf(kernel.body);
  const byKey = new Map<string, Expr>();
  const done = new Map<Expr, Expr>();
  const numbers = new Map<object, number>();
  const number = (object: object): number => {
    let known = numbers.get(object);
    if (known === undefined) {
      known = numbers.size;
      numbers.set(object, known);
    }
    return known;
  };
  /** The one object for an expression whose operands are shared already. */
  const keep = (key: string, e: Expr): Expr => {
    const known = byKey.get(key);
    if (known) return known;
    byKey.set(key, e);
    return e;
  };
  const share = (e: Expr): Expr => {
    const known = done.get(e);
    if (known) return known;
    const made = build(e);
    done.set(e, made);
    return made;
  };
  const build = (e: Expr): Expr => {
    switch (e.op) {
      case 'const':
        return keep(`c${e.type}${Object.is(e.value, -0) ? '-0' : String(e.value)}`, e);
      case 'index':
        return keep(`i${number(e.loop)}`, e);
      case 'local':
        return keep(`v${number(e.local)}`, e);
      case 'load': {
        const at = share(e.index);
        const guard = e.guard && share(e.guard);
        const otherwise = e.otherwise && share(e.otherwise);
        const same = at === e.index && guard === e.guard && otherwise === e.otherwise;
        const made: Expr = same ? e : guard ? { ...e, index: at, guard, otherwise: otherwise! } : { ...e, index: at };
        if (stores.has(e.buffer)) return made;
        return keep(`l${e.buffer},${number(at)},${guard ? `${number(guard)},${number(otherwise!)}` : ''}`, made);
      }
      case 'unary':
      case 'convert':
      case 'bitcast': {
        const a = share(e.a);
        const made = a === e.a ? e : { ...e, a };
        const what = e.op === 'unary' ? e.fn : e.op === 'convert' ? `convert${e.signed}` : 'bits';
        return keep(`${what}${e.type},${number(a)}`, made);
      }
      case 'binary':
      case 'compare': {
        const [a, b] = [share(e.a), share(e.b)];
        const made = a === e.a && b === e.b ? e : { ...e, a, b };
        return keep(`${e.op}${e.fn}${e.type}${e.signed},${number(a)},${number(b)}`, made);
      }
      case 'multiplyAdd': {
        const [a, b, c] = [share(e.a), share(e.b), share(e.c)];
        const made = a === e.a && b === e.b && c === e.c ? e : { ...e, a, b, c };
        return keep(`fma${e.type},${number(a)},${number(b)},${number(c)}`, made);
      }
      case 'select': {
        const [condition, a, b] = [share(e.condition), share(e.a), share(e.b)];
        const made = condition === e.condition && a === e.a && b === e.b ? e : { ...e, condition, a, b };
        return keep(`select,${number(condition)},${number(a)},${number(b)}`, made);
      }
    }
  };
  const body: readonly Statement[] = rewriteBody(kernel.body, share);
  return { ...kernel, body };
}
