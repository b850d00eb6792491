// Singular values and right singular vectors of a small square matrix with the signs that LAPACK gives them, on which the
// numbers of `multivariateNormal` depend: Householder's bidiagonal form, then Golub and Kahan's iteration in LAPACK's order of
// steps. For covariances of some tens of variables; `tf.linalg.svd` is elsewhere.

const EPSILON = 2 ** -53;
const signed = (size: number, sign: number) => (sign < 0 || Object.is(sign, -0) ? -Math.abs(size) : Math.abs(size));

/** A plane rotation [c s; −s c] that turns (f, g) into (r, 0). */
function rotation(f: number, g: number): readonly [c: number, s: number, r: number] {
  if (g === 0) return [1, 0, f];
  if (f === 0) return [0, Math.sign(g), Math.abs(g)];
  const r = signed(Math.sqrt(f * f + g * g), f);
  return [Math.abs(f) / Math.abs(r), g / r, r];
}

/** The rows of a matrix: rotations of neighbouring rows are all that the iteration does to the vectors. */
type Rows = Float64Array[];

/** Row i becomes c · row i + s · row i+1, row i+1 becomes c · row i+1 − s · row i. */
function rotateRows(rows: Rows, i: number, c: number, s: number): void {
  const [upper, lower] = [rows[i]!, rows[i + 1]!];
  for (let k = 0; k < upper.length; k++) {
    const x = upper[k]!;
    upper[k] = c * x + s * lower[k]!;
    lower[k] = c * lower[k]! - s * x;
  }
}

/** A reflection that leaves of `x` only its first element: I − tau v vᵀ with v[0] = 1, and that element. */
function reflector(x: Float64Array): readonly [v: Float64Array, tau: number, beta: number] {
  const v = x.slice();
  const alpha = x[0]!;
  const rest = Math.sqrt(x.subarray(1).reduce((sum, value) => sum + value * value, 0));
  v[0] = 1;
  if (rest === 0) return [v.fill(0, 1), 0, alpha];
  const beta = -signed(Math.hypot(alpha, rest), alpha);
  for (let i = 1; i < v.length; i++) v[i] = v[i]! / (alpha - beta);
  return [v, (beta - alpha) / beta, beta];
}

/** The diagonal d and the superdiagonal e of Qᵀ A P, and the rows of Pᵀ. */
function bidiagonal(matrix: ArrayLike<number>, n: number): { d: Float64Array; e: Float64Array; rows: Rows } {
  const a = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => matrix[i * n + j]!));
  const d = new Float64Array(n);
  const e = new Float64Array(Math.max(n - 1, 0));
  const right: (readonly [v: Float64Array, tau: number])[] = [];
  for (let i = 0; i < n; i++) {
    const [u, tauLeft, diagonal] = reflector(Float64Array.from({ length: n - i }, (_, k) => a[i + k]![i]!));
    d[i] = diagonal;
    for (let j = i + 1; j < n; j++) {
      const dot = u.reduce((sum, value, k) => sum + value * a[i + k]![j]!, 0);
      for (let k = 0; k < u.length; k++) a[i + k]![j] = a[i + k]![j]! - tauLeft * dot * u[k]!;
    }
    if (i === n - 1) break;
    const [v, tauRight, beside] = reflector(a[i]!.subarray(i + 1));
    e[i] = beside;
    right.push([v, tauRight]);
    for (let row = i + 1; row < n; row++) {
      const dot = v.reduce((sum, value, k) => sum + value * a[row]![i + 1 + k]!, 0);
      for (let k = 0; k < v.length; k++) a[row]![i + 1 + k] = a[row]![i + 1 + k]! - tauRight * dot * v[k]!;
    }
  }
  // P is the product of the reflections; its transpose is built from the identity, the last reflection first.
  const rows = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  for (let i = right.length - 1; i >= 0; i--) {
    const [v, tau] = right[i]!;
    for (const row of rows) {
      const dot = v.reduce((sum, value, k) => sum + value * row[i + 1 + k]!, 0);
      for (let k = 0; k < v.length; k++) row[i + 1 + k] = row[i + 1 + k]! - tau * dot * v[k]!;
    }
  }
  return { d, e, rows };
}

