// Factorizations of one matrix in double precision: Cholesky, LU, QR, and triangular systems. Matrices are row-major arrays.
// Owns: the numerics. Batches, dtypes and gradients stand one folder up.

/** L with L·Lᵀ = A; NaN from the first pivot that is not positive on, as LAPACK leaves it to the caller. */
export function cholesky(a: Float64Array, n: number): Float64Array | null {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else return null;
    }
  }
  return l;
}

export interface LU {
  /** L below the diagonal (ones on it are not stored), U on and above. */
  readonly lu: Float64Array;
  /** Row i of L·U is row `rows[i]` of A. */
  readonly rows: Int32Array;
  readonly sign: number;
  readonly singular: boolean;
}
/** LU with partial pivoting. */
export function luFactor(a: Float64Array, n: number): LU {
  const lu = a.slice(0, n * n);
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  let singular = false;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(lu[i * n + k]!) > Math.abs(lu[best * n + k]!)) best = i;
    if (best !== k) {
      for (let j = 0; j < n; j++) {
        const held = lu[k * n + j]!;
        lu[k * n + j] = lu[best * n + j]!;
        lu[best * n + j] = held;
      }
      const row = rows[k]!;
      rows[k] = rows[best]!;
      rows[best] = row;
      sign = -sign;
    }
    const pivot = lu[k * n + k]!;
    if (pivot === 0) {
      singular = true;
      continue;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = lu[i * n + k]! / pivot;
      lu[i * n + k] = factor;
      if (factor !== 0) for (let j = k + 1; j < n; j++) lu[i * n + j]! -= factor * lu[k * n + j]!;
    }
  }
  return { lu, rows, sign, singular };
}

/** X with A·X = B from the factorization of A; B is (n, m). */
export function luSolve({ lu, rows }: LU, n: number, b: Float64Array, m: number): Float64Array {
  const x = new Float64Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) x[i * m + j] = b[rows[i]! * m + j]!;
  for (let i = 0; i < n; i++)
    for (let k = 0; k < i; k++) {
      const factor = lu[i * n + k]!;
      if (factor !== 0) for (let j = 0; j < m; j++) x[i * m + j]! -= factor * x[k * m + j]!;
    }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) {
      const factor = lu[i * n + k]!;
      if (factor !== 0) for (let j = 0; j < m; j++) x[i * m + j]! -= factor * x[k * m + j]!;
    }
    for (let j = 0; j < m; j++) x[i * m + j]! /= lu[i * n + i]!;
  }
  return x;
}

/** X with T·X = B for a triangular matrix, of which only one triangle is read. */
export function solveTriangular(
  t: Float64Array,
  n: number,
  b: Float64Array,
  m: number,
  lower: boolean,
  transposed: boolean,
): Float64Array {
  const x = b.slice(0, n * m);
  const at = (i: number, k: number): number => (transposed ? t[k * n + i]! : t[i * n + k]!);
  const forwards = lower !== transposed;
  for (let step = 0; step < n; step++) {
    const i = forwards ? step : n - 1 - step;
    for (let k = forwards ? 0 : i + 1; k < (forwards ? i : n); k++) {
      const factor = at(i, k);
      if (factor !== 0) for (let j = 0; j < m; j++) x[i * m + j]! -= factor * x[k * m + j]!;
    }
    for (let j = 0; j < m; j++) x[i * m + j]! /= at(i, i);
  }
  return x;
}

/** Householder's QR: q (rows, k) with orthonormal columns and r (k, columns), k = rows if full, else the smaller side. */
export function qrFactor(
  a: Float64Array,
  rows: number,
  columns: number,
  full: boolean,
): { q: Float64Array; r: Float64Array } {
  const r = a.slice(0, rows * columns);
  const steps = Math.min(rows, columns);
  const reflectors: { v: Float64Array; scale: number }[] = [];
  for (let k = 0; k < steps; k++) {
    let norm = 0;
    for (let i = k; i < rows; i++) norm = Math.hypot(norm, r[i * columns + k]!);
    const v = new Float64Array(rows);
    if (norm === 0 || k === rows - 1) {
      reflectors.push({ v, scale: 0 });
      continue;
    }
    const alpha = r[k * columns + k]! > 0 ? -norm : norm;
    for (let i = k; i < rows; i++) v[i] = r[i * columns + k]!;
    v[k]! -= alpha;
    let length = 0;
    for (let i = k; i < rows; i++) length += v[i]! * v[i]!;
    const scale = length === 0 ? 0 : 2 / length;
    reflectors.push({ v, scale });
    for (let j = k; j < columns; j++) {
      let dot = 0;
      for (let i = k; i < rows; i++) dot += v[i]! * r[i * columns + j]!;
      for (let i = k; i < rows; i++) r[i * columns + j]! -= scale * dot * v[i]!;
    }
    for (let i = k + 1; i < rows; i++) r[i * columns + k] = 0;
  }
  const width = full ? rows : steps;
  const q = new Float64Array(rows * width);
  for (let j = 0; j < width; j++) q[j * width + j] = 1;
  for (let k = steps - 1; k >= 0; k--) {
    const { v, scale } = reflectors[k]!;
    if (scale === 0) continue;
    for (let j = 0; j < width; j++) {
      let dot = 0;
      for (let i = k; i < rows; i++) dot += v[i]! * q[i * width + j]!;
      for (let i = k; i < rows; i++) q[i * width + j]! -= scale * dot * v[i]!;
    }
  }
  return { q, r: r.slice(0, width * columns) };
}
