// Leaves out points of long lines that no eye can tell apart; rasterizers take quadratic time over the points of a path.
// Owns: which points of a line are kept. Short lines stay as they are, point for point.

const shortLine = 2000;
/** Points this near to each other across the picture, in pixels, share a column. */
const columnWidth = 0.5;

/**
 * The indices of the points to keep, in order. Of neighbours within one narrow column the first, the lowest, the
 * highest and the last stay, so that the line covers the same pixels.
 */
export function keptPoints(x: Float64Array, y: Float64Array, toX: (value: number) => number): number[] {
  const all = Array.from(x.keys());
  if (x.length <= shortLine) return all;
  const column = (i: number) => (Number.isFinite(y[i]) ? Math.floor(toX(x[i]!) / columnWidth) : Number.NaN);
  const kept: number[] = [];
  for (let start = 0; start < x.length; ) {
    const own = column(start);
    let [end, lowest, highest] = [start + 1, start, start];
    // NaN equals nothing, so a gap is a run of its own and stays a gap.
    for (; end < x.length && column(end) === own; end++) {
      if (y[end]! < y[lowest]!) lowest = end;
      if (y[end]! > y[highest]!) highest = end;
    }
    kept.push(...new Set([start, lowest, highest, end - 1].sort((a, b) => a - b)));
    start = end;
  }
  return kept;
}
