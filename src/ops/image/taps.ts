// Resampling along one axis as weighted sums of few elements: which elements and which weights, for every method of TensorFlow.
// Owns: the geometry of pixels. All methods are separable; resize.ts applies the sums to both axes.

/** For every output pixel the input pixels it is made of, with weights. */
export interface Taps {
  readonly indices: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
}
export interface Grid {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}
const f = Math.fround;
const clamp = (i: number, n: number): number => Math.min(Math.max(i, 0), n - 1);
const each = (n: number, make: (i: number) => readonly (readonly [index: number, weight: number])[]): Taps => {
  const rows = Array.from({ length: n }, (_, i) => make(i));
  return { indices: rows.map((row) => row.map((tap) => tap[0])), weights: rows.map((row) => row.map((tap) => tap[1])) };
};

const scaleOf = (from: number, to: number, grid: Grid): number =>
  grid.alignCorners && to > 1 ? f((from - 1) / (to - 1)) : f(from / to);
const position = (i: number, scale: number, grid: Grid): number =>
  grid.halfPixelCenters ? f(f(f(i + 0.5) * scale) - 0.5) : f(i * scale);

export function nearest(from: number, to: number, grid: Grid): Taps {
  const scale = scaleOf(from, to, grid);
  return each(to, (i) => {
    const at = f((grid.halfPixelCenters ? i + 0.5 : i) * scale);
    return [[clamp(grid.alignCorners ? Math.round(at) : Math.floor(at), from), 1]];
  });
}

export function bilinear(from: number, to: number, grid: Grid): Taps {
  const scale = scaleOf(from, to, grid);
  return each(to, (i) => {
    const at = position(i, scale, grid);
    const share = f(at - Math.floor(at));
    return [
      [Math.max(Math.floor(at), 0), f(1 - share)],
      [Math.min(Math.ceil(at), from - 1), share],
    ];
  });
}

const TABLE = 1024;
/** Keys's cubic on half-pixel centres (a = −0.5, weights outside dropped), else a = −0.75; positions are rounded to 1/1024. */
export function bicubic(from: number, to: number, grid: Grid): Taps {
  const scale = scaleOf(from, to, grid);
  const a = grid.halfPixelCenters ? -0.5 : -0.75;
  const near = (x: number): number => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number): number => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return each(to, (i) => {
    const at = position(i, scale, grid);
    const low = Math.floor(at);
    const x = Math.round(f(at - low) * TABLE) / TABLE;
    const raw = [far(1 + x), near(x), near(1 - x), far(2 - x)];
    const taps = raw.map((weight, k): [number, number] => {
      const index = low - 1 + k;
      const inside = clamp(index, from) === index;
      return [clamp(index, from), grid.halfPixelCenters && !inside ? 0 : weight];
    });
    if (!grid.halfPixelCenters) return taps;
    const sum = taps.reduce((total, tap) => total + tap[1], 0);
    return taps.map(([index, weight]): [number, number] => [index, weight / sum]);
  });
}

/** Each output pixel is the mean of the part of the input that it covers. */
export function area(from: number, to: number, grid: Grid): Taps {
  const scale = scaleOf(from, to, grid);
  return each(to, (i) => {
    const [begin, end] = [f(i * scale), f((i + 1) * scale)];
    const taps: [number, number][] = [];
    for (let k = Math.floor(begin); k < Math.ceil(end); k++) {
      const covered = Math.min(k + 1, end) - Math.max(k, begin);
      taps.push([clamp(k, from), covered / scale]);
    }
    return taps;
  });
}

export type Kernel = 'lanczos3' | 'lanczos5' | 'gaussian' | 'triangle' | 'keyscubic' | 'mitchellcubic';
const lanczos =
  (radius: number) =>
  (x: number): number => {
    if (x > radius) return 0;
    if (x <= 1e-3) return 1;
    return (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * Math.PI * x * x);
  };
const KERNELS: Record<Kernel, { readonly radius: number; readonly at: (x: number) => number }> = {
  lanczos3: { radius: 3, at: lanczos(3) },
  lanczos5: { radius: 5, at: lanczos(5) },
  gaussian: { radius: 1.5, at: (x) => (x >= 1.5 ? 0 : Math.exp(-(x * x) / (2 * 0.5 * 0.5))) },
  triangle: { radius: 1, at: (x) => (x < 1 ? 1 - x : 0) },
  keyscubic: {
    radius: 2,
    at: (x) => (x >= 2 ? 0 : x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1),
  },
  mitchellcubic: {
    radius: 2,
    at: (x) =>
      x >= 2 ? 0 : x >= 1 ? (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9 : ((7 / 6) * x - 2) * x * x + 8 / 9,
  },
};

/** Weights of a kernel around each output pixel; with antialias the kernel grows with the reduction. */
export function sampled(kernel: Kernel, from: number, to: number, antialias: boolean): Taps {
  const { radius, at } = KERNELS[kernel];
  const inverse = f(1 / f(to / from));
  const growth = antialias ? Math.max(inverse, 1) : 1;
  return each(to, (i) => {
    const centre = f((i + 0.5) * inverse);
    const begin = Math.max(Math.ceil(centre - radius * growth - 0.5), 0);
    const end = Math.min(Math.floor(centre + radius * growth - 0.5), from - 1);
    const taps: [number, number][] = [];
    for (let k = begin; k <= end; k++) taps.push([k, at(Math.abs((k + 0.5 - centre) / growth))]);
    const sum = taps.reduce((total, tap) => total + tap[1], 0);
    return taps.map(([index, weight]): [number, number] => [index, weight / sum]);
  });
}
