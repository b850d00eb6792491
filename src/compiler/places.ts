// Where the slots of a program lie, as far as they may overlap: so that threads wait for one another only where they must.
// Owns: the ranges. An address that moves while the program runs covers all that it walks through.
import type { Place } from '../backends/backend.ts';
import type { Slot } from './compile.ts';

export interface Moving {
  /** Slots that walk through all of their base. */
  readonly elements: ReadonlySet<number>;
  /** Slots that change places with one another. */
  readonly pairs: readonly (readonly [number, number])[];
}

/** `bytes`: the size of each slot that lies in the arena. */
export function placesOf(slots: readonly Slot[], bytes: readonly number[], moving: Moving): Place[] {
  const partner = new Map<number, number>();
  for (const [a, b] of moving.pairs) partner.set(a, b).set(b, a);
  const WHOLE = [[0, 2 ** 32]] as const;
  // The arena is region 0; parameters and constants lie apart from all else.
  const apart = (index: number): Place => ({ region: 1 + index, ranges: WHOLE });
  const startOf = (index: number): number => {
    const slot = slots[index]!;
    return slot.kind === 'arena' ? slot.offset : slot.kind === 'view' ? startOf(slot.base) + slot.offset : 0;
  };
  const rootOf = (index: number): number => {
    const slot = slots[index]!;
    return slot.kind === 'view' ? rootOf(slot.base) : index;
  };
  const own = (index: number): Place => {
    const slot = slots[index]!;
    if (slot.kind === 'view' && moving.elements.has(index)) return place(slot.base);
    const root = rootOf(index);
    if (slots[root]!.kind !== 'arena') return apart(root);
    const start = startOf(index);
    return { region: 0, ranges: [[start, start + bytes[index]!]] };
  };
  const place = (index: number): Place => {
    const mine = own(index);
    const other = partner.get(index);
    if (other === undefined) return mine;
    const its = own(other);
    return mine.region === its.region ? { region: mine.region, ranges: [...mine.ranges, ...its.ranges] } : mine;
  };
  return slots.map((_, index) => place(index));
}
