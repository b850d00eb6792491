// The order of groups, and which variables may be updated in place.
// Owns: dependences between groups. An in-place update must come after all that reads the old value.
import { assert } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import type { GraphValue } from '../graph/graph.ts';
import { type Group, readsOf } from './groups.ts';

/** A result is made early where what it is made of is so many times larger. */
const SHRINKS = 2;

export interface Schedule {
  readonly order: readonly Group[];
  /** New values that are written where the old value of the parameter lies. */
  readonly inPlace: ReadonlyMap<GraphValue, GraphValue>;
}

/**
 * `assignments`: the parameter of a variable, and the value it gets. Groups that `mayFail` come before all writes to
 * variables: a program that fails leaves its variables as they were.
 */
export function schedule(
  groups: readonly Group[],
  home: ReadonlyMap<GraphValue, GraphValue>,
  assignments: readonly (readonly [GraphValue, GraphValue])[],
  mayFail: (group: Group) => boolean = () => false,
): Schedule {
  const reads = groups.map((group) => readsOf(group, home));
  const producer = new Map<GraphValue, number>();
  groups.forEach((group, i) => {
    for (const root of group.roots) for (const value of root.outputs) producer.set(value, i);
  });
  const after = groups.map(() => new Set<number>());
  groups.forEach((_, i) => {
    for (const value of reads[i]!.keys()) {
      const p = producer.get(value);
      if (p !== undefined && p !== i) after[i]!.add(p);
    }
  });
  const readers = new Map<GraphValue, number[]>();
  reads.forEach((map, i) => {
    for (const value of map.keys()) {
      const list = readers.get(value);
      if (list) list.push(i);
      else readers.set(value, [i]);
    }
  });
  const reaches = (from: number, to: number): boolean => {
    // Whether `from` must come before `to`.
    const seen = new Set<number>();
    const stack = [to];
    while (stack.length > 0) {
      for (const p of after[stack.pop()!]!) {
        if (p === from) return true;
        if (!seen.has(p)) {
          seen.add(p);
          stack.push(p);
        }
      }
    }
    return false;
  };
  const failing = assignments.length > 0 ? groups.flatMap((group, i) => (mayFail(group) ? [i] : [])) : [];
  const inPlace = new Map<GraphValue, GraphValue>();
  const taken = new Set<GraphValue>();
  for (const [parameter, value] of assignments) {
    const group = producer.get(value);
    if (group === undefined || home.get(value) !== value || taken.has(value)) continue;
    const kind = groups[group]!.kind;
    if (kind !== 'map' && kind !== 'reduce' && kind !== 'contract' && kind !== 'random') continue;
    const own = reads[group]!.get(parameter);
    if (own === 'other' || (own === 'same' && kind !== 'map')) continue;
    const others = [...(readers.get(parameter) ?? []), ...failing].filter((i) => i !== group);
    if (others.some((i) => reaches(group, i))) continue;
    for (const i of others) after[group]!.add(i);
    inPlace.set(value, parameter);
    taken.add(value);
  }
  /** Who else reads what a group reads last and makes smaller: it comes at once, and the larger value's memory is free. */
  const shrinking = (i: number): number[] => {
    const found: number[] = [];
    for (const value of reads[i]!.keys()) {
      if (!producer.has(value)) continue;
      const left = readers.get(value)!.filter((reader) => state[reader] !== 2);
      if (left.length !== 1 || found.includes(left[0]!)) continue;
      const results = groups[left[0]!]!.roots.flatMap((root) => root.outputs);
      const size = results.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
      if (size * SHRINKS <= sizeOf(value.dims)) found.push(left[0]!);
    }
    return found;
  };
  // A topological order, earliest first by the order of the graph.
  const order: Group[] = [];
  const state = new Uint8Array(groups.length);
  const visit = (root: number): void => {
    const stack: number[] = [root];
    while (stack.length > 0) {
      const i = stack.at(-1)!;
      if (state[i] === 2) {
        stack.pop();
        continue;
      }
      state[i] = 1;
      const waiting = [...after[i]!].filter((p) => state[p] !== 2).sort((a, b) => b - a);
      if (waiting.length === 0) {
        state[i] = 2;
        order.push(groups[i]!);
        stack.pop();
        for (const j of shrinking(i)) if (state[j] === 0 && [...after[j]!].every((p) => state[p] === 2)) stack.push(j);
      } else {
        assert(
          waiting.every((p) => state[p] !== 1 || !stack.includes(p)),
          'the groups of a program depend on each other in a circle',
        );
        stack.push(...waiting);
      }
    }
  };
  for (let i = 0; i < groups.length; i++) if (state[i] === 0) visit(i);
  return { order, inPlace };
}
