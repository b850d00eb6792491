// Addresses of elements: sums of a buffer's pointer and the terms of an affine index, each partial sum kept in the
// outermost scope where it does not change, so that an innermost loop adds at most one number per access.
import type { Expr, Storage } from '../../../compiler/loop-ir.ts';
import { storageBytes } from '../../../compiler/loop-ir.ts';
import type { Affine, Term } from './affine.ts';
import type { KernelContext } from './context.ts';

/** Constants up to here ride in the instruction; addresses are never that close to 0, so nothing wraps. */
const MAXIMUM_IMMEDIATE = 16384;

interface Group {
  readonly depth: number;
  readonly terms: readonly Term[];
}

const keyOf = (k: KernelContext, { atom, coefficient }: Term): string =>
  `${k.number(atom.op === 'index' ? atom.loop : atom)}*${coefficient}`;

/** Pushes the address of element `affine` + `extra` of a buffer and gives the constant bytes to add in the instruction. */
export function pushAddress(
  k: KernelContext,
  buffer: number,
  storage: Storage,
  affine: Affine,
  extra: number,
  depth: number,
): number {
  const bytes = storageBytes[storage];
  const byDepth = new Map<number, Term[]>();
  let constant = Math.imul(affine.constant, bytes);
  for (const { atom, coefficient } of affine.terms) {
    const scaled = Math.imul(coefficient, bytes);
    if (atom.op === 'index') {
      const state = k.loops.get(atom.loop)!;
      if ('constant' in state.index) {
        constant = (constant + Math.imul(state.index.constant, scaled)) | 0;
        continue;
      }
    }
    const home = k.home(atom, depth);
    const list = byDepth.get(home);
    if (list) list.push({ atom, coefficient: scaled });
    else byDepth.set(home, [{ atom, coefficient: scaled }]);
  }
  const groups: Group[] = [...byDepth.entries()].sort((a, b) => a[0] - b[0]).map(([d, terms]) => ({ depth: d, terms }));
  const total = constant + extra * bytes;
  if (total >= 0 && total <= MAXIMUM_IMMEDIATE) {
    pushSum(k, buffer, 0, groups, groups.length, depth);
    return total;
  }
  // Large or negative: part of the base. A constant extra (a part of an unrolled vector) stays outside when it can.
  if (extra >= 0 && extra * bytes <= MAXIMUM_IMMEDIATE) {
    pushSum(k, buffer, constant, groups, groups.length, depth);
    return extra * bytes;
  }
  pushSum(k, buffer, total, groups, groups.length, depth);
  return 0;
}

function pushSum(
  k: KernelContext,
  buffer: number,
  constant: number,
  groups: readonly Group[],
  count: number,
  depth: number,
): void {
  if (count === 0) {
    k.codeAt(depth).get(k.pointer(buffer));
    if (constant !== 0) k.codeAt(depth).i32(constant).op('i32.add');
    return;
  }
  const group = groups[count - 1]!;
  const home = Math.min(group.depth, depth);
  const key = `${buffer}:${constant}:${groups
    .slice(0, count)
    .map(({ terms }) => terms.map((term) => keyOf(k, term)).join('+'))
    .join('+')}`;
  const { addresses } = k.scopes[home]!;
  const known = addresses.get(key);
  if (known !== undefined) {
    k.codeAt(depth).get(known);
    return;
  }
  pushSum(k, buffer, constant, groups, count - 1, home);
  for (const { atom, coefficient } of group.terms) {
    pushProduct(k, atom, coefficient, home);
    k.codeAt(home).op('i32.add');
  }
  const local = k.allocate('i32', home);
  addresses.set(key, local);
  if (home === depth) k.codeAt(home).tee(local);
  else {
    k.codeAt(home).set(local);
    k.codeAt(depth).get(local);
  }
}

function pushProduct(k: KernelContext, atom: Expr, coefficient: number, depth: number): void {
  const code = k.codeAt(depth);
  if (atom.op === 'index') {
    const local = k.stride(atom.loop, coefficient);
    if (typeof local === 'number') code.get(local);
    else code.i32(local.constant);
    return;
  }
  k.emit.scalar(atom, depth);
  if (coefficient !== 1) code.i32(coefficient).op('i32.mul');
}
