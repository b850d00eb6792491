// Groups: what one kernel (or host call) computes, what it reads, and which groups need results of which others.
// Owns: the vocabulary of fusion, and the question whether two groups may become one. Leaves the decisions to fuse.ts.
import { type Dims, sizeOf } from '../base/shape.ts';
import type { GraphValue, Node } from '../graph/graph.ts';
import type { WindowParams } from '../primitives/functions.ts';
import { looksAtDivisors } from './index-checks.ts';

export type GroupKind = 'map' | 'reduce' | 'rows' | 'contract' | 'scatter' | 'random' | 'control' | 'host' | 'sequence';

/** What one kernel (or host call) computes. */
export interface Group {
  readonly kind: GroupKind;
  /** The nodes whose outputs are stored; several for 'map', 'rows' and 'sequence' only. */
  readonly roots: Node[];
  /** Of 'sequence': the windows between its first root and the others (fuse-windows.ts). */
  readonly windows?: WindowsBetween;
  /** The axes that name a row, of 'rows': its roots have one element a row, or further axes along it. */
  readonly rows?: Dims;
}

/** What lies between the roots of a sequence, of which only they know; the values over its windows, and whether these are rectified. */
export interface WindowsBetween {
  readonly kind: 'largest' | 'sent';
  readonly value: GraphValue;
  readonly params: WindowParams;
  readonly values: GraphValue;
  readonly numbers: GraphValue | undefined;
  readonly rectified: boolean;
  readonly positive: boolean;
}

export const isReshape = (node: Node): boolean => node.primitive?.name === 'reshape';

/** Whether a value is zero everywhere; −0 is another number. */
export function isZero({ node }: GraphValue): boolean {
  if (node.kind === 'constant') return node.data!.length === 1 && Object.is(Number(node.data![0]), 0);
  return node.primitive?.name === 'broadcast' && isZero(node.inputs[0]!);
}

/** Whether the node reads each element at the position where it writes. */
export const elementwise = (node: Node): boolean => node.primitive!.kind === 'map' && node.primitive!.pointwise;

/** For each stored value that a group reads: whether only at the position that is being written. */
export function readsOf(group: Group, home: ReadonlyMap<GraphValue, GraphValue>): Map<GraphValue, 'same' | 'other'> {
  const reads = new Map<GraphValue, 'same' | 'other'>();
  const seen = new Map<GraphValue, boolean>();
  const visit = (value: GraphValue, same: boolean): void => {
    const at = home.get(value);
    if (at) {
      const keeps = same && sizeOf(at.dims) === sizeOf(value.dims);
      if (!keeps || !reads.has(at)) reads.set(at, keeps ? 'same' : 'other');
      return;
    }
    if (seen.get(value) === false || seen.get(value) === same) return;
    seen.set(value, same);
    const { node } = value;
    const keeps = same && node.primitive!.kind === 'map' && (elementwise(node) || isReshape(node));
    for (const input of node.inputs) visit(input, keeps);
  };
  for (const root of group.roots) {
    const keeps = group.kind === 'map' && (elementwise(root) || isReshape(root));
    for (const input of root.inputs) visit(input, keeps);
  }
  return reads;
}

export class GroupGraph {
  /** By group, the stored values that it reads. */
  readonly reads: readonly Map<GraphValue, 'same' | 'other'>[];
  readonly #groups: (Group | null)[];
  /** Groups that stay alone: what they divide by is looked at before they run, and must be there then. */
  readonly #alone: readonly boolean[];
  readonly #owner = new Map<GraphValue, number>();
  /** Where a group has gone that was merged into a later one. */
  readonly #moved: number[];

  constructor(groups: readonly Group[], home: ReadonlyMap<GraphValue, GraphValue>) {
    this.#groups = [...groups];
    this.reads = groups.map((group) => readsOf(group, home));
    this.#alone = groups.map((group) => looksAtDivisors(group, home));
    this.#moved = groups.map((_, i) => i);
    groups.forEach((group, i) => {
      for (const root of group.roots) for (const value of root.outputs) this.#owner.set(value, i);
    });
  }

  /** The groups that are left. */
  get groups(): Group[] {
    return this.#groups.filter((group) => group !== null);
  }
  at(i: number): Group | null {
    return this.#groups[i]!;
  }
  resolve(i: number): number {
    let at = i;
    while (this.#moved[at] !== at) at = this.#moved[at]!;
    return at;
  }
  /** The group that makes a value, if one does. */
  ownerOf(value: GraphValue): number | undefined {
    const owner = this.#owner.get(value);
    return owner === undefined ? undefined : this.resolve(owner);
  }

  /** Whether group `target` needs a result of group `from` through other groups, or (`direct`) at all. */
  depends(target: number, from: number, direct: boolean): boolean {
    const seen = new Set<number>([target]);
    const waiting = [target];
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      for (const value of this.reads[i]!.keys()) {
        const p = this.ownerOf(value);
        if (p === undefined) continue;
        if (p === from) {
          if (direct || i !== target) return true;
        } else if (!seen.has(p)) {
          seen.add(p);
          waiting.push(p);
        }
      }
    }
    return false;
  }

  /** Whether two groups may become one without any group then needing its own result. */
  mayMerge(earlier: number, later: number): boolean {
    if (this.#alone[earlier] || this.#alone[later]) return false;
    return !this.depends(later, earlier, false) && !this.depends(earlier, later, true);
  }

  /** Puts `merged` in the place of the later group: all it reads is there then. */
  merge(earlier: number, later: number, merged: Group): void {
    const own = this.reads[later]!;
    for (const [value, how] of this.reads[earlier]!) if (!own.has(value) || how === 'other') own.set(value, how);
    for (const root of this.#groups[earlier]!.roots) for (const value of root.outputs) own.delete(value);
    this.#groups[later] = merged;
    this.#groups[earlier] = null;
    this.#moved[earlier] = later;
  }
}
