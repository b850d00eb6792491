// Factorizations of one complex matrix in double precision, its real and imaginary parts as two row-major arrays.
// Owns: LU, QR, and eigenvectors and singular vectors by way of the real form [[B, −C], [C, B]]. The real ones are factor.ts, spectral.ts.
import { singularValues, symmetricEigen } from './spectral.ts';

export interface Planes {
  readonly re: Float64Array;
  readonly im: Float64Array;
}
const zeros = (size: number): Planes => ({ re: new Float64Array(size), im: new Float64Array(size) });

/** LU with partial pivoting by the largest modulus: L below the diagonal, U on and above; row i of L·U is row `rows[i]` of A. */
export function complexLu(a: Planes, n: number): { lu: Planes; rows: Int32Array; singular: boolean } {
  const [x, y] = [a.re.slice(), a.im.slice()];
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  let singular = false;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++)
      if (Math.hypot(x[i * n + k]!, y[i * n + k]!) > Math.hypot(x[best * n + k]!, y[best * n + k]!)) best = i;
    if (best !== k) {
      for (const part of [x, y])
        for (let j = 0; j < n; j++) [part[k * n + j], part[best * n + j]] = [part[best * n + j]!, part[k * n + j]!];
      [rows[k], rows[best]] = [rows[best]!, rows[k]!];
    }
    const [u, v] = [x[k * n + k]!, y[k * n + k]!];
    const size = u * u + v * v;
    if (size === 0) {
      singular = true;
      continue;
    }
    for (let i = k + 1; i < n; i++) {
      const [s, t] = [x[i * n + k]!, y[i * n + k]!];
      const [f, g] = [(s * u + t * v) / size, (t * u - s * v) / size];
      x[i * n + k] = f;
      y[i * n + k] = g;
      for (let j = k + 1; j < n; j++) {
        const [c, d] = [x[k * n + j]!, y[k * n + j]!];
        x[i * n + j]! -= f * c - g * d;
        y[i * n + j]! -= f * d + g * c;
      }
    }
  }
  return { lu: { re: x, im: y }, rows, singular };
}

/** Householder's QR with a real diagonal of R: q (rows, k), r (k, columns), k = rows if full, else the smaller side. */
export function complexQr(a: Planes, rows: number, columns: number, full: boolean): { q: Planes; r: Planes } {
  const [x, y] = [a.re.slice(), a.im.slice()];
  const steps = Math.min(rows, columns);
  const width = full ? rows : steps;
  const q = zeros(rows * width);
  for (let j = 0; j < width; j++) q.re[j * width + j] = 1;
  /** Each step is I − τ·v·vᴴ with v = (1, …) from row k on. */
  const reflectors: { v: Planes; tau: readonly [number, number] }[] = [];
  const apply = (
    target: Planes,
    wide: number,
    from: number,
    { v, tau }: (typeof reflectors)[number],
    k: number,
  ): void => {
    for (let j = from; j < wide; j++) {
      let [s, t] = [0, 0];
      for (let i = k; i < rows; i++) {
        const [c, d] = [target.re[i * wide + j]!, target.im[i * wide + j]!];
        s += v.re[i]! * c + v.im[i]! * d;
        t += v.re[i]! * d - v.im[i]! * c;
      }
      const [f, g] = [tau[0] * s - tau[1] * t, tau[0] * t + tau[1] * s];
      for (let i = k; i < rows; i++) {
        target.re[i * wide + j]! -= f * v.re[i]! - g * v.im[i]!;
        target.im[i * wide + j]! -= f * v.im[i]! + g * v.re[i]!;
      }
    }
  };
  for (let k = 0; k < steps; k++) {
    const [c, d] = [x[k * columns + k]!, y[k * columns + k]!];
    let tail = 0;
    for (let i = k + 1; i < rows; i++) tail = Math.hypot(tail, x[i * columns + k]!, y[i * columns + k]!);
    const v = zeros(rows);
    if (tail === 0 && d === 0) {
      reflectors.push({ v, tau: [0, 0] });
      continue;
    }
    const beta = (c >= 0 ? -1 : 1) * Math.hypot(c, d, tail);
    const [s, t] = [c - beta, d];
    const size = s * s + t * t;
    v.re[k] = 1;
    for (let i = k + 1; i < rows; i++) {
      const [f, g] = [x[i * columns + k]!, y[i * columns + k]!];
      v.re[i] = (f * s + g * t) / size;
      v.im[i] = (g * s - f * t) / size;
    }
    // The conjugate of τ = (β − c) / β turns the column, τ itself builds Q.
    const tau = [(beta - c) / beta, -d / beta] as const;
    apply({ re: x, im: y }, columns, k, { v, tau: [tau[0], -tau[1]] }, k);
    reflectors.push({ v, tau });
    for (let i = k + 1; i < rows; i++) x[i * columns + k] = y[i * columns + k] = 0;
    y[k * columns + k] = 0;
  }
  for (let k = steps - 1; k >= 0; k--) apply(q, width, 0, reflectors[k]!, k);
  return { q, r: { re: x.slice(0, width * columns), im: y.slice(0, width * columns) } };
}

