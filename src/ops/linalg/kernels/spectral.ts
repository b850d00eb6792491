// Eigenvalues and singular values of one matrix in double precision, by Jacobi's rotations.
// Owns: the numerics. Accurate to the last bits for the sizes that host code meets; batches and gradients stand one folder up.

/** Eigenvalues in ascending order and eigenvectors as columns of a symmetric matrix, of which the lower triangle is read. */
export function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = matrix[i * n + j]!;
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < 100; sweep++) {
    let off = 0;
    let diagonal = 0;
    for (let i = 0; i < n; i++) {
      diagonal += a[i * n + i]! ** 2;
      for (let j = 0; j < i; j++) off += a[i * n + j]! ** 2;
    }
    if (!(off > 1e-32 * diagonal)) break;
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!;
        if (apq === 0) continue;
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[k * n + p]!, a[k * n + q]!];
          a[k * n + p] = c * x - s * y;
          a[k * n + q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p * n + k]!, a[q * n + k]!];
          a[p * n + k] = c * x - s * y;
          a[q * n + k] = s * x + c * y;
          const [f, g] = [v[k * n + p]!, v[k * n + q]!];
          v[k * n + p] = c * f - s * g;
          v[k * n + q] = s * f + c * g;
        }
      }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i * n + i]! - a[j * n + j]!);
  const values = Float64Array.from(order, (i) => a[i * n + i]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let k = 0; k < n; k++) vectors[k * n + to] = v[k * n + from]!;
  });
  return { values, vectors };
}

export interface Svd {
  /** Singular values, largest first. */
  readonly s: Float64Array;
  /** (rows, k) left and (columns, k) right vectors, k the smaller side. */
  readonly u: Float64Array;
  readonly v: Float64Array;
}
/** The singular value decomposition by one-sided Jacobi rotations. */
export function singularValues(matrix: Float64Array, rows: number, columns: number): Svd {
  if (rows < columns) {
    const turned = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = matrix[i * columns + j]!;
    const { s, u, v } = singularValues(turned, columns, rows);
    return { s, u: v, v: u };
  }
  const [m, n] = [rows, columns];
  const a = matrix.slice(0, m * n);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < 100; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) {
        let [alpha, beta, gamma] = [0, 0, 0];
        for (let k = 0; k < m; k++) {
          const [x, y] = [a[k * n + p]!, a[k * n + q]!];
          alpha += x * x;
          beta += y * y;
          gamma += x * y;
        }
        if (!(Math.abs(gamma) > 1e-16 * Math.sqrt(alpha * beta))) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        const s = c * t;
        for (let k = 0; k < m; k++) {
          const [x, y] = [a[k * n + p]!, a[k * n + q]!];
          a[k * n + p] = c * x - s * y;
          a[k * n + q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [v[k * n + p]!, v[k * n + q]!];
          v[k * n + p] = c * x - s * y;
          v[k * n + q] = s * x + c * y;
        }
      }
    if (!rotated) break;
  }
  const norms = Float64Array.from({ length: n }, (_, j) => {
    let sum = 0;
    for (let k = 0; k < m; k++) sum = Math.hypot(sum, a[k * n + j]!);
    return sum;
  });
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => norms[j]! - norms[i]!);
  const [u, w] = [new Float64Array(m * n), new Float64Array(n * n)];
  order.forEach((from, to) => {
    for (let k = 0; k < m; k++) u[k * n + to] = norms[from]! > 0 ? a[k * n + from]! / norms[from]! : 0;
    for (let k = 0; k < n; k++) w[k * n + to] = v[k * n + from]!;
  });
  return { s: Float64Array.from(order, (i) => norms[i]!), u: completed(u, m, n, n), v: w };
}

/** The first `width` columns of an orthonormal basis: the given ones, those that are zero or missing chosen by Gram and Schmidt. */
export function completed(given: Float64Array, rows: number, columns: number, width: number): Float64Array {
  const q = new Float64Array(rows * width);
  for (let j = 0; j < width; j++) {
    let known = false;
    if (j < columns)
      for (let k = 0; k < rows; k++) {
        q[k * width + j] = given[k * columns + j]!;
        if (given[k * columns + j] !== 0) known = true;
      }
    for (let unit = 0; !known && unit < rows; unit++) {
      const x = new Float64Array(rows);
      x[unit] = 1;
      for (let pass = 0; pass < 2; pass++)
        for (let i = 0; i < width; i++) {
          if (i >= j && !(i < columns)) continue;
          const column = (k: number): number => (i < j ? q[k * width + i]! : given[k * columns + i]!);
          let dot = 0;
          for (let k = 0; k < rows; k++) dot += x[k]! * column(k);
          for (let k = 0; k < rows; k++) x[k]! -= dot * column(k);
        }
      const norm = Math.hypot(...x);
      if (norm < 0.5 / Math.sqrt(rows)) continue;
      for (let k = 0; k < rows; k++) q[k * width + j] = x[k]! / norm;
      known = true;
    }
  }
  return q;
}