/** The singular values of [f g; 0 h], the larger first, with the signs and the right rotation that LAPACK gives them. */
function smallBlock(f: number, g: number, h: number): readonly [larger: number, smaller: number, c: number, s: number] {
  const swapped = Math.abs(h) > Math.abs(f);
  const [ft, ht] = swapped ? [h, f] : [f, h];
  const [fa, ha, ga] = [Math.abs(ft), Math.abs(ht), Math.abs(g)];
  let largest = swapped ? 3 : 1;
  let [clt, slt, crt, srt, smaller, larger] = [1, 0, 1, 0, ha, fa];
  if (ga !== 0) {
    if (ga > fa) largest = 2;
    if (ga > fa && fa / ga < EPSILON) {
      larger = ga;
      smaller = ha > 1 ? fa / (ga / ha) : (fa / ga) * ha;
      [clt, slt, srt, crt] = [1, ht / g, 1, ft / g];
    } else {
      const l = fa - ha === fa ? 1 : (fa - ha) / fa;
      const m = g / ft;
      const mm = m * m;
      const s = Math.sqrt((2 - l) * (2 - l) + mm);
      const r = l === 0 ? Math.abs(m) : Math.sqrt(l * l + mm);
      const a = 0.5 * (s + r);
      smaller = ha / a;
      larger = fa * a;
      let t = (m / (s + (2 - l)) + m / (r + l)) * (1 + a);
      if (mm === 0) t = l === 0 ? signed(2, ft) * signed(1, g) : g / signed(fa - ha, ft) + m / (2 - l);
      const length = Math.sqrt(t * t + 4);
      crt = 2 / length;
      srt = t / length;
      clt = (crt + srt * m) / a;
      slt = ((ht / ft) * srt) / a;
    }
  }
  const [csl, snl, csr, snr] = swapped ? [srt, crt, slt, clt] : [clt, slt, crt, srt];
  const sign =
    largest === 1
      ? signed(1, csr) * signed(1, csl) * signed(1, f)
      : largest === 2
        ? signed(1, snr) * signed(1, csl) * signed(1, g)
        : signed(1, snr) * signed(1, snl) * signed(1, h);
  return [signed(larger, sign), signed(smaller, sign * signed(1, f) * signed(1, h)), csr, snr];
}

/** The smaller singular value of [f g; 0 h]: the shift of the iteration. */
function smallestOf(f: number, g: number, h: number): number {
  const [small, large] = [Math.min(Math.abs(f), Math.abs(h)), Math.max(Math.abs(f), Math.abs(h))];
  const ga = Math.abs(g);
  if (small === 0) return 0;
  const sum = 1 + small / large;
  const difference = (large - small) / large;
  if (ga < large) {
    const ratio = (ga / large) ** 2;
    return (small * 2) / (Math.sqrt(sum * sum + ratio) + Math.sqrt(difference * difference + ratio));
  }
  const ratio = large / ga;
  if (ratio === 0) return (small * large) / ga;
  const c = 1 / (Math.sqrt(1 + (sum * ratio) ** 2) + Math.sqrt(1 + (difference * ratio) ** 2));
  return small * c * ratio * 2;
}

const TOLERANCE = Math.max(10, Math.min(100, EPSILON ** (-1 / 8))) * EPSILON;

/** Singular values, largest first, and the rows of Vᵀ in A = U S Vᵀ, for a square matrix, row-major (n, n). */
export function rightSingular(matrix: ArrayLike<number>, n: number): { values: Float64Array; rows: Float64Array[] } {
  const { d, e, rows } = bidiagonal(matrix, n);
  diagonalize(d, e, rows);
  for (let i = 0; i < n; i++) {
    if (d[i]! >= 0 && !Object.is(d[i], -0)) continue;
    d[i] = -d[i]!;
    rows[i] = rows[i]!.map((value) => -value);
  }
  const order = Array.from(d.keys()).sort((a, b) => d[b]! - d[a]!);
  return { values: Float64Array.from(order, (i) => d[i]!), rows: order.map((i) => rows[i]!) };
}

/** Golub and Kahan's iteration: makes e vanish, by rotations that are applied to `rows` too. */
function diagonalize(d: Float64Array, e: Float64Array, rows: Rows): void {
  const n = d.length;
  let mu = Math.abs(d[0] ?? 0);
  let least = mu;
  for (let i = 1; i < n && least > 0; i++) {
    mu = Math.abs(d[i]!) * (mu / (mu + Math.abs(e[i - 1]!)));
    least = Math.min(least, mu);
  }
  const threshold = Math.max((TOLERANCE * least) / Math.sqrt(n), 6 * n * n * 2.2250738585072014e-308);
  let last = n - 1;
  let [previousFirst, previousLast, downwards] = [-1, -1, true];
  for (let steps = 0; last > 0 && steps < 30 * n * n; steps++) {
    // The block that does not fall apart: from `first` to `last`.
    let first = last;
    let largest = Math.abs(d[last]!);
    while (first > 0 && Math.abs(e[first - 1]!) > threshold) {
      first--;
      largest = Math.max(largest, Math.abs(d[first]!), Math.abs(e[first]!));
    }
    if (first > 0) e[first - 1] = 0;
    if (first === last) {
      last--;
      continue;
    }
    if (first === last - 1) {
      const [larger, smaller, c, s] = smallBlock(d[first]!, e[first]!, d[last]!);
      [d[first], e[first], d[last]] = [larger, 0, smaller];
      rotateRows(rows, first, c, s);
      last -= 2;
      continue;
    }
    if (first > previousLast || last < previousFirst) downwards = Math.abs(d[first]!) >= Math.abs(d[last]!);
    const smallest = converged(d, e, first, last, downwards);
    if (smallest === null) continue;
    [previousFirst, previousLast] = [first, last];
    let shift = 0;
    if (n * TOLERANCE * (smallest / largest) > Math.max(EPSILON, 0.01 * TOLERANCE)) {
      shift = downwards
        ? smallestOf(d[last - 1]!, e[last - 1]!, d[last]!)
        : smallestOf(d[first]!, e[first]!, d[first + 1]!);
      const edge = Math.abs(d[downwards ? first : last]!);
      if (edge > 0 && (shift / edge) ** 2 < EPSILON) shift = 0;
    }
    sweep(d, e, rows, first, last, downwards, shift);
    const end = downwards ? last - 1 : first;
    if (Math.abs(e[end]!) <= threshold) e[end] = 0;
  }
}

