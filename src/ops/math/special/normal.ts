// Inverse error functions and integrals related to the normal distribution, on JavaScript numbers.
// Owns: ndtri, erfinv, erfcinv, Dawson's integral, Fresnel's integrals, exponential integral, dilogarithm.
// Sources: Wichura, AS 241 (1988); Rybicki (1989); Abramowitz & Stegun 5.1, 7.3, 27.7.

const polynomial = (x: number, coefficients: readonly number[]): number =>
  coefficients.reduceRight((sum, c) => sum * x + c, 0);

const CENTRE = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852546,
  ],
] as const;
const MIDDLE = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
] as const;
const TAIL = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const;

/** The x at which the normal distribution function is p; `q` is 1 − p, for p near 1. */
function quantile(p: number, q: number): number {
  const centred = p - 0.5;
  if (Math.abs(centred) <= 0.425) {
    const r = 0.180625 - centred * centred;
    return (centred * polynomial(r, CENTRE[0])) / polynomial(r, CENTRE[1]);
  }
  const r = Math.sqrt(-Math.log(Math.min(p, q)));
  const [shift, [above, below]] = r <= 5 ? [1.6, MIDDLE] : [5, TAIL];
  const value = polynomial(r - shift, above) / polynomial(r - shift, below);
  return centred < 0 ? -value : value;
}
/** The inverse of the normal distribution function. */
export function ndtri(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return quantile(p, 1 - p);
}
/** The inverse of erf. */
export function erfinv(y: number): number {
  if (!(Math.abs(y) <= 1)) return Number.NaN;
  if (Math.abs(y) === 1) return y * Number.POSITIVE_INFINITY;
  // Near 0 the quantile of ½ + y/2 would lose y's low bits.
  if (Math.abs(y) < 0.85) {
    const half = y / 2;
    const r = 0.180625 - half * half;
    return ((half * polynomial(r, CENTRE[0])) / polynomial(r, CENTRE[1])) * Math.SQRT1_2;
  }
  return quantile((1 + y) / 2, (1 - y) / 2) * Math.SQRT1_2;
}
/** The inverse of erfc. */
export function erfcinv(y: number): number {
  if (!(y >= 0 && y <= 2)) return Number.NaN;
  if (y === 0 || y === 2) return y === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return -quantile(y / 2, 1 - y / 2) * Math.SQRT1_2;
}

/** Dawson's integral e^(−x²) ∫₀ˣ e^(t²) dt by Rybicki's exponentially convergent sum. */
export function dawsn(x: number): number {
  const a = Math.abs(x);
  if (a < 0.2) {
    const s = x * x;
    return (
      x *
      (1 -
        (2 / 3) * s * (1 - 0.4 * s * (1 - (2 / 7) * s * (1 - (2 / 9) * s * (1 - (2 / 11) * s * (1 - (2 / 13) * s))))))
    );
  }
  const h = 0.2;
  const even = 2 * Math.round(0.5 * (a / h));
  const rest = a - even * h;
  let sum = 0;
  for (let n = -41; n <= 41; n += 2) sum += Math.exp(-((rest - n * h) ** 2)) / (n + even);
  return (Math.sign(x) * sum) / Math.sqrt(Math.PI);
}

const GAMMA = 0.5772156649015329;
/** Ei(x) = −∫ e^(−t)/t dt from −x on. */
export function expint(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x < -1) {
    let b = -x + 1;
    let c = 1e300;
    let d = 1 / b;
    let h = d;
    for (let i = 1; i < 1000; i++) {
      const an = -i * i;
      b += 2;
      d = 1 / (an * d + b);
      c = b + an / c;
      h *= c * d;
      if (Math.abs(c * d - 1) < 1e-16) break;
    }
    return -h * Math.exp(x);
  }
  if (x > 40) {
    let [sum, term] = [1, 1];
    for (let k = 1; k < 100; k++) {
      const next = (term * k) / x;
      if (next < 1e-17 * sum || next > term) break;
      term = next;
      sum += term;
    }
    return (Math.exp(x) / x) * sum;
  }
  let [sum, term] = [0, 1];
  for (let k = 1; k < 500; k++) {
    term *= x / k;
    sum += term / k;
    if (Math.abs(term / k) < 1e-17 * Math.abs(sum)) break;
  }
  return GAMMA + Math.log(Math.abs(x)) + sum;
}

/** ∫₀ˣ of sin(πt²/2) and cos(πt²/2). */
export function fresnel(x: number): { readonly sin: number; readonly cos: number } {
  const a = Math.abs(x);
  const sign = Math.sign(x);
  if (a < 1.8) {
    const t = (Math.PI / 2) * a * a;
    let [cos, sin] = [0, 0];
    let term = a;
    for (let n = 0; n < 100; n++) {
      const value = term / (2 * n + 1);
      if (n % 2 === 0) cos += (n % 4 === 0 ? 1 : -1) * value;
      else sin += (n % 4 === 1 ? 1 : -1) * value;
      if (value < 1e-18 * a) break;
      term *= t / (n + 1);
    }
    return { sin: sign * sin, cos: sign * cos };
  }
  if (a === Number.POSITIVE_INFINITY) return { sin: sign / 2, cos: sign / 2 };
  // (1 + i)/2 · (1 − e^(iπx²/2) · w), w a continued fraction of complex numbers.
  const pix2 = Math.PI * a * a;
  let [br, bi] = [1, -pix2];
  let [cr, ci] = [1e300, 0];
  let [dr, di] = inverse(br, bi);
  let [hr, hi] = [dr, di];
  for (let k = 2, n = -1; k < 1000; k++) {
    n += 2;
    const an = -n * (n + 1);
    br += 4;
    [dr, di] = inverse(an * dr + br, an * di + bi);
    const [ir, ii] = inverse(cr, ci);
    [cr, ci] = [br + an * ir, bi + an * ii];
    const [er, ei] = [cr * dr - ci * di, cr * di + ci * dr];
    [hr, hi] = [hr * er - hi * ei, hr * ei + hi * er];
    if (Math.abs(er - 1) + Math.abs(ei) < 1e-16) break;
  }
  [hr, hi] = [hr * a + hi * a, hi * a - hr * a];
  const [c, s] = [Math.cos(pix2 / 2), Math.sin(pix2 / 2)];
  const [wr, wi] = [1 - (c * hr - s * hi), -(c * hi + s * hr)];
  return { cos: (sign * (wr - wi)) / 2, sin: (sign * (wr + wi)) / 2 };
}
function inverse(r: number, i: number): [number, number] {
  const scale = r * r + i * i;
  return Number.isFinite(scale) ? [r / scale, -i / scale] : [0, 0];
}

/** Spence's function −∫₁ˣ log t / (t − 1) dt, the dilogarithm of 1 − x. */
export function spence(x: number): number {
  if (!(x >= 0)) return Number.NaN;
  return dilogarithm(1 - x);
}
function dilogarithm(z: number): number {
  if (z === 1) return Math.PI ** 2 / 6;
  if (z > 0.5) return Math.PI ** 2 / 6 - Math.log(z) * Math.log1p(-z) - dilogarithm(1 - z);
  if (z < -1) return -(Math.PI ** 2) / 6 - 0.5 * Math.log(-z) ** 2 - dilogarithm(1 / z);
  if (z < -0.5) return -dilogarithm(z / (z - 1)) - 0.5 * Math.log1p(-z) ** 2;
  let [sum, power] = [0, z];
  for (let n = 1; n < 200; n++) {
    sum += power / (n * n);
    power *= z;
    if (Math.abs(power) < 1e-18) break;
  }
  return sum;
}
