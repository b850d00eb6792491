import { describe, expect, it } from 'vitest';
import { seed } from '../../../../test/support/seed.ts';
import { erf, erfc } from '../../../base/special.ts';
import { binary, type Expr, type FloatUnary, index, type LoopKernel, load, unary } from '../../../compiler/loop-ir.ts';
import { nativeAddon } from '../../../platform/native-addon.ts';
import { enableRelaxedSimd } from '../../../platform/simd.ts';
import { createWasmBackend } from '../index.ts';
import { generator, kernelVariants, runKernel } from '../testing.ts';

/**
 * Largest error in units of the last place, with and without fused multiply-add, and where the samples lie. The bounds are what
 * every thirteenth of all floats from 2⁻³⁰ up showed (exp 1.050, expm1 1.72, tan 3.6, tanh 2.46), and a little more.
 */
const bounds: Record<string, { f: (x: number) => number; ulp: number; range: readonly [number, number] }> = {
  exp: { f: Math.exp, ulp: 1.1, range: [-104, 89] },
  expm1: { f: Math.expm1, ulp: 1.75, range: [-20, 89] },
  log: { f: Math.log, ulp: 1, range: [0, 3.4e38] },
  log1p: { f: Math.log1p, ulp: 1.6, range: [-1, 3.4e38] },
  sin: { f: Math.sin, ulp: 2, range: [-2e6, 2e6] },
  cos: { f: Math.cos, ulp: 2, range: [-2e6, 2e6] },
  tan: { f: Math.tan, ulp: 4, range: [-2e6, 2e6] },
  asin: { f: Math.asin, ulp: 2.5, range: [-1, 1] },
  acos: { f: Math.acos, ulp: 1.5, range: [-1, 1] },
  atan: { f: Math.atan, ulp: 3, range: [-1e9, 1e9] },
  sinh: { f: Math.sinh, ulp: 2, range: [-90, 90] },
  cosh: { f: Math.cosh, ulp: 2, range: [-90, 90] },
  tanh: { f: Math.tanh, ulp: 2.6, range: [-12, 12] },
  asinh: { f: Math.asinh, ulp: 2.5, range: [-1e30, 1e30] },
  acosh: { f: Math.acosh, ulp: 2.6, range: [1, 1e30] },
  atanh: { f: Math.atanh, ulp: 2.5, range: [-1, 1] },
  erf: { f: erf, ulp: 1.5, range: [-5, 5] },
  erfc: { f: erfc, ulp: 4.5, range: [-5, 10] },
};

const specials = [
  ...[0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, Infinity, -Infinity, NaN, 1e-45, -1e-45, 1e-40, -1e-40],
  ...[1.1754943508222875e-38, 3.4028234663852886e38, -3.4028234663852886e38, 88.72283, 88.72284, -87.33655, -103.97],
  ...[-104, 1e9, -1e9, 65504, 65519.996, 65520, 6e-8, 2.9802322387695312e-8, 6.1035e-5, 1e-8, -1e-8, 8388607.5],
].map(Math.fround);

const kernelOf = (n: number, value: (x: Expr, y: Expr) => Expr): LoopKernel => {
  const i = { name: 'i', extent: n };
  return {
    kind: 'loops',
    buffers: ['read', 'read', 'write'].map((access) => ({ storage: 'f32', access: access as 'read' })),
    outer: i,
    serial: false,
    body: [
      { kind: 'store', buffer: 2, index: index(i), value: value(load('f32', 0, index(i)), load('f32', 1, index(i))) },
    ],
  };
};

const ulpOf = (x: number): number => 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x) || 1e-300)), -126) - 23);

/** Error in ulps; 0 where both are the same special value. */
function errorOf(actual: number, exact: number): number {
  // Subnormal results are flushed to 0 when they are stored.
  const wanted = Math.abs(exact) < 2 ** -126 ? Math.sign(exact) * 0 : Math.fround(exact);
  if (Object.is(actual, wanted) || (Number.isNaN(actual) && Number.isNaN(wanted))) return 0;
  if (actual === wanted && exact !== 0) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(wanted) || wanted === 0) {
    // The largest float and ∞ are one ulp apart, as are the smallest and 0; but not +0 and −0.
    if (actual === 0 && exact === 0) return Infinity;
    if (wanted === 0) return Math.abs(actual) <= 2 ** -126 ? 0 : Infinity;
    const near = Math.abs(actual) > 3.4e38 && Math.abs(exact) > 3.4e38 && Math.sign(actual) === Math.sign(exact);
    return near ? 1 : Math.abs(actual - exact) / ulpOf(exact);
  }
  return Math.abs(actual - exact) / ulpOf(exact);
}

