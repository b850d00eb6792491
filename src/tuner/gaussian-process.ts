// A Gaussian process through known points, and the candidate whose lower confidence bound is least.
// Owns: the Matérn 5/2 kernel, Cholesky's decomposition of small matrices.
// Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1

const LENGTH = 0.3;
function kernel(a: readonly number[], b: readonly number[]): number {
  const distance = Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0)) / LENGTH;
  const root = Math.sqrt(5) * distance;
  return (1 + root + (root * root) / 3) * Math.exp(-root);
}
/** The lower triangle L with L·Lᵀ = A. */
function cholesky(a: readonly (readonly number[])[]): number[][] {
  const rows: number[][] = [];
  for (const [i, row] of a.entries()) {
    const made: number[] = [];
    for (let j = 0; j <= i; j++) {
      let sum = row[j]!;
      for (let k = 0; k < j; k++) sum -= made[k]! * (j === i ? made[k]! : rows[j]![k]!);
      made.push(j === i ? Math.sqrt(Math.max(sum, 1e-12)) : sum / rows[j]![j]!);
    }
    rows.push(made);
  }
  return rows;
}
/** x of L·x = b. */
function forward(l: readonly (readonly number[])[], b: readonly number[]): number[] {
  const x: number[] = [];
  for (const [i, row] of l.entries()) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= row[k]! * x[k]!;
    x.push(sum / row[i]!);
  }
  return x;
}

/** The index of the candidate with the least `mean − beta · deviation`, for scores where less is better. */
export function bestByGaussianProcess(
  points: readonly (readonly number[])[],
  scores: readonly number[],
  candidates: readonly (readonly number[])[],
  { alpha, beta }: { readonly alpha: number; readonly beta: number },
): number {
  const mean = scores.reduce((sum, v) => sum + v, 0) / scores.length;
  const spread = Math.sqrt(scores.reduce((sum, v) => sum + (v - mean) ** 2, 0) / scores.length) || 1;
  const y = scores.map((v) => (v - mean) / spread);
  const l = cholesky(points.map((a, i) => points.map((b, j) => kernel(a, b) + (i === j ? alpha + 1e-8 : 0))));
  const z = forward(l, y);
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, candidate] of candidates.entries()) {
    // mean = k·K⁻¹·y and variance = 1 − k·K⁻¹·k, both by the triangle.
    const v = forward(
      l,
      points.map((point) => kernel(point, candidate)),
    );
    const expected = v.reduce((sum, value, k) => sum + value * z[k]!, 0);
    const variance = Math.max(1 - v.reduce((sum, value) => sum + value * value, 0), 0);
    const bound = expected - beta * Math.sqrt(variance);
    if (bound < least) [best, least] = [i, bound];
  }
  return best;
}
