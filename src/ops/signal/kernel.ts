// The discrete Fourier transform of one row of complex numbers in double precision.
// Owns: the algorithm: powers of two by halves, other lengths by Bluestein's convolution.

/** Transforms pairs (real, imaginary) in place; `sign` −1 forwards, +1 backwards; nothing is scaled. */
function powerOfTwo(x: Float64Array, sign: number): void {
  const n = x.length / 2;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      for (let lane = 0; lane < 2; lane++) {
        const held = x[2 * i + lane]!;
        x[2 * i + lane] = x[2 * j + lane]!;
        x[2 * j + lane] = held;
      }
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const angle = (sign * 2 * Math.PI * k) / size;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let start = k; start < n; start += size) {
        const [a, b] = [2 * start, 2 * (start + half)];
        const re = x[b]! * c - x[b + 1]! * s;
        const im = x[b]! * s + x[b + 1]! * c;
        x[b] = x[a]! - re;
        x[b + 1] = x[a + 1]! - im;
        x[a]! += re;
        x[a + 1]! += im;
      }
    }
  }
}

function bluestein(x: Float64Array, sign: number): void {
  const n = x.length / 2;
  let m = 1;
  while (m < 2 * n) m *= 2;
  const [a, b] = [new Float64Array(2 * m), new Float64Array(2 * m)];
  const chirp = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    const angle = (sign * Math.PI * ((i * i) % (2 * n))) / n;
    chirp[2 * i] = Math.cos(angle);
    chirp[2 * i + 1] = Math.sin(angle);
    const [c, s] = [chirp[2 * i]!, chirp[2 * i + 1]!];
    a[2 * i] = x[2 * i]! * c - x[2 * i + 1]! * s;
    a[2 * i + 1] = x[2 * i]! * s + x[2 * i + 1]! * c;
    for (const at of i === 0 ? [0] : [i, m - i]) {
      b[2 * at] = c;
      b[2 * at + 1] = -s;
    }
  }
  powerOfTwo(a, -1);
  powerOfTwo(b, -1);
  for (let i = 0; i < m; i++) {
    const [r, s] = [a[2 * i]!, a[2 * i + 1]!];
    a[2 * i] = r * b[2 * i]! - s * b[2 * i + 1]!;
    a[2 * i + 1] = r * b[2 * i + 1]! + s * b[2 * i]!;
  }
  powerOfTwo(a, 1);
  for (let i = 0; i < n; i++) {
    const [c, s] = [chirp[2 * i]!, chirp[2 * i + 1]!];
    const [r, q] = [a[2 * i]! / m, a[2 * i + 1]! / m];
    x[2 * i] = r * c - q * s;
    x[2 * i + 1] = r * s + q * c;
  }
}

/** Σ x[j] e^(sign · 2πi jk/n) in place. */
export function transform(x: Float64Array, sign: -1 | 1): void {
  const n = x.length / 2;
  if (n <= 1) return;
  if ((n & (n - 1)) === 0) powerOfTwo(x, sign);
  else bluestein(x, sign);
}
