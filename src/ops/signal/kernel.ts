// The discrete Fourier transform of rows of numbers in double precision.
// Owns: the algorithm: Stockham's sorted passes of 4, 2, 3, 5 and other small factors, Bluestein's convolution for lengths with a
// large prime, real rows of even length as complex ones of half. What a length needs (turns, room) is made once and kept.

/** Lengths with a larger prime factor go by way of a convolution. */
const LARGEST_FACTOR = 31;
/** Plans of so many lengths are kept. */
const MOST_PLANS = 32;

interface Pass {
  readonly radix: number;
  /** Length of what is still one transform after this pass, and how many transforms lie interleaved before it. */
  readonly rest: number;
  readonly stride: number;
  /** cos and sin of −2π p k / (radix · rest): entry (p · (radix − 1) + k − 1), k from 1. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}
/** Transforms (re, im) of the plan's length; the result lies in either pair of the arrays it is given. */
interface Plan {
  readonly n: number;
  /** The row that is transformed. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Forwards, not scaled, in place. */
  readonly run: () => void;
}

function factorsOf(n: number): number[] {
  const factors: number[] = [];
  let rest = n;
  for (const radix of [4, 2, 3, 5]) for (; rest % radix === 0; rest /= radix) factors.push(radix);
  for (let radix = 7; radix * radix <= rest; radix += 2) for (; rest % radix === 0; rest /= radix) factors.push(radix);
  if (rest > 1) factors.push(rest);
  return factors;
}

function passesOf(n: number, factors: readonly number[]): Pass[] {
  let [length, stride] = [n, 1];
  return factors.map((radix) => {
    const rest = length / radix;
    const [cos, sin] = [new Float64Array(rest * (radix - 1)), new Float64Array(rest * (radix - 1))];
    for (let p = 0, at = 0; p < rest; p++)
      for (let k = 1; k < radix; k++, at++) {
        const angle = (-2 * Math.PI * ((p * k) % length)) / length;
        cos[at] = Math.cos(angle);
        sin[at] = Math.sin(angle);
      }
    const pass = { radix, rest, stride, cos, sin };
    length = rest;
    stride *= radix;
    return pass;
  });
}

type Row = Float64Array;

function passOfTwo({ rest, stride, cos, sin }: Pass, xr: Row, xi: Row, yr: Row, yi: Row): void {
  const half = stride * rest;
  for (let p = 0; p < rest; p++) {
    const c = cos[p]!;
    const s = sin[p]!;
    const from = stride * p;
    const to = 2 * from;
    for (let q = 0; q < stride; q++) {
      const a = from + q;
      const b = a + half;
      const dr = xr[a]! - xr[b]!;
      const di = xi[a]! - xi[b]!;
      const y = to + q;
      yr[y] = xr[a]! + xr[b]!;
      yi[y] = xi[a]! + xi[b]!;
      yr[y + stride] = dr * c - di * s;
      yi[y + stride] = dr * s + di * c;
    }
  }
}

function passOfFour({ rest, stride, cos, sin }: Pass, xr: Row, xi: Row, yr: Row, yi: Row): void {
  const quarter = stride * rest;
  for (let p = 0; p < rest; p++) {
    const c1 = cos[3 * p]!;
    const s1 = sin[3 * p]!;
    const c2 = cos[3 * p + 1]!;
    const s2 = sin[3 * p + 1]!;
    const c3 = cos[3 * p + 2]!;
    const s3 = sin[3 * p + 2]!;
    const from = stride * p;
    const to = 4 * from;
    for (let q = 0; q < stride; q++) {
      const a = from + q;
      const b = a + quarter;
      const c = b + quarter;
      const d = c + quarter;
      const sumR = xr[a]! + xr[c]!;
      const sumI = xi[a]! + xi[c]!;
      const difR = xr[a]! - xr[c]!;
      const difI = xi[a]! - xi[c]!;
      const otherR = xr[b]! + xr[d]!;
      const otherI = xi[b]! + xi[d]!;
      // i (b − d)
      const turnR = xi[d]! - xi[b]!;
      const turnI = xr[b]! - xr[d]!;
      const y = to + q;
      yr[y] = sumR + otherR;
      yi[y] = sumI + otherI;
      const r1 = difR - turnR;
      const i1 = difI - turnI;
      yr[y + stride] = r1 * c1 - i1 * s1;
      yi[y + stride] = r1 * s1 + i1 * c1;
      const r2 = sumR - otherR;
      const i2 = sumI - otherI;
      yr[y + 2 * stride] = r2 * c2 - i2 * s2;
      yi[y + 2 * stride] = r2 * s2 + i2 * c2;
      const r3 = difR + turnR;
      const i3 = difI + turnI;
      yr[y + 3 * stride] = r3 * c3 - i3 * s3;
      yi[y + 3 * stride] = r3 * s3 + i3 * c3;
    }
  }
}

/** A factor without a pass of its own, by the definition: the sums of opposite terms once for each pair of results. */
function passOfMany({ radix, rest, stride, cos, sin }: Pass, xr: Row, xi: Row, yr: Row, yi: Row): void {
  const part = stride * rest;
  const half = (radix - 1) / 2;
  const turns = turnsOf(radix);
  const [sumR, sumI] = [new Float64Array(half + 1), new Float64Array(half + 1)];
  const [difR, difI] = [new Float64Array(half + 1), new Float64Array(half + 1)];
  for (let p = 0; p < rest; p++) {
    const from = stride * p;
    const to = radix * from;
    const turn = p * (radix - 1) - 1;
    for (let q = 0; q < stride; q++) {
      const first = from + q;
      const r0 = xr[first]!;
      const i0 = xi[first]!;
      let totalR = r0;
      let totalI = i0;
      for (let j = 1; j <= half; j++) {
        const a = first + j * part;
        const b = first + (radix - j) * part;
        sumR[j] = xr[a]! + xr[b]!;
        sumI[j] = xi[a]! + xi[b]!;
        difR[j] = xr[a]! - xr[b]!;
        difI[j] = xi[a]! - xi[b]!;
        totalR += sumR[j]!;
        totalI += sumI[j]!;
      }
      const y = to + q;
      yr[y] = totalR;
      yi[y] = totalI;
      for (let k = 1; k <= half; k++) {
        let evenR = r0;
        let evenI = i0;
        let oddR = 0;
        let oddI = 0;
        for (let j = 1, at = k; j <= half; j++) {
          const c = turns.cos[at]!;
          const s = turns.sin[at]!;
          evenR += c * sumR[j]!;
          evenI += c * sumI[j]!;
          oddR += s * difR[j]!;
          oddI += s * difI[j]!;
          at += k;
          if (at >= radix) at -= radix;
        }
        // even ± i · odd
        const ar = evenR - oddI;
        const ai = evenI + oddR;
        const first = turn + k;
        const one = y + k * stride;
        yr[one] = ar * cos[first]! - ai * sin[first]!;
        yi[one] = ar * sin[first]! + ai * cos[first]!;
        const br = evenR + oddI;
        const bi = evenI - oddR;
        const last = turn + radix - k;
        const other = y + (radix - k) * stride;
        yr[other] = br * cos[last]! - bi * sin[last]!;
        yi[other] = br * sin[last]! + bi * cos[last]!;
      }
    }
  }
}

interface Turns {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}
const turnsByCount = new Map<number, Turns>();
/** cos and sin of −2πk / n. */
function turnsOf(n: number): Turns {
  let turns = turnsByCount.get(n);
  if (!turns) {
    const angles = Float64Array.from({ length: n }, (_, k) => (-2 * Math.PI * k) / n);
    turns = { cos: angles.map((angle) => Math.cos(angle)), sin: angles.map((angle) => Math.sin(angle)) };
    turnsByCount.set(n, turns);
  }
  return turns;
}

function sortedPasses(n: number, factors: readonly number[]): Plan {
  const passes = passesOf(n, factors);
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  const [otherR, otherI] = [new Float64Array(n), new Float64Array(n)];
  const run = (): void => {
    let [xr, xi, yr, yi] = [re, im, otherR, otherI];
    for (const pass of passes) {
      const apply = pass.radix === 4 ? passOfFour : pass.radix === 2 ? passOfTwo : passOfMany;
      apply(pass, xr, xi, yr, yi);
      [xr, xi, yr, yi] = [yr, yi, xr, xi];
    }
    if (xr !== re) {
      re.set(xr);
      im.set(xi);
    }
  };
  return { n, re, im, run };
}

/** A transform of any length as a convolution with a chirp, done by transforms of a power of two. */
function byConvolution(n: number): Plan {
  let m = 1;
  while (m < 2 * n) m *= 2;
  const inner = sortedPasses(m, factorsOf(m));
  const angles = Float64Array.from({ length: n }, (_, i) => (-Math.PI * ((i * i) % (2 * n))) / n);
  const [cos, sin] = [angles.map((angle) => Math.cos(angle)), angles.map((angle) => Math.sin(angle))];
  inner.re.fill(0);
  inner.im.fill(0);
  for (let i = 0; i < n; i++) {
    inner.re[i] = cos[i]!;
    inner.im[i] = -sin[i]!;
    if (i > 0) {
      inner.re[m - i] = cos[i]!;
      inner.im[m - i] = -sin[i]!;
    }
  }
  inner.run();
  // Of the chirp, scaled for the way back.
  const [chirpR, chirpI] = [inner.re.map((x) => x / m), inner.im.map((x) => x / m)];
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  const run = (): void => {
    for (let i = 0; i < n; i++) {
      inner.re[i] = re[i]! * cos[i]! - im[i]! * sin[i]!;
      inner.im[i] = re[i]! * sin[i]! + im[i]! * cos[i]!;
    }
    inner.re.fill(0, n);
    inner.im.fill(0, n);
    inner.run();
    // Real and imaginary parts change places, so that the next transform goes backwards.
    for (let i = 0; i < m; i++) {
      const [r, s] = [inner.re[i]!, inner.im[i]!];
      inner.im[i] = r * chirpR[i]! - s * chirpI[i]!;
      inner.re[i] = r * chirpI[i]! + s * chirpR[i]!;
    }
    inner.run();
    for (let i = 0; i < n; i++) {
      const [r, s] = [inner.im[i]!, inner.re[i]!];
      re[i] = r * cos[i]! - s * sin[i]!;
      im[i] = r * sin[i]! + s * cos[i]!;
    }
  };
  return { n, re, im, run };
}

const plans = new Map<number, Plan>();
function planOf(n: number): Plan {
  let plan = plans.get(n);
  if (!plan) {
    const factors = factorsOf(n);
    plan = factors.every((factor) => factor <= LARGEST_FACTOR) ? sortedPasses(n, factors) : byConvolution(n);
    if (plans.size >= MOST_PLANS) plans.delete(plans.keys().next().value!);
    plans.set(n, plan);
  }
  return plan;
}

/** Real and imaginary parts of rows, one after the other. */
export interface Parts {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/** Σ x[j] e^(sign · 2πi jk/n) of each row of n numbers; nothing is scaled. */
export function transformRows(x: Parts, n: number, sign: -1 | 1, out: Parts): void {
  const plan = planOf(n);
  // Backwards is forwards with real and imaginary parts in each other's place.
  const [re, im] = sign < 0 ? [plan.re, plan.im] : [plan.im, plan.re];
  for (let start = 0; start < x.re.length; start += n) {
    for (let i = 0; i < n; i++) {
      re[i] = x.re[start + i]!;
      im[i] = x.im[start + i]!;
    }
    plan.run();
    out.re.set(re, start);
    out.im.set(im, start);
  }
}

/** The first n/2 + 1 values of the transforms of rows of n real numbers. */
export function transformRealRows(x: Float32Array, n: number, out: Parts): void {
  const kept = Math.floor(n / 2) + 1;
  const rows = out.re.length / kept;
  const even = n % 2 === 0;
  const plan = planOf(even ? n / 2 : n);
  const { re, im } = plan;
  const half = n / 2;
  const turns = even ? turnsOf(n) : null;
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * n, row * kept];
    if (!turns) {
      re.set(x.subarray(from, from + n));
      im.fill(0);
      plan.run();
      for (let k = 0; k < kept; k++) {
        out.re[to + k] = re[k]!;
        out.im[to + k] = im[k]!;
      }
      continue;
    }
    // Even numbers as real, odd ones as imaginary parts: their transforms are the halves of Z[k] and conj Z[−k].
    for (let i = 0; i < half; i++) {
      re[i] = x[from + 2 * i]!;
      im[i] = x[from + 2 * i + 1]!;
    }
    plan.run();
    out.re[to] = re[0]! + im[0]!;
    out.im[to] = 0;
    out.re[to + half] = re[0]! - im[0]!;
    out.im[to + half] = 0;
    for (let k = 1; k < half; k++) {
      const l = half - k;
      const evenR = (re[k]! + re[l]!) / 2;
      const evenI = (im[k]! - im[l]!) / 2;
      const oddR = (im[k]! + im[l]!) / 2;
      const oddI = (re[l]! - re[k]!) / 2;
      const c = turns.cos[k]!;
      const s = turns.sin[k]!;
      out.re[to + k] = evenR + oddR * c - oddI * s;
      out.im[to + k] = evenI + oddR * s + oddI * c;
    }
  }
}