/** The real matrix of twice the size. */
function realForm({ re, im }: Planes, rows: number, columns: number): Float64Array {
  const out = new Float64Array(4 * rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const [b, c] = [re[i * columns + j]!, im[i * columns + j]!];
      out[2 * i * columns + j] = out[2 * (i + rows) * columns + j + columns] = b;
      out[2 * i * columns + j + columns] = -c;
      out[2 * (i + rows) * columns + j] = c;
    }
  return out;
}

/** Columns that become orthonormal one after the other; one that lies in the span of those before is refused. */
class Basis {
  readonly columns: Planes[] = [];
  readonly #rows: number;
  constructor(rows: number) {
    this.#rows = rows;
  }
  add({ re, im }: Planes, least: number): boolean {
    const [x, y] = [re.slice(), im.slice()];
    for (let pass = 0; pass < 2; pass++)
      for (const column of this.columns) {
        let [s, t] = [0, 0];
        for (let k = 0; k < this.#rows; k++) {
          s += column.re[k]! * x[k]! + column.im[k]! * y[k]!;
          t += column.re[k]! * y[k]! - column.im[k]! * x[k]!;
        }
        for (let k = 0; k < this.#rows; k++) {
          x[k]! -= s * column.re[k]! - t * column.im[k]!;
          y[k]! -= s * column.im[k]! + t * column.re[k]!;
        }
      }
    const norm = Math.hypot(...x, ...y);
    if (!(norm > least)) return false;
    this.columns.push({ re: x.map((c) => c / norm), im: y.map((c) => c / norm) });
    return true;
  }
  matrix(width: number): Planes {
    const out = zeros(this.#rows * width);
    this.columns.slice(0, width).forEach((column, j) => {
      for (let k = 0; k < this.#rows; k++) {
        out.re[k * width + j] = column.re[k]!;
        out.im[k * width + j] = column.im[k]!;
      }
    });
    return out;
  }
}
/** Column j of a real (2n, width) matrix as a complex one of n. */
const columnOf = (x: Float64Array, n: number, width: number, j: number): Planes => ({
  re: Float64Array.from({ length: n }, (_, k) => x[k * width + j]!),
  im: Float64Array.from({ length: n }, (_, k) => x[(k + n) * width + j]!),
});
/** Of the directions of one pair the second is the first turned; what is left of it is rounding. */
const INDEPENDENT = 1e-5;

/** Eigenvalues in ascending order and eigenvectors as columns of a Hermitian matrix, of which the lower triangle is read. */
export function hermitianEigen(a: Planes, n: number): { values: Float64Array; vectors: Planes } {
  const [re, im] = [a.re.slice(), a.im.slice()];
  for (let i = 0; i < n; i++) {
    im[i * n + i] = 0;
    for (let j = 0; j < i; j++) {
      re[j * n + i] = re[i * n + j]!;
      im[j * n + i] = -im[i * n + j]!;
    }
  }
  const { values, vectors } = symmetricEigen(realForm({ re, im }, n, n), 2 * n);
  const basis = new Basis(n);
  for (let j = 0; j < 2 * n && basis.columns.length < n; j++) basis.add(columnOf(vectors, n, 2 * n, j), INDEPENDENT);
  return { values: Float64Array.from({ length: n }, (_, i) => values[2 * i]!), vectors: basis.matrix(n) };
}

/** Singular values, largest first, and so many left and right singular vectors as columns: A = U·diag(s)·Vᴴ. */
export function complexSingularValues(
  a: Planes,
  rows: number,
  columns: number,
  full: boolean,
): { s: Float64Array; u: Planes; v: Planes } {
  const k = Math.min(rows, columns);
  const found = singularValues(realForm(a, rows, columns), 2 * rows, 2 * columns);
  const s = Float64Array.from({ length: k }, (_, i) => found.s[2 * i]!);
  const [left, right] = [new Basis(rows), new Basis(columns)];
  for (let j = 0; j < 2 * k && right.columns.length < k; j++)
    if (right.add(columnOf(found.v, columns, 2 * k, j), INDEPENDENT)) {
      const v = right.columns.at(-1)!;
      const u = zeros(rows);
      for (let i = 0; i < rows; i++)
        for (let c = 0; c < columns; c++) {
          const [b, d] = [a.re[i * columns + c]!, a.im[i * columns + c]!];
          u.re[i]! += b * v.re[c]! - d * v.im[c]!;
          u.im[i]! += b * v.im[c]! + d * v.re[c]!;
        }
      // A vector that A sends to nothing has any partner.
      if (!left.add(u, 1e-12 * s[0]!)) addAny(left, rows);
    }
  while (full && left.columns.length < rows) addAny(left, rows);
  while (full && right.columns.length < columns) addAny(right, columns);
  return { s, u: left.matrix(full ? rows : k), v: right.matrix(full ? columns : k) };
}
/** The first unit vector that is well outside of the span. */
function addAny(basis: Basis, rows: number): void {
  for (let unit = 0; unit < rows; unit++) {
    const x = zeros(rows);
    x.re[unit] = 1;
    if (basis.add(x, 0.5 / Math.sqrt(rows))) return;
  }
}
