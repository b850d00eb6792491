// Draws by probability: where a number falls among running sums. Owns the search; who draws makes the sums.

/** The index of the first running sum above `sought`; their number where there is none. */
export function firstAbove(sums: Float64Array, sought: number): number {
  let low = 0;
  let high = sums.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! <= sought) low = middle + 1;
    else high = middle;
  }
  return low;
}