/** Rows of n real numbers from the first n/2 + 1 values of their transforms, not scaled: n times what was transformed. */
export function transformToRealRows(x: Parts, n: number, out: Float32Array): void {
  const kept = Math.floor(n / 2) + 1;
  const rows = x.re.length / kept;
  const even = n % 2 === 0;
  const plan = planOf(even ? n / 2 : n);
  // In each other's place: backwards.
  const { re: im, im: re } = plan;
  const half = n / 2;
  const turns = even ? turnsOf(n) : null;
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * kept, row * n];
    // The imaginary parts of frequency 0, and of n/2, say nothing of real numbers.
    const first = x.re[from]!;
    if (!turns) {
      re[0] = first;
      im[0] = 0;
      for (let k = 1; k < kept; k++) {
        re[k] = re[n - k] = x.re[from + k]!;
        im[k] = x.im[from + k]!;
        im[n - k] = -x.im[from + k]!;
      }
      plan.run();
      out.set(re, to);
      continue;
    }
    const last = x.re[from + half]!;
    re[0] = first + last;
    im[0] = first - last;
    for (let k = 1; k < half; k++) {
      const [a, b] = [from + k, from + half - k];
      const evenR = x.re[a]! + x.re[b]!;
      const evenI = x.im[a]! - x.im[b]!;
      const difR = x.re[a]! - x.re[b]!;
      const difI = x.im[a]! + x.im[b]!;
      // Turned back: times cos − i sin of a negative angle.
      const c = turns.cos[k]!;
      const s = -turns.sin[k]!;
      const oddR = difR * c - difI * s;
      const oddI = difR * s + difI * c;
      re[k] = evenR - oddI;
      im[k] = evenI + oddR;
    }
    plan.run();
    for (let i = 0; i < half; i++) {
      out[to + 2 * i] = re[i]!;
      out[to + 2 * i + 1] = im[i]!;
    }
  }
}
