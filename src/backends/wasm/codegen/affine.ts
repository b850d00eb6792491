// Index expressions as sums: constant + Σ coefficient · atom, where an atom is a loop index or anything that is not a sum.
// Owns: the decomposition. Arithmetic is modulo 2³², as the machine's.
import type { Expr, LoopIndex } from '../../../compiler/loop-ir.ts';

export interface Term {
  readonly atom: Expr;
  readonly coefficient: number;
}
export interface Affine {
  readonly constant: number;
  readonly terms: readonly Term[];
}

const isIndexOf = (atom: Expr, loop: LoopIndex): boolean => atom.op === 'index' && atom.loop === loop;
/** Two `index` objects of one loop are one atom. */
const same = (a: Expr, b: Expr): boolean => a === b || (a.op === 'index' && isIndexOf(b, a.loop));

const combine = (a: Affine, b: Affine, factor: number): Affine => {
  const terms = [...a.terms];
  for (const { atom, coefficient } of b.terms) {
    const at = terms.findIndex((term) => same(term.atom, atom));
    const added = Math.imul(coefficient, factor);
    if (at < 0) terms.push({ atom, coefficient: added });
    else terms[at] = { atom: terms[at]!.atom, coefficient: (terms[at]!.coefficient + added) | 0 };
  }
  return {
    constant: (a.constant + Math.imul(b.constant, factor)) | 0,
    terms: terms.filter((term) => term.coefficient !== 0),
  };
};
const zero: Affine = { constant: 0, terms: [] };

export function affineOf(e: Expr): Affine {
  if (e.op === 'const') return { constant: Number(e.value) | 0, terms: [] };
  if (e.op === 'unary' && e.fn === 'neg') return combine(zero, affineOf(e.a), -1);
  if (e.op === 'binary') {
    if (e.fn === 'add') return combine(affineOf(e.a), affineOf(e.b), 1);
    if (e.fn === 'sub') return combine(affineOf(e.a), affineOf(e.b), -1);
    if (e.fn === 'mul') {
      const [a, b] = [affineOf(e.a), affineOf(e.b)];
      if (b.terms.length === 0) return combine(zero, a, b.constant);
      if (a.terms.length === 0) return combine(zero, b, a.constant);
    }
    if (e.fn === 'shiftLeft' && e.b.op === 'const' && Number(e.b.value) < 32) {
      return combine(zero, affineOf(e.a), 1 << Number(e.b.value));
    }
  }
  return { constant: 0, terms: [{ atom: e, coefficient: 1 }] };
}

/** The coefficient of a loop's index (0 when it does not appear by itself). */
export function coefficientOf(affine: Affine, loop: LoopIndex): number {
  return affine.terms.find(({ atom }) => isIndexOf(atom, loop))?.coefficient ?? 0;
}