describe.each(kernelVariants(enableRelaxedSimd, nativeAddon()))('float32 functions $name', ({ options }) => {
  const backend = createWasmBackend(options);

  it.each(Object.keys(bounds))('%s stays within its bound', (name) => {
    const { f, ulp, range } = bounds[name]!;
    const random = generator(seed);
    const n = 40000;
    const x = new Float32Array(n);
    const bits = new Uint32Array(x.buffer);
    const [low, high] = range;
    for (let i = 0; i < n; i++) {
      if (i < specials.length) x[i] = specials[i]!;
      else if (i % 4 === 0) x[i] = low + (high - low) * random.uniform();
      else if (i % 4 === 1) x[i] = Math.min(high, Math.max(low, (random.uniform() - 0.5) * 8));
      else {
        // Any bit pattern: all magnitudes alike.
        do bits[i] = random.below(2 ** 32);
        while (!(x[i]! >= low && x[i]! <= high));
      }
    }
    const y = new Float32Array(n);
    runKernel(
      backend,
      kernelOf(n, (a) => unary(name as FloatUnary, a)),
      [x, x, y],
    );
    for (let i = 0; i < n; i++) {
      const error = errorOf(y[i]!, f(x[i]!));
      if (!(error <= ulp))
        throw new Error(`seed ${seed}: ${name}(${x[i]}) = ${y[i]}, wanted ${f(x[i]!)}: ${error} ulp`);
    }
  });

  it('pow has the special cases of C and is right elsewhere', () => {
    const random = generator(seed);
    const pairs: [number, number][] = [];
    const corners = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e-40, Infinity, -Infinity, NaN, 3e38, 16777216, 16777217];
    for (const a of corners) for (const b of corners) pairs.push([Math.fround(a), Math.fround(b)]);
    for (let i = 0; i < 20000; i++) {
      const a = 2 ** ((random.uniform() - 0.5) * 20);
      const b = (random.uniform() - 0.5) * (i % 2 ? 4 : 60);
      pairs.push([Math.fround(i % 5 === 0 ? -a : a), Math.fround(i % 5 === 0 ? Math.round(b) : b)]);
    }
    const [x, y] = [Float32Array.from(pairs, (p) => p[0]), Float32Array.from(pairs, (p) => p[1])];
    const z = new Float32Array(pairs.length);
    runKernel(
      backend,
      kernelOf(pairs.length, (a, b) => binary('pow', a, b)),
      [x, y, z],
    );
    pairs.forEach(([a, b], i) => {
      const exact = a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
      const error = errorOf(z[i]!, exact);
      if (!(error <= 1)) throw new Error(`seed ${seed}: pow(${a}, ${b}) = ${z[i]}, wanted ${exact}`);
    });
  });

  it('rem is exact, with the special cases of C', () => {
    const random = generator(seed);
    const pairs: [number, number][] = [];
    for (const a of specials) for (const b of specials) pairs.push([a, b]);
    for (let i = 0; i < 20000; i++) {
      const a = (random.uniform() - 0.5) * 2 ** (random.below(60) - 20);
      const b = (random.uniform() - 0.5) * 2 ** (random.below(60) - 20);
      pairs.push([Math.fround(a), Math.fround(i % 3 === 0 ? a / (1 + random.below(1000)) : b)]);
    }
    const [x, y] = [Float32Array.from(pairs, (p) => p[0]), Float32Array.from(pairs, (p) => p[1])];
    const z = new Float32Array(pairs.length);
    runKernel(
      backend,
      kernelOf(pairs.length, (a, b) => binary('rem', a, b)),
      [x, y, z],
    );
    pairs.forEach(([a, b], i) => {
      const exact = a % b;
      if (!Object.is(z[i], exact) && errorOf(z[i]!, exact) !== 0)
        throw new Error(`seed ${seed}: rem(${a}, ${b}) = ${z[i]}, wanted ${exact}`);
    });
  });

  it('atan2 knows the quadrants and signed zeros', () => {
    const random = generator(seed);
    const pairs: [number, number][] = [];
    const corners = [0, -0, 1, -1, 1e-30, -1e-30, 1e30, Infinity, -Infinity, NaN];
    for (const a of corners) for (const b of corners) pairs.push([Math.fround(a), Math.fround(b)]);
    for (let i = 0; i < 20000; i++) {
      pairs.push([Math.fround((random.uniform() - 0.5) * 4), Math.fround((random.uniform() - 0.5) * 4)]);
    }
    const [y, x] = [Float32Array.from(pairs, (p) => p[0]), Float32Array.from(pairs, (p) => p[1])];
    const z = new Float32Array(pairs.length);
    runKernel(
      backend,
      kernelOf(pairs.length, (a, b) => binary('atan2', a, b)),
      [y, x, z],
    );
    pairs.forEach(([a, b], i) => {
      const error = errorOf(z[i]!, Math.atan2(a, b));
      if (!(error <= 4)) throw new Error(`seed ${seed}: atan2(${a}, ${b}) = ${z[i]}, wanted ${Math.atan2(a, b)}`);
    });
  });

  it('rounds to 16-bit floats', () => {
    const random = generator(seed);
    const n = 40000;
    const x = new Float32Array(n);
    const bits = new Uint32Array(x.buffer);
    for (let i = 0; i < n; i++) {
      if (i < specials.length) x[i] = specials[i]!;
      else if (i % 2) bits[i] = random.below(2 ** 32);
      else x[i] = (random.uniform() - 0.5) * 2 ** random.below(40) * 2 ** -24;
    }
    for (const [name, precision, smallest, overflow] of [
      ['roundF16', 11, -14, 65520],
      ['roundBf16', 8, -126, 2 ** 128 - 2 ** 119],
    ] as const) {
      const y = new Float32Array(n);
      runKernel(
        backend,
        kernelOf(n, (a) => unary(name, a)),
        [x, x, y],
      );
      for (let i = 0; i < n; i++) {
        const value = x[i]!;
        let wanted = value;
        if (Math.abs(value) >= overflow) wanted = Math.sign(value) * Infinity;
        else if (Number.isFinite(value) && value !== 0) {
          const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), smallest) - precision + 1);
          const scaled = Math.abs(value) / step;
          const floor = Math.floor(scaled);
          const rest = scaled - floor;
          const whole = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
          wanted = Math.sign(value) * whole * step || value * 0;
        }
        if (!Object.is(y[i], wanted)) throw new Error(`${name}(${value}) = ${y[i]}, wanted ${wanted}`);
      }
    }
    expect(seed).toBeGreaterThanOrEqual(0);
  });
});
