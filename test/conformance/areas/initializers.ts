// Area initializers: exact ones by value, orthogonal ones by their Gram matrix, random ones by the bounds that theory
// gives; all with a seed also by Keras's own numbers.
import { deserialize, options, result } from '../library.ts';
import type { Area } from '../runner.ts';
import { ArrayValue, type Fields, type Numbers } from '../values.ts';

/** Standard deviation of a normal distribution cut at two deviations. */
const truncation = 0.87962566103423978;
const scaling: Record<string, readonly [scale: number, mode: string, distribution: string]> = {
  GlorotNormal: [1, 'fan_avg', 'truncated_normal'],
  GlorotUniform: [1, 'fan_avg', 'uniform'],
  HeNormal: [2, 'fan_in', 'truncated_normal'],
  HeUniform: [2, 'fan_in', 'uniform'],
  LecunNormal: [1, 'fan_in', 'truncated_normal'],
  LecunUniform: [1, 'fan_in', 'uniform'],
};

function fans(shape: readonly number[]): [fanIn: number, fanOut: number] {
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  const field = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return [shape.at(-2)! * field, shape.at(-1)! * field];
}

interface Theory {
  readonly mean: number;
  readonly stddev: number;
  /** The largest possible distance from the mean; null where there is none. */
  readonly limit: number | null;
}

/** What the definition of an initializer says about its numbers. */
function theory(name: string, config: Fields, shape: readonly number[]): Theory {
  const number = (key: string, otherwise: number) => (config[key] as number | undefined) ?? otherwise;
  if (name === 'RandomNormal') return { mean: number('mean', 0), stddev: number('stddev', 0.05), limit: null };
  if (name === 'TruncatedNormal') {
    const s = number('stddev', 0.05);
    return { mean: number('mean', 0), stddev: s * truncation, limit: 2 * s };
  }
  if (name === 'RandomUniform') {
    const [low, high] = [number('minval', -0.05), number('maxval', 0.05)];
    return { mean: (low + high) / 2, stddev: (high - low) / Math.sqrt(12), limit: (high - low) / 2 };
  }
  const [scale, mode, distribution] = scaling[name] ?? [
    number('scale', 1),
    (config.mode as string) ?? 'fan_in',
    (config.distribution as string) ?? 'truncated_normal',
  ];
  const [fanIn, fanOut] = fans(shape);
  const n = mode === 'fan_in' ? fanIn : mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2;
  const stddev = Math.sqrt(scale / Math.max(1, n));
  const limit =
    distribution === 'uniform'
      ? Math.sqrt(3) * stddev
      : distribution === 'truncated_normal'
        ? (2 * stddev) / truncation
        : null;
  return { mean: 0, stddev, limit };
}

/** The theory's figures if the numbers agree with it; throws otherwise. */
function randomFields(name: string, config: Fields, value: ArrayValue): Fields {
  const { mean, stddev, limit } = theory(name, config, value.shape);
  const data = Array.from(value.data as Numbers, Number);
  const n = data.length;
  const found = data.reduce((a, b) => a + b, 0) / n;
  const deviation = Math.sqrt(data.reduce((sum, x) => sum + (x - found) ** 2, 0) / n);
  const farthest = data.reduce((far, x) => Math.max(far, Math.abs(x - mean)), 0);
  const [meanTolerance, stddevTolerance] = [(5 * stddev) / Math.sqrt(n), (5 * stddev) / Math.sqrt(2 * n)];
  const demand = (holds: boolean, what: string) => {
    if (!holds) throw new RangeError(what);
  };
  demand(Math.abs(found - mean) <= meanTolerance, `mean ${found}, theory ${mean} ± ${meanTolerance}`);
  demand(
    Math.abs(deviation - stddev) <= stddevTolerance,
    `standard deviation ${deviation}, theory ${stddev} ± ${stddevTolerance}`,
  );
  demand(
    limit === null || farthest <= limit * (1 + 1e-6),
    `farthest from the mean ${farthest}, theory at most ${limit}`,
  );
  const [fanIn, fanOut] = fans(value.shape);
  return {
    fan_in: fanIn,
    fan_out: fanOut,
    mean,
    stddev,
    max_abs_from_mean: limit,
    mean_tolerance: meanTolerance,
    stddev_tolerance: stddevTolerance,
    seeded_head: new ArrayValue(value.dtype, [Math.min(8, n)], value.data.slice(0, 8) as Numbers),
  };
}

/** MᵀM (or MMᵀ of a wide matrix) of the value as a matrix, rounded to four decimals. */
function gram(value: ArrayValue): ArrayValue {
  const columns = value.shape.at(-1)!;
  const m = value.data as Numbers;
  const rows = m.length / columns;
  const n = Math.min(rows, columns);
  const at =
    rows >= columns
      ? (i: number, k: number) => Number(m[k * columns + i])
      : (i: number, k: number) => Number(m[i * columns + k]);
  const out = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < Math.max(rows, columns); k++) sum += at(i, k) * at(j, k);
      out[i * n + j] = Math.round(sum * 1e4) / 1e4;
    }
  }
  return new ArrayValue('float32', [n, n], out);
}

export const area: Area = {
  run(c) {
    const name = String(c.json.class_name);
    const config = (c.field('config') ?? {}) as Fields;
    const initializer = deserialize('initializers', name, config);
    const call = c.field('call');
    const tensor = (initializer as (...args: unknown[]) => unknown)(
      c.json.shape,
      ...(call === undefined ? [] : [options(call)]),
    );
    const value = result(tensor);
    if (!(value instanceof ArrayValue)) throw new TypeError('an initializer gives a tensor');
    if (c.json.check === 'exact') return { value };
    return c.json.check === 'orthogonal' ? { gram: gram(value), seeded: value } : randomFields(name, config, value);
  },
};
