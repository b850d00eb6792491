// Orthonormal columns by Householder reflections in double precision, with the signs that NumPy's and TensorFlow's QR give them.
// For making random orthogonal matrices; gradients and the op `tf.linalg.qr` are elsewhere.

/** Σ x[i] · y[i] from `from` on, in four sums: one alone would wait for each addition. */
function dot(x: Float64Array, y: Float64Array, from: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = from;
  for (const end = x.length - 3; i < end; i += 4) {
    a += x[i]! * y[i]!;
    b += x[i + 1]! * y[i + 1]!;
    c += x[i + 2]! * y[i + 2]!;
    d += x[i + 3]! * y[i + 3]!;
  }
  for (; i < x.length; i++) a += x[i]! * y[i]!;
  return a + b + (c + d);
}

/** x − 2 (v · x) v from `from` on, in place: the reflection along v, a vector of length 1. */
function reflect(x: Float64Array, v: Float64Array, from: number): void {
  const twice = 2 * dot(v, x, from);
  for (let i = from; i < x.length; i++) x[i] = x[i]! - twice * v[i]!;
}

/**
 * Q of the factorization A = Q R: columns orthogonal to each other and of length 1.
 *
 * `a`: (rows, columns) with rows ≥ columns, row-major; the result has the same shape. With `positive` the diagonal of R is
 * positive, otherwise each element has the sign that LAPACK gives it: that opposite to the reflected column's first.
 */
export function householderQ(a: ArrayLike<number>, rows: number, columns: number, positive: boolean): Float64Array {
  const matrix = Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_, i) => a[i * columns + j]!),
  );
  const vectors: Float64Array[] = [];
  const signs: number[] = [];
  for (const [k, column] of matrix.entries()) {
    const v = new Float64Array(rows);
    v.set(column.subarray(k), k);
    const size = Math.sqrt(dot(v, v, k));
    v[k] = v[k]! + (v[k]! > 0 ? size : -size);
    const length = Math.sqrt(dot(v, v, k));
    const last = k === rows - 1; // a single number is not reflected
    for (let i = k; i < rows; i++) v[i] = last || length === 0 ? 0 : v[i]! / length;
    for (let j = k; j < columns; j++) reflect(matrix[j]!, v, k);
    vectors.push(v);
    signs.push(positive && column[k]! < 0 ? -1 : 1);
  }
  const q = new Float64Array(rows * columns);
  for (const [j, sign] of signs.entries()) {
    const column = new Float64Array(rows);
    column[j] = sign;
    // The reflections after the j-th leave a vector alone that ends before them.
    for (let k = j; k >= 0; k--) reflect(column, vectors[k]!, k);
    for (let i = 0; i < rows; i++) q[i * columns + j] = column[i]!;
  }
  return q;
}
