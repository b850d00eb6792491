// Orthonormal columns by Householder reflections in double precision, with the signs that NumPy's and TensorFlow's QR give them.
// For making random orthogonal matrices; gradients and the op `tf.linalg.qr` are elsewhere.

/**
 * Q of the factorization A = Q R: columns orthogonal to each other and of length 1.
 *
 * `a`: (rows, columns) with rows ≥ columns, overwritten; the result has the same shape. With `positive` the diagonal of R is
 * positive, otherwise each element has the sign that LAPACK gives it: that opposite to the reflected column's first.
 */
export function householderQ(a: Float64Array, rows: number, columns: number, positive: boolean): Float64Array {
  const reflect = (matrix: Float64Array, k: number, from: number, v: Float64Array) => {
    for (let j = from; j < columns; j++) {
      let dot = 0;
      for (let i = k; i < rows; i++) dot += v[i]! * matrix[i * columns + j]!;
      for (let i = k; i < rows; i++) matrix[i * columns + j] = matrix[i * columns + j]! - 2 * dot * v[i]!;
    }
  };
  const reflectors: Float64Array[] = [];
  const signs: number[] = [];
  for (let k = 0; k < columns; k++) {
    const v = new Float64Array(rows);
    for (let i = k; i < rows; i++) v[i] = a[i * columns + k]!;
    const norm = lengthOf(v, k);
    const alpha = v[k]! > 0 ? -norm : norm; // the diagonal element of R that this reflection leaves
    v[k] = v[k]! - alpha;
    const length = lengthOf(v, k);
    const last = k === rows - 1; // a single number is not reflected
    for (let i = k; i < rows; i++) v[i] = last || length === 0 ? 0 : v[i]! / length;
    reflect(a, k, k, v);
    reflectors.push(v);
    signs.push(positive && a[k * columns + k]! < 0 ? -1 : 1);
  }
  const q = new Float64Array(rows * columns);
  for (let j = 0; j < columns; j++) q[j * columns + j] = signs[j]!;
  for (let k = columns - 1; k >= 0; k--) reflect(q, k, k, reflectors[k]!);
  return q;
}

function lengthOf(v: Float64Array, from: number): number {
  let sum = 0;
  for (let i = from; i < v.length; i++) sum += v[i]! * v[i]!;
  return Math.sqrt(sum);
}
