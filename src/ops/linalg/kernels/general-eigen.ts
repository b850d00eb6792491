// Eigenvalues and eigenvectors of one general matrix, complex pairs (real, imaginary), in double precision.
// Owns: reduction to Hessenberg form by reflections, the shifted QR iteration with rotations, back substitution.

type Matrix = { readonly n: number; readonly re: Float64Array; readonly im: Float64Array };

/** (values, vectors as columns), each vector of length 1. */
export function generalEigen(n: number, re: Float64Array, im: Float64Array): { values: Matrix; vectors: Matrix } {
  const h: Matrix = { n, re: re.slice(), im: im.slice() };
  const q: Matrix = {
    n,
    re: Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    im: new Float64Array(n * n),
  };
  /** Rows i and k of `m` mixed by [[c, s], [−s̄, c]]. */
  const rotateRows = (m: Matrix, i: number, k: number, c: number, sr: number, si: number): void => {
    for (let j = 0; j < n; j++) {
      const [a, b] = [i * n + j, k * n + j];
      const [xr, xi, yr, yi] = [m.re[a]!, m.im[a]!, m.re[b]!, m.im[b]!];
      m.re[a] = c * xr + sr * yr - si * yi;
      m.im[a] = c * xi + sr * yi + si * yr;
      m.re[b] = c * yr - sr * xr - si * xi;
      m.im[b] = c * yi - sr * xi + si * xr;
    }
  };
  /** Columns mixed by the conjugate transpose of the same. */
  const rotateColumns = (m: Matrix, i: number, k: number, c: number, sr: number, si: number): void => {
    for (let j = 0; j < n; j++) {
      const [a, b] = [j * n + i, j * n + k];
      const [xr, xi, yr, yi] = [m.re[a]!, m.im[a]!, m.re[b]!, m.im[b]!];
      m.re[a] = c * xr + sr * yr + si * yi;
      m.im[a] = c * xi + sr * yi - si * yr;
      m.re[b] = c * yr - (sr * xr - si * xi);
      m.im[b] = c * yi - (sr * xi + si * xr);
    }
  };
  /** The rotation that takes (x, y) to (r, 0). */
  const rotation = (xr: number, xi: number, yr: number, yi: number): [number, number, number] => {
    const [x, y] = [Math.hypot(xr, xi), Math.hypot(yr, yi)];
    const r = Math.hypot(x, y);
    if (r === 0 || y === 0) return [1, 0, 0];
    if (x === 0) return [0, yr / y, -yi / y];
    // s = (x/|x|) · ȳ / r
    return [x / r, (xr * yr + xi * yi) / (x * r), (xi * yr - xr * yi) / (x * r)];
  };
  const both = (i: number, k: number, [c, sr, si]: [number, number, number]): void => {
    rotateRows(h, i, k, c, sr, si);
    rotateColumns(h, i, k, c, sr, si);
    rotateColumns(q, i, k, c, sr, si);
  };
  for (let column = 0; column < n - 2; column++)
    for (let row = n - 1; row > column + 1; row--) {
      const [a, b] = [(column + 1) * n + column, row * n + column];
      both(column + 1, row, rotation(h.re[a]!, h.im[a]!, h.re[b]!, h.im[b]!));
    }
  const size = (i: number, j: number): number => Math.abs(h.re[i * n + j]!) + Math.abs(h.im[i * n + j]!);
  let last = n - 1;
  for (let iteration = 0; last > 0 && iteration < 100 * n; iteration++) {
    let first = last;
    while (first > 0 && size(first, first - 1) > 1e-16 * (size(first, first) + size(first - 1, first - 1))) first--;
    if (first > 0) h.re[first * n + first - 1] = h.im[first * n + first - 1] = 0;
    if (first === last) {
      last--;
      continue;
    }
    // Wilkinson's shift: the eigenvalue of the last 2 × 2 block nearer to its last element.
    const at = (i: number, j: number): [number, number] => [h.re[i * n + j]!, h.im[i * n + j]!];
    const [[ar, ai], [br, bi], [cr, ci], [dr, di]] = [
      at(last - 1, last - 1),
      at(last - 1, last),
      at(last, last - 1),
      at(last, last),
    ];
    const [tr, ti] = [(ar - dr) / 2, (ai - di) / 2];
    const [er, ei] = squareRoot(tr * tr - ti * ti + br * cr - bi * ci, 2 * tr * ti + br * ci + bi * cr);
    const same = tr * er + ti * ei >= 0 ? 1 : -1;
    const [fr, fi] = [tr + same * er, ti + same * ei];
    const [gr, gi] = [br * cr - bi * ci, br * ci + bi * cr];
    const scale = fr * fr + fi * fi;
    const exceptional = iteration % 30 === 29;
    const sr = exceptional ? dr + size(last, last - 1) : scale === 0 ? dr : dr - (gr * fr + gi * fi) / scale;
    const si = exceptional ? di : scale === 0 ? di : di - (gi * fr - gr * fi) / scale;
    const shift = (sign: 1 | -1): void => {
      for (let i = 0; i < n; i++) {
        h.re[i * (n + 1)]! += sign * sr;
        h.im[i * (n + 1)]! += sign * si;
      }
    };
    shift(-1);
    const rotations: [number, number, number][] = [];
    for (let k = first; k < last; k++) {
      const r = rotation(...at(k, k), ...at(k + 1, k));
      rotations.push(r);
      rotateRows(h, k, k + 1, ...r);
    }
    rotations.forEach((r, i) => {
      rotateColumns(h, first + i, first + i + 1, ...r);
      rotateColumns(q, first + i, first + i + 1, ...r);
    });
    shift(1);
  }
  const values: Matrix = {
    n,
    re: Float64Array.from({ length: n }, (_, i) => h.re[i * (n + 1)]!),
    im: Float64Array.from({ length: n }, (_, i) => h.im[i * (n + 1)]!),
  };
  const vectors: Matrix = { n, re: new Float64Array(n * n), im: new Float64Array(n * n) };
  for (let k = 0; k < n; k++) {
    const [xr, xi] = [new Float64Array(n), new Float64Array(n)];
    xr[k] = 1;
    for (let i = k - 1; i >= 0; i--) {
      let [r, s] = [0, 0];
      for (let j = i + 1; j <= k; j++) {
        r -= h.re[i * n + j]! * xr[j]! - h.im[i * n + j]! * xi[j]!;
        s -= h.re[i * n + j]! * xi[j]! + h.im[i * n + j]! * xr[j]!;
      }
      let [pr, pi] = [values.re[i]! - values.re[k]!, values.im[i]! - values.im[k]!];
      if (Math.abs(pr) + Math.abs(pi) < 1e-300) [pr, pi] = [1e-16, 0];
      const d = pr * pr + pi * pi;
      xr[i] = (r * pr + s * pi) / d;
      xi[i] = (s * pr - r * pi) / d;
    }
    let length = 0;
    const [yr, yi] = [new Float64Array(n), new Float64Array(n)];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= k; j++) {
        yr[i]! += q.re[i * n + j]! * xr[j]! - q.im[i * n + j]! * xi[j]!;
        yi[i]! += q.re[i * n + j]! * xi[j]! + q.im[i * n + j]! * xr[j]!;
      }
      length = Math.hypot(length, yr[i]!, yi[i]!);
    }
    for (let i = 0; i < n; i++) {
      vectors.re[i * n + k] = yr[i]! / length;
      vectors.im[i * n + k] = yi[i]! / length;
    }
  }
  return { values, vectors };
}

function squareRoot(r: number, i: number): [number, number] {
  const size = Math.hypot(r, i);
  const real = Math.sqrt((size + Math.abs(r)) / 2);
  if (real === 0) return [0, 0];
  return r >= 0 ? [real, i / (2 * real)] : [Math.abs(i) / (2 * real), i < 0 ? -real : real];
}