/** Sets an element of e to zero that is negligible and returns null, or returns a bound of the smallest singular value. */
function converged(d: Float64Array, e: Float64Array, first: number, last: number, downwards: boolean): number | null {
  const edge = downwards ? last - 1 : first;
  if (Math.abs(e[edge]!) <= TOLERANCE * Math.abs(d[downwards ? last : first]!)) {
    e[edge] = 0;
    return null;
  }
  let mu = Math.abs(d[downwards ? first : last]!);
  let least = mu;
  for (let k = 0; k < last - first; k++) {
    const i = downwards ? first + k : last - 1 - k;
    if (Math.abs(e[i]!) <= TOLERANCE * mu) {
      e[i] = 0;
      return null;
    }
    mu = Math.abs(d[downwards ? i + 1 : i]!) * (mu / (mu + Math.abs(e[i]!)));
    least = Math.min(least, mu);
  }
  return least;
}

/** One sweep of rotations over a block, from its larger end to its smaller one. */
function sweep(
  d: Float64Array,
  e: Float64Array,
  rows: Rows,
  first: number,
  last: number,
  downwards: boolean,
  shift: number,
): void {
  // Upwards the block is the same one seen from its other end, with the rotations turned the other way round.
  const at = (k: number) => (downwards ? first + k : last - k);
  const beside = (k: number) => (downwards ? first + k : last - 1 - k);
  const rotate = (k: number, right: readonly [number, number], left: readonly [number, number]) =>
    downwards ? rotateRows(rows, first + k, right[0], right[1]) : rotateRows(rows, last - 1 - k, left[0], -left[1]);
  const size = last - first;
  if (shift === 0) {
    let [c, oldC, oldS] = [1, 1, 0];
    for (let k = 0; k < size; k++) {
      const [cs, sn, r] = rotation(d[at(k)]! * c, e[beside(k)]!);
      if (k > 0) e[beside(k - 1)] = oldS * r;
      const [nextC, nextS, diagonal] = rotation(oldC * r, d[at(k + 1)]! * sn);
      d[at(k)] = diagonal;
      rotate(k, [cs, sn], [nextC, nextS]);
      [c, oldC, oldS] = [cs, nextC, nextS];
    }
    const h = d[at(size)]! * c;
    d[at(size)] = h * oldC;
    e[beside(size - 1)] = h * oldS;
    return;
  }
  let f = (Math.abs(d[at(0)]!) - shift) * (signed(1, d[at(0)]!) + shift / d[at(0)]!);
  let g = e[beside(0)]!;
  for (let k = 0; k < size; k++) {
    const [cosRight, sinRight, r] = rotation(f, g);
    if (k > 0) e[beside(k - 1)] = r;
    const [x, y] = [d[at(k)]!, e[beside(k)]!];
    f = cosRight * x + sinRight * y;
    e[beside(k)] = cosRight * y - sinRight * x;
    g = sinRight * d[at(k + 1)]!;
    d[at(k + 1)] = cosRight * d[at(k + 1)]!;
    const [cosLeft, sinLeft, diagonal] = rotation(f, g);
    d[at(k)] = diagonal;
    const [z, w] = [e[beside(k)]!, d[at(k + 1)]!];
    f = cosLeft * z + sinLeft * w;
    d[at(k + 1)] = cosLeft * w - sinLeft * z;
    if (k < size - 1) {
      g = sinLeft * e[beside(k + 1)]!;
      e[beside(k + 1)] = cosLeft * e[beside(k + 1)]!;
    }
    rotate(k, [cosRight, sinRight], [cosLeft, sinLeft]);
  }
  e[beside(size - 1)] = f;
}
