// Where stored values lie: one arena, each value in it for as long as it is needed.
// Owns: lifetimes and the packing of intervals. Values of variables, arguments and constants lie elsewhere.

export interface Interval {
  readonly bytes: number;
  /** First and last step at which the value exists. */
  readonly from: number;
  readonly to: number;
}

const ALIGNMENT = 64;
const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Offsets for all intervals, such that those alive together never overlap: largest first, into the lowest gap that fits. */
export function packIntervals(intervals: readonly Interval[]): { readonly offsets: number[]; readonly bytes: number } {
  const order = intervals
    .map((_, i) => i)
    .sort((a, b) => intervals[b]!.bytes - intervals[a]!.bytes || intervals[a]!.from - intervals[b]!.from);
  const offsets = new Array<number>(intervals.length).fill(0);
  const placed: number[] = [];
  let total = 0;
  for (const i of order) {
    const { bytes, from, to } = intervals[i]!;
    const rivals = placed
      .filter((j) => intervals[j]!.from <= to && from <= intervals[j]!.to)
      .sort((a, b) => offsets[a]! - offsets[b]!);
    let offset = 0;
    for (const j of rivals) {
      if (offsets[j]! >= offset + align(bytes)) break;
      offset = Math.max(offset, offsets[j]! + align(intervals[j]!.bytes));
    }
    offsets[i] = offset;
    placed.push(i);
    total = Math.max(total, offset + align(bytes));
  }
  return { offsets, bytes: total };
}
